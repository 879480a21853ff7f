/**
 * The worker: takes a project's lease and does what `next` says until there is nothing to do.
 *
 * It decides nothing. Losing the lease stops everything at once; whatever is unfinished then is in the journal for
 * the next holder.
 */
import { Clock, Duration, Effect, Option, Ref, Schedule } from "effect"
import type { Execution } from "../execution/State.ts"
import type { Status, Waiting } from "../execution/Status.ts"
import type { ExecutionId, ProjectId } from "../model/Ids.ts"
import { Host } from "../ports/Host.ts"
import { Journal } from "../ports/Journal.ts"
import { type Lease, type LeaseError, type LeaseOwner, Leases } from "../ports/Leases.ts"
import { Sandboxes } from "../ports/Sandbox.ts"
import { openSession, type Session } from "../steps/Session.ts"
import { Workflows } from "../workflows/registry.ts"
import { type Workflow, workflowId } from "../workflows/Workflow.ts"
import { cleanUpEnded, cleanUpExecution, cleanUpTask } from "./cleanUp.ts"
import { orWarn } from "./orWarn.ts"
import { runStep } from "./runStep.ts"
import { submit } from "./submit.ts"

/** Why the worker let go. */
export type WorkResult =
  | { readonly _tag: "Rested"; readonly status: Status | "none" }
  | { readonly _tag: "Waiting"; readonly waiting: Waiting; readonly version: number }
  /** Somebody else holds the project. */
  | { readonly _tag: "Busy"; readonly owner: LeaseOwner | undefined }
  /** The lease was lost: another worker goes on. */
  | { readonly _tag: "Lost" }
  /** A task ended and others wait for a slot, or the rest is not this worker's. */
  | { readonly _tag: "Yielded" }

/** How long a lease lasts, and how often it is renewed. */
export interface WorkOptions {
  readonly leaseMs: number
  /** Asked at every task boundary: give the project back? */
  readonly yieldAtBoundary: Effect.Effect<boolean>
  /** Asked after every step: does this worker end? */
  readonly leaveAfterStep: Effect.Effect<boolean>
  /** Run once the lease is taken. */
  readonly onLease: Effect.Effect<void>
  /** Asked before everything: whether this worker still goes on. Always, when absent. */
  readonly goesOn?: (state: Execution) => boolean
}

/** Leases of 30 s that are kept until there is nothing to do. */
export const defaultWorkOptions: WorkOptions = {
  leaseMs: 30_000,
  yieldAtBoundary: Effect.succeed(false),
  leaveAfterStep: Effect.succeed(false),
  onLease: Effect.void
}

/** Renews a third of the way; gives up while there is still a margin before others may take over. */
const keepAlive = (session: Session, leaseMs: number) =>
  Effect.gen(function* () {
    const leases = yield* Leases
    const renew = Effect.gen(function* () {
      const renewed = yield* leases.renew(yield* Ref.get(session.lease), leaseMs)
      yield* Ref.update(session.lease, (held) => (held.epoch === renewed.epoch ? renewed : held))
    })
    const patience = Schedule.spaced("500 millis").pipe(
      Schedule.upTo({ duration: Duration.millis(leaseMs / 3) })
    )
    const persistent = Effect.retry(renew, {
      while: (error: LeaseError) => error.retryable,
      schedule: patience
    })
    return yield* persistent.pipe(Effect.delay(Duration.millis(leaseMs / 3)), Effect.forever)
  })

const step = Effect.fnUntraced(function* (state: Execution, session: Session, workflow: Workflow) {
  const { executionId } = state
  const { epoch } = yield* Ref.get(session.lease)
  const directive = workflow.next(state)
  switch (directive._tag) {
    case "Rest":
      return { _tag: "Rested", status: directive.status } satisfies WorkResult
    case "Recover":
      yield* Effect.logWarning("taking over a step whose worker died", { step: directive.step })
      yield* submit(executionId, { _tag: "InterruptStep", cause: "crashed" }, epoch)
      return undefined
    case "Settle":
      yield* submit(executionId, { _tag: "Settle" }, epoch)
      return undefined
    case "WaitUntil": {
      const { waiting } = directive
      if ((yield* Clock.currentTimeMillis) < waiting.until) {
        return { _tag: "Waiting", waiting, version: state.version } satisfies WorkResult
      }
      yield* submit(executionId, { _tag: "EndWait" }, epoch)
      return undefined
    }
    case "RunStep": {
      const definition = workflow.steps[directive.step]
      if (definition === undefined) {
        return yield* Effect.die(new Error(`${workflowId(workflow)} has no step ${directive.step}`))
      }
      const current = yield* runStep(state, session, directive.step, definition, directive.mode)
      return current ? undefined : ({ _tag: "Lost" } satisfies WorkResult)
    }
  }
})

const atBoundary = (state: Execution): boolean =>
  state.status === "running" && state.active === undefined && state.inHand === undefined

const loop = Effect.fnUntraced(function* (
  executionId: ExecutionId,
  session: Session,
  workflow: Workflow,
  options: WorkOptions
) {
  const journal = yield* Journal
  let before = yield* journal.load(executionId)
  for (;;) {
    if (options.goesOn?.(before) === false) return { _tag: "Yielded" } satisfies WorkResult
    const result = yield* step(before, session, workflow)
    if (result !== undefined) return result
    const after = yield* journal.load(executionId)
    yield* cleanUpTask(session, before, after)
    const leaves = (yield* options.leaveAfterStep) || (atBoundary(after) && (yield* options.yieldAtBoundary))
    if (leaves) return { _tag: "Yielded" } satisfies WorkResult
    before = after
  }
})

const holding = (executionId: ExecutionId, lease: Ref.Ref<Lease>, options: WorkOptions) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const leases = yield* Leases
    const sandboxes = yield* Sandboxes
    const workflows = yield* Workflows
    const state = yield* journal.load(executionId)
    const { projectId, instance } = state
    const workflow = yield* workflows.find(workflowId(state.workflow))
    const { epoch } = yield* Ref.get(lease)
    yield* Effect.logInfo("taken", { epoch })
    const killed = yield* sandboxes.reap({ instance, projectId, epoch })
    if (killed > 0) yield* Effect.logWarning("ended processes that a dead worker left", { killed })
    const session = yield* openSession(state, lease)
    yield* cleanUpEnded(session, state)
    const leave = Effect.gen(function* () {
      const holder = yield* leases.holder(projectId)
      const held = yield* Ref.get(lease)
      // Another process of this machine may be at work in the same directories by now.
      if (Option.isSome(holder) && holder.value.epoch !== held.epoch) return
      yield* cleanUpExecution(session, yield* journal.load(executionId))
    })
    yield* Effect.addFinalizer(() => orWarn("cleaning up", leave))
    return yield* Effect.raceFirst(
      loop(executionId, session, workflow, options),
      keepAlive(session, options.leaseMs)
    )
  })

/** Takes the lease for as long as the scope is open; its epoch may be raised meanwhile. */
const takeLease = (projectId: ProjectId, leaseMs: number) =>
  Effect.uninterruptible(
    Effect.gen(function* () {
      const leases = yield* Leases
      const host = yield* Host
      const taken = yield* leases.acquire(projectId, host.owner, leaseMs, host.isDead)
      if (Option.isNone(taken)) return undefined
      const lease = yield* Ref.make(taken.value)
      const release = Effect.flatMap(Ref.get(lease), leases.release)
      yield* Effect.addFinalizer(() => orWarn("giving the lease back", release))
      return lease
    })
  )

const isStale = (error: { readonly _tag: string; readonly reason?: unknown }): boolean =>
  (error._tag === "LeaseError" && error.reason === "lost") ||
  (error._tag === "JournalError" && error.reason === "stale_epoch")

/** Works on an execution until it rests, waits, or somebody else is to go on. */
export const work = Effect.fn("Worker.work")(function* (executionId: ExecutionId, options: WorkOptions) {
  const journal = yield* Journal
  const leases = yield* Leases
  const { projectId, correlationId } = yield* journal.load(executionId)
  const held = Effect.gen(function* () {
    const lease = yield* takeLease(projectId, options.leaseMs)
    if (lease === undefined) {
      const holder = yield* leases.holder(projectId)
      const owner = Option.getOrUndefined(Option.map(holder, (other) => other.owner))
      return { _tag: "Busy", owner } satisfies WorkResult
    }
    yield* options.onLease
    return yield* holding(executionId, lease, options)
  })
  return yield* Effect.scoped(held).pipe(
    Effect.catchIf(isStale, () => Effect.succeed<WorkResult>({ _tag: "Lost" })),
    Effect.annotateLogs({ projectId, executionId, correlationId })
  )
})
