/**
 * Puts a command through: load, decide, append, and again when somebody was faster.
 *
 * The only way to the journal. A rejection is the caller's to show; a version conflict never leaves.
 */
import { Clock, Effect, Result, Schedule, Schema } from "effect"
import type { Report, Request } from "../execution/Command.ts"
import { decide } from "../execution/decide.ts"
import type { Rejection } from "../execution/Rejection.ts"
import { describeRejection } from "../execution/Rejection.ts"
import type { Execution } from "../execution/State.ts"
import type { ExecutionId } from "../model/Ids.ts"
import { Journal } from "../ports/Journal.ts"
import { measure } from "./metrics.ts"

/** A request that the lifecycle refuses, as an error. */
export class RequestRejected extends Schema.TaggedError<RequestRejected>()("RequestRejected", {
  rejection: Schema.Any
}) {
  override get message(): string {
    return describeRejection(this.rejection as Rejection)
  }
}

/** What became of a command. */
export interface Submitted {
  readonly before: Execution
  readonly after: Execution
  readonly changed: boolean
}

type ExistingRequest = Exclude<Request, { readonly _tag: "Start" }>

const once = Effect.fnUntraced(function* (
  executionId: ExecutionId,
  command: ExistingRequest | Report,
  epoch: number | undefined
) {
  const journal = yield* Journal
  const before = yield* journal.load(executionId)
  const now = yield* Clock.currentTimeMillis
  const at = Math.max(now, before.updatedAt)
  const decided = decide({ ...command, at }, before)
  if (Result.isFailure(decided)) return yield* new RequestRejected({ rejection: decided.failure })
  if (decided.success.length === 0) return { before, after: before, changed: false } satisfies Submitted
  const events = decided.success
  const after = yield* journal.append({ executionId, expectedVersion: before.version, at, epoch, events })
  yield* measure(events)
  return { before, after, changed: true } satisfies Submitted
})

const conflicts = Schedule.spaced("5 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 200 }))

/** Submits a person's request, or a worker's report with its epoch. */
export const submit = (executionId: ExecutionId, command: ExistingRequest | Report, epoch?: number) =>
  once(executionId, command, epoch).pipe(
    Effect.retry({
      while: (error) => error._tag === "JournalError" && error.reason === "version_conflict",
      schedule: conflicts
    })
  )

/**
 * Submits a report only if the execution is still as `decidedOn` had it: for `BeginStep`, which must not happen after
 * somebody asked to stop. False when it was not.
 */
export const submitIfUnchanged = Effect.fnUntraced(function* (
  decidedOn: Execution,
  report: Report,
  epoch: number
) {
  const journal = yield* Journal
  const now = yield* Clock.currentTimeMillis
  const at = Math.max(now, decidedOn.updatedAt)
  const decided = decide({ ...report, at }, decidedOn)
  const events = Result.getOrElse(decided, () => [])
  const { executionId, version: expectedVersion } = decidedOn
  return yield* journal.append({ executionId, expectedVersion, at, epoch, events }).pipe(
    Effect.map((after): Execution | undefined => after),
    Effect.catchIf(
      (error) => error.reason === "version_conflict",
      () => Effect.succeed(undefined)
    )
  )
})
