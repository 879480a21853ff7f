/**
 * The journal port over SQL: what a step appends, one commit holds.
 *
 * The lease row's UPDATE comes first in every transaction: it fences the epoch, lets the appends of a project wait
 * for each other, and allots the frames' numbers in commit order. Nothing waits inside a transaction.
 */
import { Effect, Layer } from "effect"
import type { FrameDraft } from "@devteam/core/envelope/Frame"
import { frameOf } from "@devteam/core/envelope/framesOf"
import type { Event, JournalRecord } from "@devteam/core/execution/Event"
import { evolve } from "@devteam/core/execution/evolve"
import { type Execution, initial, type State } from "@devteam/core/execution/State"
import { type Append, Journal, JournalError, type JournalShape } from "@devteam/core/ports/Journal"
import { SqlClient } from "effect/sql/SqlClient"
import { DatabaseIdentity } from "./DatabaseIdentity.ts"
import { insertFrames } from "./frameRows.ts"
import { journalGuard, journalReads } from "./journalReads.ts"
import { type ContextRow, insertRecords, stateColumns, stateOf } from "./journalRows.ts"
import { Wakeups } from "./Wakeups.ts"

/** Events in sequence after `state`, with the frame of each. */
const advance = (state: State, events: ReadonlyArray<Event>, at: number, epoch: number) => {
  const records: Array<JournalRecord> = []
  const frames: Array<FrameDraft> = []
  let after = state
  for (const event of events) {
    after = evolve(after, { at, event })
    if (after === undefined) throw new Error("A journal begins with ExecutionRequested.")
    const record = { seq: after.version, at, epoch, event }
    records.push(record)
    frames.push(frameOf(record, after))
  }
  return { records, frames, after }
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const { instance, stream } = yield* DatabaseIdentity
  const wakeups = yield* Wakeups
  const contextOf = stateOf(sql)

  const write = Effect.fnUntraced(function* (
    { projectId, executionId }: Execution,
    { records, frames }: ReturnType<typeof advance>,
    lastFrame: number
  ) {
    yield* insertRecords(sql, executionId, records)
    yield* insertFrames(sql, stream, projectId, lastFrame, frames)
    yield* sql.afterCommit(wakeups.notify(projectId))
  })

  const create = Effect.fn("Journal.create")(
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
      yield* sql`INSERT INTO execution ${sql.insert({ executionId, projectId, ordinal, ...stateColumns(made.after) })}`
      yield* write(made.after, made, lease?.frameSeq ?? 0)
      return made.after
    },
    sql.withTransaction,
    Effect.catchReason("SqlError", "UniqueViolation", () =>
      Effect.fail(
        new JournalError({ reason: "exists", message: "There is an execution with that id already." })
      )
    )
  )

  const append = Effect.fn("Journal.append")(function* ({
    executionId,
    expectedVersion,
    at,
    epoch,
    events
  }: Append) {
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
  }, sql.withTransaction)

  return {
    instance,
    ...journalReads(sql),
    create: (events, at) => journalGuard("The execution was not created", create(events, at)),
    append: (request) => journalGuard(`Execution ${request.executionId} was not advanced`, append(request))
  } satisfies JournalShape
})

/** The journal of the database in scope. */
export const layer: Layer.Layer<Journal, never, SqlClient | DatabaseIdentity | Wakeups> = Layer.effect(
  Journal,
  make
)
