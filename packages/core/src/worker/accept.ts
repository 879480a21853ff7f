/**
 * Accepts a client's wish for work: one transaction with the event, what follows from it, and the answer.
 *
 * An execution is started, or the active one is joined; while one is stopping neither is possible, and the work is
 * deferred until the project is free (`takeUpDeferred.ts`). Nothing runs here; a hint or the sweep brings a worker.
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
  /** 0 to 9; raises that of an execution that is joined. */
  readonly priority?: number | undefined
  /** Whether an active execution is joined, or followed where it is stopping; otherwise the wish is refused. */
  readonly joins: boolean
  /** What starts, after the project's newest execution. Asked only where something is to start. */
  readonly start: (newest: State) => Effect.Effect<StartInput, E, R>
  /** The answer, by the execution that does the work; undefined where one follows later. */
  readonly answer: (executionId: ExecutionId | undefined) => StoredAnswer
}

/** What became of a wish. `Refused`: nothing is stored; `execution` is the project's newest one. */
export type Granted =
  | { readonly _tag: "Accepted"; readonly execution: Execution | undefined; readonly answer: StoredAnswer }
  | Recalled
  | { readonly _tag: "Refused"; readonly rejection: Rejection; readonly execution: Execution }

interface Decided {
  readonly consequence: Consequence
  readonly executionId: ExecutionId | undefined
}

/** Whether an execution has begun and not ended. */
export const isActive = (state: State): state is Execution => state !== undefined && !isEnded(state.status)

/** More work for an active execution, or its rejection. */
export const join = (
  execution: Execution,
  { scope, eventId, priority }: Pick<StartInput, "scope" | "eventId" | "priority">,
  at: number
) =>
  Result.map(
    decide(
      {
        _tag: "Join",
        scope,
        at,
        ...(eventId === undefined ? {} : { eventId }),
        ...(priority === undefined ? {} : { priority })
      },
      execution
    ),
    (events) => {
      const { executionId, version: expectedVersion } = execution
      return { _tag: "Append" as const, executionId, expectedVersion, events }
    }
  )

const deferred = ({
  boundTo: _,
  ordered: _o,
  fresh: _f,
  eventId,
  userId,
  priority,
  ...work
}: StartInput): Decided => ({
  executionId: undefined,
  consequence: {
    _tag: "Defer",
    work: {
      ...work,
      ...(eventId === undefined ? {} : { eventId }),
      ...(userId === undefined ? {} : { userId }),
      ...(priority === undefined ? {} : { priority })
    }
  }
})

const joined = Effect.fnUntraced(function* <E, R>(execution: Execution, wish: Wish<E, R>, at: number) {
  const { executionId } = execution
  const { scope, priority, event } = wish
  const consequence = join(execution, { scope, priority, eventId: event.id }, at)
  const decided: Decided = Result.isSuccess(consequence)
    ? { executionId, consequence: consequence.success }
    : deferred(yield* wish.start(execution))
  return Result.succeed(decided)
})

const started = Effect.fnUntraced(function* <E, R>(wish: Wish<E, R>, previous: State, at: number) {
  const decided = yield* prepareStart(yield* wish.start(previous), previous, at)
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
    wish.joins && isActive(previous) ? yield* joined(previous, wish, at) : yield* started(wish, previous, at)
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
  const granted = yield* Effect.retry(once(wish), { while: isConflict, schedule: conflicts })
  if (granted._tag !== "Refused") return granted
  // What stands in the way may be what the same request, sent at the same time, has just started.
  return (yield* intake.recall(wish)) ?? granted
})
