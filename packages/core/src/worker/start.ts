/**
 * Starts an execution: registers its project and creates its journal.
 *
 * Nothing runs yet; whoever takes the project's lease goes on. A push that an earlier execution left unresolved is
 * handed over here.
 */
import { Clock, Effect, Option, Result } from "effect"
import { decide } from "../execution/decide.ts"
import type { InheritedPush } from "../execution/Event.ts"
import { notLegal } from "../execution/Rejection.ts"
import type { Execution, State } from "../execution/State.ts"
import { type CorrelationId, ExecutionId, type ProjectId } from "../model/Ids.ts"
import type { Ordered } from "../model/Decision.ts"
import type { BoundTo, ExecutionSettings, Scope } from "../model/Settings.ts"
import { Host } from "../ports/Host.ts"
import { Journal } from "../ports/Journal.ts"
import { Projects } from "../ports/Projects.ts"
import { Workflows } from "../workflows/registry.ts"
import { RequestRejected } from "./submit.ts"

/** What is to be started. `url` in the settings has no credentials. */
export interface StartInput {
  readonly projectId: ProjectId
  readonly settings: ExecutionSettings
  readonly scope: Scope
  readonly boundTo: BoundTo
  readonly correlationId: CorrelationId
  /** By name or id; `DEVTEAM_AUTOMATION` as a rule. */
  readonly workflow: string
  readonly userId?: string | undefined
  readonly eventId?: string | undefined
  /** 0 to 9; more goes first. */
  readonly priority?: number | undefined
  /** Begin a delivery branch of its own, instead of going on with an earlier one that is not merged. */
  readonly fresh?: boolean | undefined
  /** What a person wants delivered first. */
  readonly ordered?: ReadonlyArray<Ordered> | undefined
}

/** The push that an ended execution left to its project, if it left one. */
const inheritedFrom = (state: State): InheritedPush | undefined => {
  if (state?.status !== "stopped" || state.push === undefined || state.push.phase !== "unknown")
    return undefined
  const { push } = state
  if (push.inherited !== undefined) return push.inherited
  const capabilities = state.ready?.capabilities
  if (capabilities === undefined) return undefined
  const taskTitle = state.inHand?.task.title ?? push.intent.taskId
  return { executionId: state.executionId, taskTitle, intent: push.intent, capabilities }
}

/** The delivery branch that the project's executions were at. */
const branchOf = (previous: State): string | undefined =>
  previous?.ready?.from === undefined ? previous?.continues : previous.ready.target

const newId = Effect.gen(function* () {
  const host = yield* Host
  const day = new Date(yield* Clock.currentTimeMillis).toISOString().slice(0, 10).replaceAll("-", "")
  const nonce = yield* host.nonce
  return ExecutionId.make(`${day}-${nonce.slice(0, 8)}`)
})

/** Decides a start after `previous`, the project's newest execution. Stores nothing. */
export const prepareStart = Effect.fnUntraced(function* (input: StartInput, previous: State, at: number) {
  const journal = yield* Journal
  const workflows = yield* Workflows
  const { projectId, settings, scope, boundTo, correlationId, userId, eventId } = input
  const { name, version } = yield* workflows.find(input.workflow)
  const inherited = inheritedFrom(previous)
  const continues = input.fresh === true ? undefined : branchOf(previous)
  const { ordered, priority } = input
  const executionId = yield* newId
  const decided = decide(
    {
      _tag: "Start",
      at,
      executionId,
      projectId,
      correlationId,
      instance: journal.instance,
      workflow: { name, version },
      settings,
      scope,
      boundTo,
      ...(userId === undefined ? {} : { userId }),
      ...(eventId === undefined ? {} : { eventId }),
      ...(inherited === undefined ? {} : { inherited }),
      ...(priority === undefined ? {} : { priority }),
      ...(continues === undefined ? {} : { continues }),
      ...(ordered === undefined ? {} : { ordered })
    },
    previous
  )
  return Result.map(decided, (events) => ({ executionId, events }))
})

/** A project's newest execution. */
export const newestOf = Effect.fnUntraced(function* (projectId: ProjectId) {
  const journal = yield* Journal
  const latest = yield* journal.latest(projectId)
  const newest: State = Option.isSome(latest) ? yield* journal.load(latest.value) : undefined
  return newest
})

/** Starts an execution, or rejects when the project has an active one. */
export const start = Effect.fn("Worker.start")(function* (input: StartInput) {
  const journal = yield* Journal
  const projects = yield* Projects
  const workflows = yield* Workflows
  yield* workflows.find(input.workflow)
  const at = yield* Clock.currentTimeMillis
  const { projectId, settings } = input
  yield* projects.register({ projectId, url: settings.repository.url, registeredAt: at })
  const decided = yield* prepareStart(input, yield* newestOf(projectId), at)
  if (Result.isFailure(decided)) return yield* new RequestRejected({ rejection: decided.failure })
  return yield* journal.create(decided.success.events, at).pipe(
    Effect.map((execution): Execution => execution),
    Effect.catchIf(
      (error) => error.reason === "exists",
      () => new RequestRejected({ rejection: notLegal("start", "initializing") })
    )
  )
})
