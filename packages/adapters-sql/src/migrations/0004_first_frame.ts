/**
 * Where the frames of an execution begin, so that those of old executions can be forgotten.
 *
 * Never edited once released; a change is a further migration.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

/** Adds the column. It is null for executions that are older than it. */
export const firstFrame = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`ALTER TABLE execution ADD COLUMN first_frame integer`
})
