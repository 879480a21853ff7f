/**
 * Accepts a client's wish for work: one transaction with the event, what follows from it, and the answer.
 *
 * An execution is started, or the active one is joined. Nothing runs here; a hint or the sweep brings a worker.
 */
import { Clock, Effect, Result, Schedule } from "effect"
import { decide } from "../execution/decide.ts"
import type { Rejection } from "../execution/Rejection.ts"
import { type Execution, type State } from "../execution/State.ts"
import { isEnded } from "../execution/Status.ts"
import type { ExecutionId, ProjectId } from "../model/Ids.ts"
import type { Scope } from "../model/Settings.ts"
import {
  type ClientEvent,
  type Consequence,
  type IdempotencyKey,
  Intake,
  type Recalled,
  type StoredAnswer
} from "../ports/Intake.ts"
import { JournalError } from "../ports/Journal.ts"
import { newestOf, prepareStart, type StartInput } from "./start.ts"

/** A wish for work. */
export interface Wish<E = never, R = never> {
  readonly projectId: ProjectId
  readonly scope: Scope
  readonly event: ClientEvent
  readonly idempotency?: IdempotencyKey | undefined
  /** Whether an active execution is joined; otherwise the wish is refused. */
  readonly joins: boolean
  /** What starts, after the project's newest execution. Asked only where something is to start. */
  readonly start: (newest: State) => Effect.Effect<StartInput, E, R>
  /** The answer, by the execution that does the work. */
  readonly answer: (executionId: ExecutionId) => StoredAnswer
}

/** What became of a wish. `Refused`: nothing is stored; `execution` is the project's newest one. */
export type Granted =
  | { readonly _tag: "Accepted"; readonly execution: Execution | undefined; readonly answer: StoredAnswer }
  | Recalled
  | { readonly _tag: "Refused"; readonly rejection: Rejection; readonly execution: Execution }

interface Decided {
  readonly consequence: Consequence
  readonly executionId: ExecutionId
}

const isActive = (state: State): state is Execution => state !== undefined && !isEnded(state.status)

const joined = (
  execution: Execution,
  { scope, event }: Pick<Wish, "scope" | "event">,
  at: number
): Result.Result<Decided, Rejection> => {
  const { executionId, version: expectedVersion } = execution
  const join = { _tag: "Join" as const, scope, at, eventId: event.id }
  return Result.map(decide(join, execution), (events) => ({
    executionId,
    consequence: { _tag: "Append", executionId, expectedVersion, events }
  }))
}

const started = Effect.fnUntraced(function* (start: StartInput, previous: State, at: number) {
  const decided = yield* prepareStart(start, previous, at)
  return Result.map(decided, ({ executionId, events }): Decided => ({
    executionId,
    consequence: { _tag: "Create", events }
  }))
})

const once = Effect.fnUntraced(function* <E, R>(wish: Wish<E, R>) {
  const intake = yield* Intake
  const previous = yield* newestOf(wish.projectId)
  const now = yield* Clock.currentTimeMillis
  const at = Math.max(now, previous?.updatedAt ?? 0)
  const decided =
    wish.joins && isActive(previous)
      ? joined(previous, wish, at)
      : yield* started(yield* wish.start(previous), previous, at)
  if (Result.isFailure(decided)) {
    if (previous === undefined) return yield* Effect.die(new Error("A first execution is never refused."))
    return { _tag: "Refused", rejection: decided.failure, execution: previous } satisfies Granted
  }
  const { consequence, executionId } = decided.success
  const { event, idempotency } = wish
  const answer = wish.answer(executionId)
  const accepted = yield* intake.accept({ at, event, idempotency, consequence, answer })
  const granted: Granted = accepted._tag === "Accepted" ? { ...accepted, answer } : accepted
  return granted
})

const conflicts = Schedule.spaced("5 millis").pipe(Schedule.jittered, Schedule.upTo({ times: 200 }))

const isConflict = (error: unknown): boolean =>
  error instanceof JournalError && (error.reason === "version_conflict" || error.reason === "exists")

/** Accepts a wish, replays an earlier answer to the same key or event, or refuses. */
export const accept = Effect.fn("Worker.accept")(function* <E, R>(wish: Wish<E, R>) {
  const intake = yield* Intake
  const earlier = yield* intake.recall(wish)
  if (earlier !== undefined) return earlier satisfies Granted
  return yield* once(wish).pipe(
    Effect.retry({
      while: isConflict,
      schedule: conflicts
    })
  )
})
