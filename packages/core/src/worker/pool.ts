/**
 * A service's workers: a fixed number of slots that take hints, and a sweep that finds what no hint told of.
 *
 * One hint is one turn: at a task's end a project that others wait for goes to the back of the line. A hint that is
 * lost, doubled or wrong costs time only; what is runnable and has no live lease is found again by the sweep.
 */
import { Clock, Duration, Effect, Metric, Option, Ref, Stream } from "effect"
import type { BoundTo } from "../model/Settings.ts"
import { type Hint, Hints } from "../ports/Hints.ts"
import { Host } from "../ports/Host.ts"
import { Journal } from "../ports/Journal.ts"
import { Leases } from "../ports/Leases.ts"
import { queueLatency } from "./metrics.ts"
import { takeUpDeferred } from "./takeUpDeferred.ts"
import { makeWaitingLine, type Turn, type WaitingLine } from "./waitingLine.ts"
import { defaultWorkOptions, work, type WorkOptions, type WorkResult } from "./work.ts"

/** How many executions are worked on at once, here and over all workers, and how often is swept. */
export interface PoolOptions {
  readonly concurrency: number
  readonly concurrencyOverAll: number
  readonly sweepMs: number
  readonly leaseMs: number
  /** Only executions that were started for this kind of worker. */
  readonly boundTo: BoundTo
  /** Ends when the pool is to end: nothing more is taken, and what runs is let go of after its step. */
  readonly drain: Effect.Effect<void>
}

/** Two here, five over all, a sweep every 5 s; runs until it is interrupted. */
export const defaultPoolOptions: PoolOptions = {
  concurrency: 2,
  concurrencyOverAll: 5,
  sweepMs: 5_000,
  leaseMs: defaultWorkOptions.leaseMs,
  boundTo: "service",
  drain: Effect.never
}

interface Line {
  readonly waiting: WaitingLine
  readonly draining: Ref.Ref<boolean>
}

/** Executions that work was deferred for, as soon as they can have it. */
const takeUp = Effect.fnUntraced(function* (line: Line, options: PoolOptions) {
  for (const { boundTo, executionId, projectId, priority } of yield* takeUpDeferred) {
    const since = yield* Clock.currentTimeMillis
    if (boundTo !== options.boundTo) continue
    yield* line.waiting.join({ executionId, projectId, since, cause: "sweep", priority })
  }
})

/** What to do with an execution after a turn: the sweep finds those that wait, once their time has come. */
const after = Effect.fnUntraced(function* (line: Line, options: PoolOptions, turn: Turn, result: WorkResult) {
  yield* line.waiting.forget(turn.executionId)
  if (result._tag === "Rested") yield* takeUp(line, options)
  if (result._tag !== "Yielded" || (yield* Ref.get(line.draining))) return
  yield* line.waiting.join({ ...turn, since: yield* Clock.currentTimeMillis, cause: "turn" })
})

const takeTurn = Effect.fnUntraced(function* (line: Line, options: PoolOptions, turn: Turn) {
  const leases = yield* Leases
  const live = yield* leases.count
  if (live >= options.concurrencyOverAll) {
    yield* line.waiting.forget(turn.executionId)
    return
  }
  const workOptions: WorkOptions = {
    leaseMs: options.leaseMs,
    yieldAtBoundary: Effect.map(line.waiting.size, (waiting) => waiting > 0),
    leaveAfterStep: Ref.get(line.draining),
    onLease: Effect.gen(function* () {
      const seconds = ((yield* Clock.currentTimeMillis) - turn.since) / 1000
      yield* Metric.update(Metric.withAttributes(queueLatency, { cause: turn.cause }), seconds)
    })
  }
  const result = yield* work(turn.executionId, workOptions)
  yield* after(line, options, turn, result)
})

const sweep = Effect.fnUntraced(function* (line: Line, options: PoolOptions) {
  const journal = yield* Journal
  const leases = yield* Leases
  const host = yield* Host
  yield* takeUp(line, options)
  const now = yield* Clock.currentTimeMillis
  for (const { executionId, projectId } of yield* journal.runnable) {
    const state = yield* journal.load(executionId)
    const due = state.waiting === undefined || state.waiting.until <= now
    const holder = yield* leases.holder(projectId)
    const free = Option.isNone(holder) || (yield* host.isDead(holder.value.owner))
    if (state.boundTo === options.boundTo && due && free) {
      yield* line.waiting.join({
        executionId,
        projectId,
        since: state.waiting?.until ?? state.updatedAt,
        cause: "sweep",
        priority: state.priority
      })
    }
  }
})

/** Whatever goes wrong in one turn is that execution's affair: the line goes on, and the sweep brings it back. */
const survives = <A, E, R>(what: string, effect: Effect.Effect<A, E, R>) =>
  effect.pipe(Effect.catchCause((cause) => Effect.logError(`${what} failed`, cause)))

/** One of the slots: turn after turn, until the pool drains. */
const slot = Effect.fnUntraced(function* (line: Line, options: PoolOptions) {
  while (!(yield* Ref.get(line.draining))) {
    const drained = Effect.as(options.drain, undefined)
    const taken = yield* Effect.raceFirst(line.waiting.take, drained)
    if (taken === undefined) return
    yield* survives("work", takeTurn(line, options, taken))
  }
})

/**
 * Runs a pool until it has drained, or is interrupted; then every step that runs is interrupted and its processes are
 * dead.
 */
export const runPool = Effect.fn("Worker.pool")(function* (options: PoolOptions) {
  const hints = yield* Hints
  const line: Line = {
    waiting: yield* makeWaitingLine,
    draining: yield* Ref.make(false)
  }
  // Of a hint only the id is trusted.
  const heed = Effect.fnUntraced(function* ({ executionId, projectId, enqueuedAt: since }: Hint) {
    const { priority } = yield* (yield* Journal).load(executionId)
    yield* line.waiting.join({ executionId, projectId, since, cause: "hint", priority })
  })
  const taking = hints.take.pipe(Stream.runForEach((hint) => survives("a hint", heed(hint))))
  const sweeping = survives("sweep", sweep(line, options)).pipe(
    Effect.andThen(Effect.sleep(Duration.millis(options.sweepMs))),
    Effect.forever
  )
  const listening = survives("hints", taking).pipe(Effect.andThen(Effect.sleep("1 second")), Effect.forever)
  const drained = Effect.andThen(options.drain, Ref.set(line.draining, true))
  const working = Array.from({ length: options.concurrency }, () => slot(line, options))
  const finding = Effect.raceFirst(Effect.all([listening, sweeping], { concurrency: "unbounded" }), drained)
  return yield* Effect.all([finding, ...working], { concurrency: "unbounded", discard: true })
})
