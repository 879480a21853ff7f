/**
 * Executions as a host's own code asks for them: with the operator's rights, and without a client's restrictions.
 */
import type { Execution } from "@devteam/core/execution/State"
import { isEnded } from "@devteam/core/execution/Status"
import { project, type StatusProjection } from "@devteam/core/execution/StatusProjection"
import { CorrelationId, type ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import { defaultLimits } from "@devteam/core/model/Limits"
import type { AgentSettings, Identity, Scope } from "@devteam/core/model/Settings"
import { Control } from "@devteam/core/ports/Control"
import { Hints } from "@devteam/core/ports/Hints"
import { Host } from "@devteam/core/ports/Host"
import { Journal } from "@devteam/core/ports/Journal"
import { request } from "@devteam/core/worker/request"
import { settleIfAbandoned } from "@devteam/core/worker/settle"
import { start } from "@devteam/core/worker/start"
import { Clock, Effect, Option, Stream } from "effect"
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

/** The agents that a runner offers, the default first. */
export const offeredAgents = ({ agents }: RunnerOptions) =>
  agents === undefined ? plainAgents : Effect.succeed(agents)

/** Tells the workers of this process; others find out by themselves. */
const hintAt = Effect.fnUntraced(function* (execution: Execution) {
  const { executionId, projectId, correlationId, boundTo, status } = execution
  if (boundTo !== "service" || isEnded(status) || status === "paused") return
  const hints = yield* Hints
  const enqueuedAt = yield* Clock.currentTimeMillis
  yield* Effect.ignore(hints.offer({ executionId, projectId, correlationId, enqueuedAt }))
})

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
