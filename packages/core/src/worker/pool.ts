/**
 * A service's workers: a fixed number of slots that take hints, and a sweep that finds what no hint told of.
 *
 * One hint is one turn: at a task's end a project that others wait for goes to the back of the line. A hint that is
 * lost, doubled or wrong costs time only; what is runnable and has no live lease is found again by the sweep.
 */
import { Clock, Duration, Effect, Metric, Option, Queue, Ref, Stream } from "effect"
import type { BoundTo } from "../model/Settings.ts"
import type { ExecutionId, ProjectId } from "../model/Ids.ts"
import { type Hint, Hints } from "../ports/Hints.ts"
import { Host } from "../ports/Host.ts"
import { Journal } from "../ports/Journal.ts"
import { Leases } from "../ports/Leases.ts"
import { queueLatency } from "./metrics.ts"
import { takeUpDeferred } from "./takeUpDeferred.ts"
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

interface Turn {
  readonly executionId: ExecutionId
  readonly projectId: ProjectId
  readonly since: number
  readonly cause: "hint" | "sweep" | "turn"
}

interface Line {
  readonly queue: Queue.Queue<Turn>
  /** Executions that wait in the line or are worked on. */
  readonly known: Ref.Ref<ReadonlySet<ExecutionId>>
  readonly draining: Ref.Ref<boolean>
}

const enqueue = Effect.fnUntraced(function* (line: Line, turn: Turn) {
  const fresh = yield* Ref.modify(line.known, (known) => {
    if (known.has(turn.executionId)) return [false, known] as const
    return [true, new Set([...known, turn.executionId])] as const
  })
  if (fresh) yield* Queue.offer(line.queue, turn)
})

const forget = (line: Line, executionId: ExecutionId) =>
  Ref.update(line.known, (known) => new Set([...known].filter((other) => other !== executionId)))

/** Executions that work was deferred for, as soon as they can have it. */
const takeUp = Effect.fnUntraced(function* (line: Line, options: PoolOptions) {
  for (const { boundTo, executionId, projectId } of yield* takeUpDeferred) {
    const since = yield* Clock.currentTimeMillis
    if (boundTo === options.boundTo) yield* enqueue(line, { executionId, projectId, since, cause: "sweep" })
  }
})

/** What to do with an execution after a turn: the sweep finds those that wait, once their time has come. */
const after = Effect.fnUntraced(function* (line: Line, options: PoolOptions, turn: Turn, result: WorkResult) {
  yield* forget(line, turn.executionId)
  if (result._tag === "Rested") yield* takeUp(line, options)
  if (result._tag !== "Yielded" || (yield* Ref.get(line.draining))) return
  yield* enqueue(line, { ...turn, since: yield* Clock.currentTimeMillis, cause: "turn" })
})

const takeTurn = Effect.fnUntraced(function* (line: Line, options: PoolOptions, turn: Turn) {
  const leases = yield* Leases
  const live = yield* leases.count
  if (live >= options.concurrencyOverAll) {
    yield* forget(line, turn.executionId)
    return
  }
  const workOptions: WorkOptions = {
    leaseMs: options.leaseMs,
    yieldAtBoundary: Effect.map(Queue.size(line.queue), (waiting) => waiting > 0),
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
      yield* enqueue(line, {
        executionId,
        projectId,
        since: state.waiting?.until ?? state.updatedAt,
        cause: "sweep"
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
    const taken = yield* Effect.raceFirst(Queue.take(line.queue), drained)
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
    queue: yield* Queue.unbounded<Turn>(),
    known: yield* Ref.make<ReadonlySet<ExecutionId>>(new Set()),
    draining: yield* Ref.make(false)
  }
  const toTurn = ({ executionId, projectId, enqueuedAt }: Hint): Turn => ({
    executionId,
    projectId,
    since: enqueuedAt,
    cause: "hint"
  })
  const taking = hints.take.pipe(Stream.runForEach((hint) => enqueue(line, toTurn(hint))))
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
