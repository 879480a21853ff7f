/**
 * The journal port in memory.
 */
import { Effect, Layer, Option, PubSub } from "effect"
import type { FrameDraft } from "../../envelope/Frame.ts"
import { frameOf } from "../../envelope/framesOf.ts"
import type { Event, JournalRecord } from "../../execution/Event.ts"
import { evolve } from "../../execution/evolve.ts"
import { type Execution, initial, type State } from "../../execution/State.ts"
import { isEnded } from "../../execution/Status.ts"
import { project } from "../../execution/StatusProjection.ts"
import type { ProjectId } from "../../model/Ids.ts"
import { type ExecutionSummary, Journal, JournalError, type JournalShape } from "../../ports/Journal.ts"
import { addFrames, type ExecutionRow, leaseRow, MemoryStore, throughDisk } from "./MemoryStore.ts"

const fail = (reason: JournalError["reason"], message: string) =>
  Effect.fail(new JournalError({ reason, message }))

const summary = ({ state }: ExecutionRow): ExecutionSummary => ({
  executionId: state.executionId,
  projectId: state.projectId,
  status: state.status,
  startedAt: state.startedAt,
  updatedAt: state.updatedAt
})

/** Events in sequence after `state`, with the frame of each. */
const advance = (state: State, events: ReadonlyArray<Event>, at: number, epoch: number) => {
  const records: Array<JournalRecord> = []
  const frames: Array<FrameDraft> = []
  let after = state
  for (const event of events.map(throughDisk)) {
    after = evolve(after, { at, event })
    if (after === undefined) throw new Error("A journal begins with ExecutionRequested.")
    const record = { seq: after.version, at, epoch, event }
    records.push(record)
    frames.push(frameOf(record, after))
  }
  return { records, frames, after }
}

const make = Effect.map(MemoryStore, (store): JournalShape => {
  const rowsOf = (projectId?: ProjectId): ReadonlyArray<ExecutionRow> =>
    [...store.executions.values()]
      .filter(({ state }) => projectId === undefined || state.projectId === projectId)
      .reverse()

  const commit = (row: ExecutionRow, made: ReturnType<typeof advance>, after: Execution) => {
    row.records.push(...made.records)
    row.state = after
    row.projection = project(after)
    store.executions.set(after.executionId, row)
    addFrames(store, after.projectId, made.frames)
    return Effect.as(PubSub.publish(store.committed, after.projectId), after)
  }

  return {
    instance: store.instance,
    create: (events, at) =>
      Effect.suspend(() => {
        const made = advance(initial, events, at, 0)
        const { after } = made
        if (after === undefined) return Effect.die(new Error("An execution is created from events."))
        const active = rowsOf(after.projectId).find(({ state }) => !isEnded(state.status))
        if (active !== undefined || store.executions.has(after.executionId)) {
          return fail(
            "exists",
            `${after.projectId} already has an active execution, or ${after.executionId} is taken.`
          )
        }
        leaseRow(store, after.projectId)
        return commit({ records: [], state: after, projection: project(after) }, made, after)
      }),
    append: ({ executionId, expectedVersion, at, epoch, events }) =>
      Effect.suspend(() => {
        const row = store.executions.get(executionId)
        if (row === undefined) return fail("not_found", `There is no execution ${executionId}.`)
        if (epoch !== undefined && leaseRow(store, row.state.projectId).epoch !== epoch) {
          return fail("stale_epoch", `Another worker holds ${row.state.projectId}.`)
        }
        if (row.state.version !== expectedVersion) {
          return fail("version_conflict", `Execution ${executionId} is at version ${row.state.version}.`)
        }
        const made = advance(row.state, events, at, epoch ?? 0)
        return commit(row, made, made.after ?? row.state)
      }),
    load: (executionId) =>
      Effect.suspend(() => {
        const row = store.executions.get(executionId)
        return row === undefined
          ? fail("not_found", `There is no execution ${executionId}.`)
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
    list: ({ projectId, limit }) => Effect.sync(() => rowsOf(projectId).slice(0, limit).map(summary)),
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
