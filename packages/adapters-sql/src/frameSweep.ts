/**
 * Forgetting the frames of executions that ended long ago.
 *
 * A project's executions follow one another, so everything before the first frame of the oldest one that stays may go.
 */
import { Effect } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { databaseNow } from "./columns.ts"
import { inBatches, sweepBatch } from "./inBatches.ts"

/** See `Frames.sweep`. */
export const frameSweep = (sql: SqlClient) => {
  const now = databaseNow(sql)
  // Null where the oldest that stays is from before the column was: the project has its turn later.
  const beginnings = (afterEndMs: number) => sql<{
    readonly projectId: string
    readonly firstFrame: number | null
  }>`
    SELECT project_id, first_frame FROM (
      SELECT project_id, first_frame, row_number() OVER (PARTITION BY project_id ORDER BY ordinal) AS place
      FROM execution
      WHERE NOT ended OR updated_at > ${now} - ${afterEndMs}
      OR ordinal IN (SELECT max(ordinal) FROM execution GROUP BY project_id)
    ) AS staying WHERE place = 1`
  return (afterEndMs: number): Effect.Effect<number, SqlError> =>
    Effect.gen(function* () {
      let all = 0
      for (const { projectId, firstFrame } of yield* beginnings(afterEndMs)) {
        if (firstFrame === null) continue
        all += yield* inBatches(sql`
          DELETE FROM frame WHERE project_id = ${projectId} AND seq IN (
            SELECT seq FROM frame WHERE project_id = ${projectId} AND seq < ${firstFrame}
            ORDER BY seq LIMIT ${sweepBatch}
          ) RETURNING seq`)
      }
      return all
    })
}
