/**
 * The writing half of the journal, inside the caller's transaction: whoever has more to commit with it does so there.
 *
 * The lease row's UPDATE comes first: it fences the epoch, lets the appends of a project wait for each other, and
 * allots the frames' numbers in commit order. A caller that locks rows of its own takes them before.
 */
import { Effect } from "effect"
import { type Advance, advance } from "@devteam/core/envelope/advance"
import type { Event } from "@devteam/core/execution/Event"
import { type Execution, initial } from "@devteam/core/execution/State"
import { type Append, JournalError } from "@devteam/core/ports/Journal"
import { SqlClient } from "effect/sql/SqlClient"
import { DatabaseIdentity } from "./DatabaseIdentity.ts"
import { insertFrames } from "./frameRows.ts"
import { type ContextRow, insertRecords, stateColumns, stateOf } from "./journalRows.ts"
import { Wakeups } from "./Wakeups.ts"

/** `create` and `append` as in the journal port, without a transaction of their own. */
export const journalWrites = Effect.gen(function* () {
  const sql = yield* SqlClient
  const { stream } = yield* DatabaseIdentity
  const wakeups = yield* Wakeups
  const contextOf = stateOf(sql)

  const write = Effect.fnUntraced(function* (
    { projectId, executionId }: Execution,
    { records, frames }: Advance,
    lastFrame: number
  ) {
    yield* insertRecords(sql, executionId, records)
    yield* insertFrames(sql, stream, projectId, lastFrame, frames)
    yield* sql.afterCommit(wakeups.notify(projectId))
  })

  const create = Effect.fnUntraced(
    function* (events: ReadonlyArray<Event>, at: number) {
      const made = advance(initial, events, at, 0)
      if (made.after === undefined)
        return yield* Effect.die(new Error("An execution is created from events."))
      const { executionId, projectId } = made.after
      const [lease] = yield* sql<{ readonly frameSeq: number }>`
        INSERT INTO lease (project_id, epoch, owner, expires_at, frame_seq)
        VALUES (${projectId}, 0, NULL, 0, ${events.length})
        ON CONFLICT (project_id) DO UPDATE SET frame_seq = lease.frame_seq + ${events.length} RETURNING frame_seq`
      const [active] = yield* sql<{ readonly executionId: string }>`
        SELECT execution_id FROM execution WHERE project_id = ${projectId} AND NOT ended`
      if (active !== undefined) {
        return yield* new JournalError({
          reason: "exists",
          message: `${projectId} already has the active execution ${active.executionId}. Stop it, or wait until it ends.`
        })
      }
      const [newest] = yield* sql<{
        readonly ordinal: number | null
      }>`SELECT max(ordinal) AS ordinal FROM execution`
      const ordinal = (newest?.ordinal ?? 0) + 1
      const lastFrame = lease?.frameSeq ?? 0
      const firstFrame = lastFrame - events.length + 1
      yield* sql`INSERT INTO execution
        ${sql.insert({ executionId, projectId, ordinal, firstFrame, ...stateColumns(made.after) })}`
      yield* write(made.after, made, lastFrame)
      return made.after
    },
    Effect.catchReason("SqlError", "UniqueViolation", () =>
      Effect.fail(
        new JournalError({ reason: "exists", message: "There is an execution with that id already." })
      )
    )
  )

  const append = Effect.fnUntraced(function* ({ executionId, expectedVersion, at, epoch, events }: Append) {
    const [lease] = yield* sql<{ readonly frameSeq: number }>`
      UPDATE lease SET frame_seq = frame_seq + ${events.length}
      WHERE project_id = (SELECT project_id FROM execution WHERE execution_id = ${executionId})
      ${epoch === undefined ? sql.literal("") : sql`AND epoch = ${epoch}`} RETURNING frame_seq`
    const [row] = yield* sql<ContextRow>`
      SELECT project_id, version, context_version, context FROM execution WHERE execution_id = ${executionId}`
    if (row === undefined) {
      return yield* new JournalError({
        reason: "not_found",
        message: `There is no execution ${executionId}.`
      })
    }
    if (lease === undefined) {
      return yield* new JournalError({
        reason: "stale_epoch",
        message: `Another worker holds ${row.projectId}; epoch ${epoch} is no longer current. Stop working on it.`
      })
    }
    if (row.version !== expectedVersion) {
      return yield* new JournalError({
        reason: "version_conflict",
        message: `Execution ${executionId} is at version ${row.version}, not at ${expectedVersion}. Load it and decide again.`
      })
    }
    const before = yield* contextOf(executionId, row)
    if (events.length === 0) return before
    const made = advance(before, events, at, epoch ?? 0)
    const after = made.after ?? before
    const moved = yield* sql`
      UPDATE execution SET ${sql.update(stateColumns(after))}
      WHERE execution_id = ${executionId} AND version = ${expectedVersion} RETURNING version`
    if (moved.length === 0)
      return yield* Effect.die(new Error(`${executionId} moved under the lease row's lock.`))
    yield* write(after, made, lease.frameSeq)
    return after
  })

  return { create, append }
})
