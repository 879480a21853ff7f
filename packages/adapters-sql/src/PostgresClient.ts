/**
 * Effect's `SqlClient` over Postgres: the database for workers on many machines.
 *
 * JSON lies in text columns and is never touched by name transforms.
 */
import { PgClient } from "@effect/sql-pg"
import { Effect, type Layer, type Redacted, String } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { StoreError } from "./StoreError.ts"

/** Connects to `url` (`postgres://user:password@host:port/database`). Fails with `unavailable`. */
export const layer = (url: Redacted.Redacted<string>): Layer.Layer<SqlClient, StoreError> =>
  PgClient.layerFrom(
    PgClient.make({
      url,
      applicationName: "devteam",
      maxConnections: 10,
      maxMessageSize: 256 * 1024 * 1024, // an artifact may come back in one message
      transformQueryNames: String.camelToSnake,
      transformResultNames: String.snakeToCamel,
      transformJson: false
    }).pipe(
      Effect.mapError(
        (error) =>
          new StoreError({
            reason: "unavailable",
            message: `Cannot connect to the Postgres database: ${error.reason.message ?? error.message}. Check the URL, and that the server runs and accepts this user.`
          })
      )
    )
  )
