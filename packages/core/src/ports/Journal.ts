/**
 * Port: the append-only record of executions, with everything that is written in the same transaction.
 *
 * The only truth. An append names the version that it was decided on, and a worker's append names its epoch; the
 * store refuses both when they are old. Status row, snapshot and frames follow from the events by the core's own
 * functions, inside that one transaction.
 */
import { Context, type Effect, type Option, Schema } from "effect"
import type { Event, JournalRecord } from "../execution/Event.ts"
import type { Execution } from "../execution/State.ts"
import type { StatusProjection } from "../execution/StatusProjection.ts"
import type { ExecutionId, InstanceId, ProjectId } from "../model/Ids.ts"

/**
 * `version_conflict`: somebody appended first, load and decide again. `stale_epoch`: another worker holds the
 * project, stop everything. `exists`: that execution, or another active one of the project, is there already.
 */
export class JournalError extends Schema.TaggedError<JournalError>()("JournalError", {
  reason: Schema.Literals([
    "version_conflict",
    "stale_epoch",
    "exists",
    "not_found",
    "newer_schema",
    "unavailable"
  ]),
  message: Schema.String
}) {
  /** Whether the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return this.reason === "unavailable"
  }
}

/** Events to append. `epoch` is absent for a request. */
export interface Append {
  readonly executionId: ExecutionId
  readonly expectedVersion: number
  readonly at: number
  readonly epoch?: number | undefined
  readonly events: ReadonlyArray<Event>
}

/** An execution as a list shows it. */
export interface ExecutionSummary {
  readonly executionId: ExecutionId
  readonly projectId: ProjectId
  readonly userId?: string | undefined
  readonly status: string
  readonly startedAt: number
  readonly updatedAt: number
}

/** The journal port. */
export interface JournalShape {
  /** The database's own uuid: made once, never changed. */
  readonly instance: InstanceId
  /** Creates an execution from its first events (`ExecutionRequested` first). At most one per project is active. */
  readonly create: (events: ReadonlyArray<Event>, at: number) => Effect.Effect<Execution, JournalError>
  /** Appends to an execution; answers the state after it. */
  readonly append: (append: Append) => Effect.Effect<Execution, JournalError>
  /** The task context: newest snapshot plus what came after. `not_found` when there is none. */
  readonly load: (executionId: ExecutionId) => Effect.Effect<Execution, JournalError>
  /** The records after `after` (0: all), in order. */
  readonly records: (
    executionId: ExecutionId,
    after: number
  ) => Effect.Effect<ReadonlyArray<JournalRecord>, JournalError>
  /** The newest execution of a project, active or ended. */
  readonly latest: (projectId: ProjectId) => Effect.Effect<Option.Option<ExecutionId>, JournalError>
  /** The status row. */
  readonly status: (projectId: ProjectId) => Effect.Effect<Option.Option<StatusProjection>, JournalError>
  /** Newest first: those that began before `before`, where that is named and known. */
  readonly list: (filter: {
    readonly projectId?: ProjectId | undefined
    readonly userId?: string | undefined
    readonly status?: string | undefined
    readonly before?: ExecutionId | undefined
    readonly limit: number
  }) => Effect.Effect<ReadonlyArray<ExecutionSummary>, JournalError>
  /** Executions that have something for a worker to do: not ended, and not paused. */
  readonly runnable: Effect.Effect<ReadonlyArray<ExecutionSummary>, JournalError>
}

/** See {@link JournalShape}. */
export class Journal extends Context.Service<Journal, JournalShape>()("@devteam/core/Journal") {}
