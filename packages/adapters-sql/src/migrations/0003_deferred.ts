/**
 * Work that was asked for while its project was not free, until an execution takes it up.
 *
 * Never edited once released; a change is a further migration.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

/** Makes the table. */
export const deferred = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`CREATE TABLE deferred_work (
    event_hash text PRIMARY KEY,
    received_at bigint NOT NULL,
    work text NOT NULL
  )`
})
