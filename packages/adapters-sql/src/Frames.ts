/**
 * The frames port over SQL.
 *
 * Numbers come from the project's lease row in the writer's own transaction, so they are in commit order and without
 * hole; a reader that has seen number n never misses a smaller one.
 */
import { Effect, Layer, Option, Schema, Stream } from "effect"
import { ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import { Frames, FramesError, type FramesShape } from "@devteam/core/ports/Frames"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { findAll, findOne } from "effect/sql/SqlSchema"
import { DatabaseIdentity } from "./DatabaseIdentity.ts"
import { FrameRow, insertFrames } from "./frameRows.ts"
import { frameSweep } from "./frameSweep.ts"
import { describeFailure } from "./sqlFailure.ts"
import { inTransaction } from "./transaction.ts"
import { Wakeups } from "./Wakeups.ts"

const page = 500

const unavailable = (what: string) => (error: SqlError) =>
  Effect.fail(new FramesError({ reason: "unavailable", message: describeFailure(what, error) }))

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const { stream } = yield* DatabaseIdentity
  const wakeups = yield* Wakeups

  const append: FramesShape["append"] = Effect.fn("Frames.append")(
    function* (projectId, epoch, drafts) {
      if (drafts.length === 0) return
      const [lease] = yield* sql<{ readonly frameSeq: number }>`
        UPDATE lease SET frame_seq = frame_seq + ${drafts.length}
        WHERE project_id = ${projectId} AND epoch = ${epoch} RETURNING frame_seq`
      if (lease === undefined) {
        return yield* new FramesError({
          reason: "stale_epoch",
          message: `Another worker holds ${projectId}; epoch ${epoch} is no longer current. Stop working on it.`
        })
      }
      yield* insertFrames(sql, stream, projectId, lease.frameSeq, drafts)
      yield* sql.afterCommit(wakeups.notify(projectId))
    },
    inTransaction(sql),
    (effect, projectId) =>
      Effect.catchTag(effect, "SqlError", unavailable(`Frames of ${projectId} were not stored`))
  )

  const readRows = findAll({
    Request: Schema.Struct({ projectId: ProjectId, after: Schema.Int, limit: Schema.Int }),
    Result: FrameRow,
    execute: ({ projectId, after, limit }) => sql`
      SELECT seq, frame FROM frame WHERE project_id = ${projectId} AND seq > ${after} ORDER BY seq LIMIT ${limit}`
  })
  const read: FramesShape["read"] = (projectId, after, limit) =>
    readRows({ projectId, after, limit }).pipe(
      Effect.catchTag("SqlError", unavailable(`Frames of ${projectId} could not be read`)),
      Effect.catchTag("SchemaError", Effect.die)
    )

  const readRange = findOne({
    Request: ProjectId,
    Result: Schema.Struct({ first: Schema.Int, last: Schema.Int }),
    execute: (projectId) => sql`
      SELECT coalesce(min(seq), 0) AS first, coalesce(max(seq), 0) AS last FROM frame WHERE project_id = ${projectId}`
  })
  const range: FramesShape["range"] = (projectId) =>
    readRange(projectId).pipe(
      Effect.catchTag("SqlError", unavailable(`Frames of ${projectId} could not be read`)),
      Effect.catchTag(["SchemaError", "NoSuchElementError"], Effect.die)
    )

  const follow: FramesShape["follow"] = (projectId, after) =>
    Stream.suspend(() => {
      let seen = after
      const unseen = Stream.paginate(undefined, () =>
        Effect.map(read(projectId, seen, page), (frames) => {
          seen = frames.at(-1)?.seq ?? seen
          return [frames, frames.length < page ? Option.none() : Option.some(undefined)] as const
        })
      )
      return Stream.flatMap(wakeups.changes(projectId), () => unseen)
    })

  const readLogs = findAll({
    Request: Schema.Struct({
      executionId: ExecutionId,
      taskId: Schema.UndefinedOr(Schema.String),
      round: Schema.UndefinedOr(Schema.Int),
      step: Schema.UndefinedOr(Schema.String),
      after: Schema.UndefinedOr(Schema.Int),
      limit: Schema.UndefinedOr(Schema.Int)
    }),
    Result: FrameRow,
    execute: ({ executionId, taskId, round, step, after, limit }) => sql`
      SELECT seq, frame FROM frame WHERE ${sql.and([
        sql`log_execution_id = ${executionId}`,
        ...(taskId === undefined ? [] : [sql`log_task_id = ${taskId}`]),
        ...(round === undefined ? [] : [sql`log_round = ${round}`]),
        ...(step === undefined ? [] : [sql`log_step = ${step}`]),
        ...(after === undefined ? [] : [sql`seq > ${after}`])
      ])} ORDER BY seq ${limit === undefined ? sql.literal("") : sql`LIMIT ${limit}`}`
  })
  const logs: FramesShape["logs"] = (executionId, { taskId, round, step, after, limit }) =>
    readLogs({ executionId, taskId, round, step, after, limit }).pipe(
      Effect.catchTag("SqlError", unavailable(`Logs of ${executionId} could not be read`)),
      Effect.catchTag("SchemaError", Effect.die)
    )

  const forget = frameSweep(sql)
  const sweep: FramesShape["sweep"] = (afterEndMs) =>
    Effect.catchTag(forget(afterEndMs), "SqlError", unavailable("Old frames were not forgotten"))

  return { stream, append, read, range, follow, logs, sweep } satisfies FramesShape
})

/** The frames of the database in scope. */
export const layer: Layer.Layer<Frames, never, SqlClient | DatabaseIdentity | Wakeups> = Layer.effect(
  Frames,
  make
)
