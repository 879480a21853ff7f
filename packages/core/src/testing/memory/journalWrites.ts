/**
 * What a journal writes, as synchronous steps: whoever has more to write with it does so in the same step.
 *
 * Each writes everything or, when it refuses, nothing.
 */
import { PubSub, Result } from "effect"
import { type Advance, advance } from "../../envelope/advance.ts"
import type { Event } from "../../execution/Event.ts"
import { type Execution, initial } from "../../execution/State.ts"
import { isEnded } from "../../execution/Status.ts"
import { project } from "../../execution/StatusProjection.ts"
import { type Append, JournalError } from "../../ports/Journal.ts"
import {
  addFrames,
  type ExecutionRow,
  leaseRow,
  type MemoryStoreShape,
  nextFrame,
  throughDisk
} from "./MemoryStore.ts"

const refuse = (reason: JournalError["reason"], message: string) =>
  Result.fail(new JournalError({ reason, message }))

const write = (store: MemoryStoreShape, row: ExecutionRow, made: Advance, after: Execution) => {
  row.records.push(...made.records)
  row.state = after
  row.projection = project(after)
  store.executions.set(after.executionId, row)
  addFrames(store, after.projectId, made.frames)
  PubSub.publishUnsafe(store.committed, after.projectId)
  return Result.succeed(after)
}

/** See `Journal.create`. */
export const createExecution = (
  store: MemoryStoreShape,
  events: ReadonlyArray<Event>,
  at: number
): Result.Result<Execution, JournalError> => {
  const made = advance(initial, events.map(throughDisk), at, 0)
  const { after } = made
  if (after === undefined) throw new Error("An execution is created from events.")
  const { executionId, projectId } = after
  const active = [...store.executions.values()].find(
    ({ state }) => state.projectId === projectId && !isEnded(state.status)
  )
  if (active !== undefined || store.executions.has(executionId)) {
    return refuse("exists", `${projectId} already has an active execution, or ${executionId} is taken.`)
  }
  leaseRow(store, projectId)
  const firstFrame = nextFrame(store, projectId)
  return write(store, { records: [], firstFrame, state: after, projection: project(after) }, made, after)
}

/** See `Journal.append`. */
export const appendEvents = (
  store: MemoryStoreShape,
  { executionId, expectedVersion, at, epoch, events }: Append
): Result.Result<Execution, JournalError> => {
  const row = store.executions.get(executionId)
  if (row === undefined) return refuse("not_found", `There is no execution ${executionId}.`)
  if (epoch !== undefined && leaseRow(store, row.state.projectId).epoch !== epoch) {
    return refuse("stale_epoch", `Another worker holds ${row.state.projectId}.`)
  }
  if (row.state.version !== expectedVersion) {
    return refuse("version_conflict", `Execution ${executionId} is at version ${row.state.version}.`)
  }
  const made = advance(row.state, events.map(throughDisk), at, epoch ?? 0)
  return write(store, row, made, made.after ?? row.state)
}
