/**
 * Executions and their records as rows.
 *
 * The execution's row holds the whole task context after its newest event: written with every append, so that
 * reading it back needs no tail. It is only a copy; the journal's own rows are the truth.
 */
import { Array, Effect, Option, Result, Schema } from "effect"
import { Event, eventVersion, type JournalRecord } from "@devteam/core/execution/Event"
import { evolve } from "@devteam/core/execution/evolve"
import { contextVersion, Execution, initial, type State } from "@devteam/core/execution/State"
import { isEnded } from "@devteam/core/execution/Status"
import { project, StatusProjection } from "@devteam/core/execution/StatusProjection"
import { ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import { type ExecutionSummary, JournalError } from "@devteam/core/ports/Journal"
import type { SqlClient } from "effect/sql/SqlClient"
import { findAll } from "effect/sql/SqlSchema"
import { Int8, Json } from "./columns.ts"

const encodeContext = Schema.encodeSync(Json(Execution))
const encodeProjection = Schema.encodeSync(Json(StatusProjection))
const encodeEvent = Schema.encodeSync(Json(Event))
const decodeContext = Schema.decodeUnknownOption(Json(Execution))
const decodeEvent = Schema.decodeUnknownResult(Json(Event))

/** The status row of an execution. */
export const ProjectionRow = Schema.Struct({ projection: Json(StatusProjection) })

/** What a list of executions shows. */
export const SummaryRow = Schema.Struct({
  executionId: ExecutionId,
  projectId: ProjectId,
  userId: Schema.NullOr(Schema.String),
  status: Schema.String,
  startedAt: Int8,
  updatedAt: Int8
})

/** A row as the port shows it. */
export const summaryOf = ({ userId, ...summary }: typeof SummaryRow.Type): ExecutionSummary =>
  userId === null ? summary : { ...summary, userId }

/** The columns that an append reads. */
export interface ContextRow {
  readonly projectId: ProjectId
  readonly version: number
  readonly contextVersion: number
  readonly context: string
}

/** Every column of an execution's row that follows from its state. */
export const stateColumns = (state: Execution) => ({
  userId: state.userId ?? null,
  version: state.version,
  status: state.status,
  ended: isEnded(state.status),
  runnable: !isEnded(state.status) && state.status !== "paused",
  startedAt: state.startedAt,
  updatedAt: state.updatedAt,
  contextVersion,
  projection: encodeProjection(project(state)),
  context: encodeContext(state)
})

/** Inserts records, inside the caller's transaction. */
export const insertRecords = Effect.fnUntraced(function* (
  sql: SqlClient,
  executionId: ExecutionId,
  records: ReadonlyArray<JournalRecord>
) {
  const rows = records.map(({ event, ...record }) => ({
    executionId,
    ...record,
    eventVersion,
    event: encodeEvent(event)
  }))
  // Both databases limit the parameters of one statement.
  for (const some of Array.chunksOf(rows, 500)) yield* sql`INSERT INTO journal ${sql.insert(some)}`
})

const RecordRow = Schema.Struct({
  seq: Schema.Int,
  at: Int8,
  epoch: Schema.Int,
  eventVersion: Schema.Int,
  event: Schema.String
})

/** Reads the records after `after`. Refuses, with `newer_schema`, a journal that a newer program has written. */
export const readRecords = (sql: SqlClient) => {
  const find = findAll({
    Request: Schema.Struct({ executionId: ExecutionId, after: Schema.Int }),
    Result: RecordRow,
    execute: ({ executionId, after }) => sql`
      SELECT seq, at, epoch, event_version, event FROM journal
      WHERE execution_id = ${executionId} AND seq > ${after} ORDER BY seq`
  })
  return Effect.fnUntraced(function* (executionId: ExecutionId, after: number) {
    const rows = yield* find({ executionId, after })
    const records: globalThis.Array<JournalRecord> = []
    for (const { seq, at, epoch, ...row } of rows) {
      const event = decodeEvent(row.event)
      if (row.eventVersion > eventVersion || Result.isFailure(event)) {
        return yield* new JournalError({
          reason: "newer_schema",
          message: `Event ${seq} of execution ${executionId} has format ${row.eventVersion}, which this program cannot read (it knows ${eventVersion}). Update devteam.`
        })
      }
      records.push({ seq, at, epoch, event: event.success })
    }
    return records
  })
}

/** The state behind a row: its stored context where this program knows that shape, else folded from the journal. */
export const stateOf = (sql: SqlClient) => {
  const records = readRecords(sql)
  return Effect.fnUntraced(function* (executionId: ExecutionId, row: ContextRow) {
    const stored =
      row.contextVersion === contextVersion ? decodeContext(row.context) : Option.none<Execution>()
    if (Option.isSome(stored)) return stored.value
    const state = (yield* records(executionId, 0)).reduce<State>(evolve, initial)
    return (
      state ?? (yield* Effect.die(new Error(`The journal of ${executionId} does not begin with a request.`)))
    )
  })
}
