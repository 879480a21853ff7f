/**
 * The journal port in memory.
 */
import { Effect, Layer, Option } from "effect"
import { isEnded } from "../../execution/Status.ts"
import type { ProjectId } from "../../model/Ids.ts"
import { type ExecutionSummary, Journal, JournalError, type JournalShape } from "../../ports/Journal.ts"
import { appendEvents, createExecution } from "./journalWrites.ts"
import { type ExecutionRow, MemoryStore } from "./MemoryStore.ts"

const summary = ({ state }: ExecutionRow): ExecutionSummary => ({
  executionId: state.executionId,
  projectId: state.projectId,
  ...(state.userId === undefined ? {} : { userId: state.userId }),
  status: state.status,
  startedAt: state.startedAt,
  updatedAt: state.updatedAt
})

const make = Effect.map(MemoryStore, (store): JournalShape => {
  const rowsOf = (projectId?: ProjectId): ReadonlyArray<ExecutionRow> =>
    [...store.executions.values()]
      .filter(({ state }) => projectId === undefined || state.projectId === projectId)
      .reverse()

  return {
    instance: store.instance,
    create: (events, at) => Effect.suspend(() => Effect.fromResult(createExecution(store, events, at))),
    append: (request) => Effect.suspend(() => Effect.fromResult(appendEvents(store, request))),
    load: (executionId) =>
      Effect.suspend(() => {
        const row = store.executions.get(executionId)
        return row === undefined
          ? Effect.fail(
              new JournalError({ reason: "not_found", message: `There is no execution ${executionId}.` })
            )
          : Effect.succeed(row.state)
      }),
    records: (executionId, after) =>
      Effect.sync(() => (store.executions.get(executionId)?.records ?? []).filter(({ seq }) => seq > after)),
    latest: (projectId) =>
      Effect.sync(() =>
        Option.map(Option.fromUndefinedOr(rowsOf(projectId)[0]), ({ state }) => state.executionId)
      ),
    status: (projectId) =>
      Effect.sync(() => Option.map(Option.fromUndefinedOr(rowsOf(projectId)[0]), (row) => row.projection)),
    list: ({ projectId, userId, status, before, limit }) =>
      Effect.sync(() => {
        const all = rowsOf()
        const from = before === undefined ? 0 : all.findIndex(({ state }) => state.executionId === before) + 1
        return all
          .slice(before !== undefined && from === 0 ? all.length : from)
          .filter(
            ({ state }) =>
              (projectId === undefined || state.projectId === projectId) &&
              (userId === undefined || state.userId === userId) &&
              (status === undefined || state.status === status)
          )
          .slice(0, limit)
          .map(summary)
      }),
    runnable: Effect.sync(() =>
      rowsOf()
        .filter(({ state }) => !isEnded(state.status) && state.status !== "paused")
        .map(summary)
        .reverse()
    )
  }
})

/** The journal of the store in scope. */
export const layer: Layer.Layer<Journal, never, MemoryStore> = Layer.effect(Journal, make)
