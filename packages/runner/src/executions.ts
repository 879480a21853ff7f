/**
 * Executions as a host's own code asks for them: with the operator's rights, and without a client's restrictions.
 */
import { notLegal, notPossible } from "@devteam/core/execution/Rejection"
import type { Execution } from "@devteam/core/execution/State"
import { isEnded } from "@devteam/core/execution/Status"
import { project, type StatusProjection } from "@devteam/core/execution/StatusProjection"
import { legalFrom } from "@devteam/core/execution/transitions"
import type { DecisionKind } from "@devteam/core/model/Decision"
import { CorrelationId, type ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import { defaultLimits } from "@devteam/core/model/Limits"
import type { AgentSettings, Identity, Scope } from "@devteam/core/model/Settings"
import { Control } from "@devteam/core/ports/Control"
import { Host } from "@devteam/core/ports/Host"
import { Journal } from "@devteam/core/ports/Journal"
import { decideOnTask, knownTitle } from "@devteam/core/worker/decideOnTask"
import { hintAt } from "@devteam/core/worker/hintAt"
import { request } from "@devteam/core/worker/request"
import { settleIfAbandoned } from "@devteam/core/worker/settle"
import { newestOf, start } from "@devteam/core/worker/start"
import { RequestRejected } from "@devteam/core/worker/submit"
import { Effect, Option, Stream } from "effect"
import { viewList } from "./plan.ts"
import { refuseSecrets, SettingsRefused } from "./refuseSecrets.ts"
import type { RunnerOptions } from "./RunnerOptions.ts"
import { explicitOf, type RunSettings, toSettings } from "./RunSettings.ts"
import { defaultIdentity } from "./server/defaultIdentity.ts"
import { plainAgents } from "./server/plainAgents.ts"
import type { RepositoryPolicy } from "./server/repositoryPolicy.ts"

/** How an execution is to work; agent, identity and limits are the runner's where nothing is said. */
export interface HostRun extends Omit<RunSettings, "agent" | "identity" | "explicit" | "caps"> {
  readonly agent?: AgentSettings | undefined
  readonly identity?: Identity | undefined
}

/** An execution to start. */
export interface StartExecution {
  readonly projectId: string
  readonly run: HostRun
  /** The whole list by default. */
  readonly scope?: Scope | undefined
  /** Stands in every line and frame of the execution; a new one when absent. */
  readonly correlationId?: string | undefined
  /** By name or id; the built-in one when absent. */
  readonly workflow?: string | undefined
}

/** What became of a decision: the execution that it was put to, or that it started. */
export interface Decided {
  readonly execution: Execution
  readonly changed: boolean
}

/** The agents that a runner offers, the default first. */
export const offeredAgents = ({ agents }: RunnerOptions) =>
  agents === undefined ? plainAgents : Effect.succeed(agents)

/** Starts one, and has the workers told. */
export const startExecution = Effect.fn("startExecution")(function* (
  { projectId, run, scope, correlationId, workflow }: StartExecution,
  options: RunnerOptions,
  policy: RepositoryPolicy
) {
  const host = yield* Host
  const agents = yield* offeredAgents(options)
  const agent = run.agent ?? agents.at(0)
  if (agent === undefined) {
    return yield* new SettingsRefused({
      message: "There is no agent. Name one in run.agent, or in the runner's agents."
    })
  }
  const { url } = yield* policy.readRepository(run.url)
  const identity = run.identity ?? options.identity ?? defaultIdentity
  const most = { ...defaultLimits, ...options.limits }
  const settings = toSettings({
    ...run,
    url,
    agent,
    identity,
    limits: { ...most, ...run.limits },
    // What is filled in here the project's own settings may still say, as far as the host lets clients go.
    explicit: explicitOf(run),
    caps: { limits: most, agents }
  })
  yield* refuseSecrets(settings)
  const execution = yield* start({
    projectId: ProjectId.make(projectId),
    settings,
    scope: scope ?? { _tag: "List" },
    boundTo: "service",
    correlationId: CorrelationId.make(correlationId ?? (yield* host.nonce)),
    workflow: workflow ?? "DEVTEAM_AUTOMATION"
  })
  yield* hintAt(execution)
  return execution
})

/** Puts a request to a project's newest execution; does a dead worker's part of it. */
export const ask = Effect.fn("ask")(function* (id: string, command: Parameters<typeof request>[1]) {
  const projectId = ProjectId.make(id)
  const submitted = yield* request(projectId, command)
  yield* hintAt(submitted.after)
  yield* settleIfAbandoned(projectId)
  return submitted
})

const titleOf = Effect.fnUntraced(function* (newest: Execution, taskId: string, decision: DecisionKind) {
  const known = yield* knownTitle(newest, taskId)
  if (Option.isSome(known)) return known.value
  const { projectId, settings, ready } = newest
  const { graph, taskList } = yield* viewList(
    { projectId, url: settings.repository.url },
    {
      target: ready?.target ?? settings.repository.target,
      taskList: ready?.taskList ?? settings.taskList,
      granularity: settings.granularity
    }
  )
  const task = graph.byId.get(taskId)
  if (task !== undefined) return task.title
  const message = `There is no task ${taskId} in ${taskList}.`
  return yield* new RequestRejected({ rejection: notPossible(decision, newest.status, message) })
})

/** Decides on a task of a project's newest execution, or delivers the change that an ended one kept. */
export const decide = Effect.fn("decide")(function* (id: string, taskId: string, decision: DecisionKind) {
  const projectId = ProjectId.make(id)
  const newest = yield* newestOf(projectId)
  const status = newest?.status ?? "none"
  if (newest === undefined || !legalFrom(decision).includes(status)) {
    return yield* new RequestRejected({ rejection: notLegal(decision, status) })
  }
  const title = yield* titleOf(newest, taskId, decision)
  const correlationId = CorrelationId.make(yield* (yield* Host).nonce)
  const decided = yield* decideOnTask(projectId, {
    decision,
    taskId,
    title,
    by: "host",
    boundTo: "service",
    correlationId
  })
  const execution = decided._tag === "Started" ? decided.execution : decided.after
  yield* hintAt(execution)
  yield* settleIfAbandoned(projectId)
  return { execution, changed: decided._tag === "Started" || decided.changed } satisfies Decided
})

/** Waits until an execution is paused or over, whoever works on it. */
export const whenItRests = Effect.fn("whenItRests")(function* (executionId: ExecutionId) {
  const control = yield* Control
  const journal = yield* Journal
  const { projectId } = yield* journal.load(executionId)
  const rests = ({ status }: Execution) => status === "paused" || isEnded(status)
  const states = Stream.mapEffect(control.changes(projectId), () => journal.load(executionId))
  const rested = yield* Stream.runHead(Stream.filter(states, rests))
  // Changes never end, so there is one.
  return project(Option.getOrThrow(rested)) satisfies StatusProjection
})
