/**
 * Brings a database to this program's schema, and refuses one that a newer program made.
 *
 * Migrations only go forward and run under a lock, so that processes that start together do not disturb each other.
 */
import { Effect } from "effect"
import { fromRecord, make } from "effect/sql/Migrator"
import { SqlClient } from "effect/sql/SqlClient"
import { stores } from "./migrations/0001_stores.ts"
import { intake } from "./migrations/0002_intake.ts"
import { deferred } from "./migrations/0003_deferred.ts"
import { StoreError } from "./StoreError.ts"

const table = "devteam_migrations"
const migrations = { "0001_stores": stores, "0002_intake": intake, "0003_deferred": deferred }

/** The schema version that this program knows. */
export const schemaVersion = Object.keys(migrations).length

const unavailable = (error: { readonly message: string; readonly cause?: unknown }) =>
  Effect.fail(
    new StoreError({
      reason: "unavailable",
      message: `The database could not be brought to schema ${schemaVersion}: ${error.message} (${String(error.cause)}). Nothing was changed; try again, and check the database's disk and permissions.`
    })
  )

/** Migrates the database. Fails with `newer_schema` or `unavailable`. */
export const migrate: Effect.Effect<void, StoreError, SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* make({})({ loader: fromRecord(migrations), table })
  const [newest] = yield* sql<{ readonly id: number }>`SELECT max(migration_id) AS id FROM ${sql(table)}`
  const found = newest?.id ?? 0
  if (found > schemaVersion) {
    return yield* new StoreError({
      reason: "newer_schema",
      message: `The database has schema ${found}, this program knows schemas up to ${schemaVersion}: a newer version of devteam has used it. Update devteam, or point it at another data directory.`
    })
  }
}).pipe(Effect.catchTag("MigrationError", unavailable), Effect.catchTag("SqlError", unavailable))
