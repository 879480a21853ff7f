/**
 * The ids of a database: made once with it, and copied with its file.
 *
 * Whoever asks for it gets a migrated database.
 */
import { Context, Effect, Layer, Schema } from "effect"
import { InstanceId } from "@devteam/core/model/Ids"
import { SqlClient } from "effect/sql/SqlClient"
import { findOne } from "effect/sql/SqlSchema"
import { migrate } from "./schemaVersion.ts"
import { StoreError } from "./StoreError.ts"

/** `instance` names the database to git remotes, `stream` its frames to watchers. */
const Identity = Schema.Struct({ instance: InstanceId, stream: Schema.NonEmptyString })

/** See the module. */
export class DatabaseIdentity extends Context.Service<DatabaseIdentity, typeof Identity.Type>()(
  "@devteam/adapters-sql/DatabaseIdentity"
) {}

/** Migrates the database and reads its ids. */
export const layer: Layer.Layer<DatabaseIdentity, StoreError, SqlClient> = Layer.effect(
  DatabaseIdentity,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    yield* migrate
    const read = findOne({
      Request: Schema.Void,
      Result: Identity,
      execute: () => sql`SELECT instance, stream FROM database_identity WHERE id = 1`
    })
    return yield* Effect.mapError(
      read(undefined),
      (error) =>
        new StoreError({
          reason: "unavailable",
          message: `The database has lost its identity: ${error.message}. Restore it from a backup.`
        })
    )
  })
)
