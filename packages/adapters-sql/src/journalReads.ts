/**
 * The reading half of the journal.
 *
 * Plain queries outside transactions: each reads one committed state.
 */
import { Effect, Option, Schema } from "effect"
import { ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import { JournalError, type JournalShape } from "@devteam/core/ports/Journal"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { findAll, findOneOption } from "effect/sql/SqlSchema"
import { type ContextRow, ProjectionRow, readRecords, stateOf, summaryOf, SummaryRow } from "./journalRows.ts"
import { describeFailure } from "./sqlFailure.ts"

/** A row that cannot be read was written by a newer program. */
export const newerSchema = (what: string) => (error: Schema.SchemaError) =>
  Effect.fail(
    new JournalError({
      reason: "newer_schema",
      message: `${what}: a stored row has a shape that this program does not know. Update devteam. (${error.message})`
    })
  )

/** Turns the database's errors into the port's. */
export const journalGuard = <A>(
  what: string,
  effect: Effect.Effect<A, JournalError | SqlError | Schema.SchemaError>
): Effect.Effect<A, JournalError> =>
  Effect.catchTags(effect, {
    SqlError: (error) =>
      Effect.fail(new JournalError({ reason: "unavailable", message: describeFailure(what, error) })),
    SchemaError: newerSchema(what)
  })

const notRead = "The journal could not be read"

/** Everything of the port that only reads. */
export const journalReads = (sql: SqlClient) => {
  const summary = sql.literal("execution_id, project_id, user_id, status, started_at, updated_at")
  const contextOf = stateOf(sql)
  const records = readRecords(sql)

  const load = Effect.fn("Journal.load")(function* (executionId: ExecutionId) {
    const [row] = yield* sql<ContextRow>`
      SELECT project_id, version, context_version, context FROM execution WHERE execution_id = ${executionId}`
    if (row !== undefined) return yield* contextOf(executionId, row)
    return yield* new JournalError({ reason: "not_found", message: `There is no execution ${executionId}.` })
  })

  const findLatest = findOneOption({
    Request: ProjectId,
    Result: Schema.Struct({ executionId: ExecutionId }),
    execute: (projectId) => sql`
      SELECT execution_id FROM execution WHERE project_id = ${projectId} ORDER BY ordinal DESC LIMIT 1`
  })
  const findStatus = findOneOption({
    Request: ProjectId,
    Result: ProjectionRow,
    execute: (projectId) => sql`
      SELECT projection FROM execution WHERE project_id = ${projectId} ORDER BY ordinal DESC LIMIT 1`
  })
  const findSummaries = findAll({
    Request: Schema.Struct({
      projectId: Schema.UndefinedOr(ProjectId),
      userId: Schema.UndefinedOr(Schema.String),
      status: Schema.UndefinedOr(Schema.String),
      before: Schema.UndefinedOr(ExecutionId),
      limit: Schema.Int
    }),
    Result: SummaryRow,
    execute: ({ projectId, userId, status, before, limit }) => sql`
      SELECT ${summary} FROM execution WHERE ${sql.and([
        sql`TRUE`,
        ...(projectId === undefined ? [] : [sql`project_id = ${projectId}`]),
        ...(userId === undefined ? [] : [sql`user_id = ${userId}`]),
        ...(status === undefined ? [] : [sql`status = ${status}`]),
        ...(before === undefined
          ? []
          : [sql`ordinal < (SELECT ordinal FROM execution WHERE execution_id = ${before})`])
      ])} ORDER BY ordinal DESC, execution_id LIMIT ${limit}`
  })
  const findRunnable = findAll({
    Request: Schema.Void,
    Result: SummaryRow,
    execute: () => sql`SELECT ${summary} FROM execution WHERE runnable ORDER BY ordinal, execution_id`
  })

  return {
    load: (executionId) => journalGuard(notRead, load(executionId)),
    records: (executionId, after) => journalGuard(notRead, records(executionId, after)),
    latest: (projectId) =>
      journalGuard(
        notRead,
        Effect.map(
          findLatest(projectId),
          Option.map((row) => row.executionId)
        )
      ),
    status: (projectId) =>
      journalGuard(
        notRead,
        Effect.map(
          findStatus(projectId),
          Option.map((row) => row.projection)
        )
      ),
    list: ({ projectId, userId, status, before, limit }) =>
      journalGuard(
        notRead,
        Effect.map(findSummaries({ projectId, userId, status, before, limit }), (rows) => rows.map(summaryOf))
      ),
    runnable: journalGuard(
      notRead,
      Effect.map(findRunnable(undefined), (rows) => rows.map(summaryOf))
    )
  } satisfies Partial<JournalShape>
}
