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
import { firstFrame } from "./migrations/0004_first_frame.ts"
import { StoreError } from "./StoreError.ts"

/** Where a database says which migrations it has had. */
export const migrationsTable = "devteam_migrations"

const migrations = {
  "0001_stores": stores,
  "0002_intake": intake,
  "0003_deferred": deferred,
  "0004_first_frame": firstFrame
}

/** One step from a schema to the next. */
export interface Migration {
  /** The schema version that it leads to. */
  readonly id: number
  readonly name: string
}

/** All that this program knows, in their order. */
export const knownMigrations: ReadonlyArray<Migration> = Object.keys(migrations).map((key) => ({
  id: Number(key.slice(0, 4)),
  name: key.slice(5)
}))

/** The schema version that this program knows. */
export const schemaVersion = knownMigrations.length

/** Says that a newer program has used a database, and what to do. */
export const newerSchema = (found: number): string =>
  `The database has schema ${found}, this program knows schemas up to ${schemaVersion}: a newer version of devteam has used it. Update devteam, restore the backup of before that, or name another data directory.`

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
  yield* make({})({ loader: fromRecord(migrations), table: migrationsTable })
  const [newest] = yield* sql<{ readonly id: number }>`
    SELECT max(migration_id) AS id FROM ${sql(migrationsTable)}`
  const found = newest?.id ?? 0
  if (found > schemaVersion) {
    return yield* new StoreError({ reason: "newer_schema", message: newerSchema(found) })
  }
}).pipe(Effect.catchTag("MigrationError", unavailable), Effect.catchTag("SqlError", unavailable))
