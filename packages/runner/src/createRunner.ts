/**
 * The runner as a part of another service: promises in, promises out, and functions for a server of `node:http`.
 *
 * It has no global state, installs no signal handler and never ends the process; several runners live side by side in
 * one. Those who use Effect take the layers of `layers/` and the service of `server/` themselves.
 */
import type { IncomingMessage } from "node:http"
import type { Execution } from "@devteam/core/execution/State"
import type { StatusProjection } from "@devteam/core/execution/StatusProjection"
import type { DecisionKind } from "@devteam/core/model/Decision"
import { defaultLimits } from "@devteam/core/model/Limits"
import { type ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import { CodingAgents } from "@devteam/core/ports/CodingAgent"
import { Frames, type StoredFrame } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import type { Submitted } from "@devteam/core/worker/submit"
import { defaultPoolOptions } from "@devteam/core/worker/pool"
import { Cause, Context, Deferred, Effect, Exit, ManagedRuntime, Option, Schema, Scope, Stream } from "effect"
import {
  ask,
  decide,
  type Decided,
  offeredAgents,
  startExecution,
  type StartExecution,
  whenItRests
} from "./executions.ts"
import { refuseSecrets } from "./refuseSecrets.ts"
import type { RunnerOptions } from "./RunnerOptions.ts"
import { runnerLayer, tokenOf } from "./runnerLayer.ts"
import { defaultIdentity } from "./server/defaultIdentity.ts"
import { hostNames } from "./server/hostNames.ts"
import { notRunning } from "./server/notRunning.ts"
import { isRunnerPath } from "./server/paths.ts"
import { makeRepositoryPolicy, type RepositoryPolicy } from "./server/repositoryPolicy.ts"
import { makeService, type Service } from "./server/service.ts"
import { version } from "./version.ts"

/** The runner was stopped; a new one can be made. */
export class RunnerStopped extends Schema.TaggedError<RunnerStopped>()("RunnerStopped", {
  message: Schema.String
}) {}

/** A runner. Its promises reject with the core's tagged errors (`RequestRejected`, `JournalError`, …). */
export interface Runner {
  /**
   * Opens the stores, takes up what an earlier process left, and works from now on; API and WebSocket answer. Rejects
   * when the data directory or an option cannot be used. Further calls give the same promise.
   */
  readonly start: () => Promise<void>
  /**
   * Says that it is not ready, closes WebSockets with 1012, takes nothing more, and lets steps that run come to their
   * end for `patienceMs` (20 s by default); then they are interrupted and go on with the next start. A push is never
   * interrupted, and may take `limits.pushMs` longer. Then the stores are closed, and the runner is over. A further
   * call with less patience makes it quicker.
   */
  readonly stop: (options?: { readonly patienceMs?: number }) => Promise<void>
  /** Whether a request's or an upgrade's path is the runner's: what is not is the host's to answer. */
  readonly serves: (request: Pick<IncomingMessage, "url">) => boolean
  /** Answers a request: 404 where `serves` is false, 503 while the runner does not run. The body has to be unread. */
  readonly handle: Service["handle"]
  /** Takes over a socket that asks for an upgrade, in the same way. */
  readonly upgrade: Service["upgrade"]
  /** Starts an execution, which is worked on as soon as a started runner on these stores has a place free. */
  readonly startExecution: (input: StartExecution) => Promise<Execution>
  /** After the running step, or with `now` at once (a push is never interrupted). */
  readonly pauseExecution: (projectId: string, mode?: "step" | "now") => Promise<Submitted>
  /** With `delivery`, verified tasks go elsewhere from here on, beginning with what the remote refused. */
  readonly resumeExecution: (projectId: string, delivery?: "main" | "branch") => Promise<Submitted>
  readonly stopExecution: (projectId: string) => Promise<Submitted>
  /** What a person decides on a task: put to the newest execution, or the start of one for a change that was kept. */
  readonly decideOnTask: (projectId: string, taskId: string, decision: DecisionKind) => Promise<Decided>
  /** Waits until an execution is paused, stopped, completed or failed, whoever works on it. */
  readonly whenExecutionRests: (executionId: ExecutionId) => Promise<StatusProjection>
  /** Of a project's newest execution; undefined for a project without one. */
  readonly status: (projectId: string) => Promise<StatusProjection | undefined>
  /** Frames after a running number, then new ones as they come; ends with the iterator or the runner. */
  readonly watch: (projectId: string, after?: number) => AsyncIterable<StoredFrame>
}

const defaultPatienceMs = 20_000
const shortestToken = 20

const stopped = (): RunnerStopped =>
  new RunnerStopped({ message: "This runner was stopped. Make a new one with createRunner." })

/** What can be seen to be wrong before anything is opened. */
const check = ({ token, concurrency = 1 }: RunnerOptions): void => {
  if (typeof token === "string" && token.length < shortestToken) {
    throw new TypeError(`The token has fewer than ${shortestToken} characters: it could be guessed.`)
  }
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new TypeError(`concurrency has to be a whole number from 1 on, and is ${concurrency}.`)
  }
}

const serviceOf = Effect.fnUntraced(function* (options: RunnerOptions, policy: RepositoryPolicy) {
  const {
    concurrency = defaultPoolOptions.concurrency,
    hosts = [],
    identity = defaultIdentity,
    limits
  } = options
  const known = yield* CodingAgents
  const agents = yield* offeredAgents(options)
  for (const agent of agents) {
    yield* known.get(agent.id)
    yield* refuseSecrets({ agent, prepare: [] })
  }
  return yield* makeService({
    operator: {
      version,
      token: yield* tokenOf(options),
      hosts: hostNames("127.0.0.1", hosts),
      identity,
      agents,
      limits: { ...defaultLimits, ...limits },
      readRepository: policy.readRepository,
      allowsRepository: policy.allowsRepository
    },
    pool: { concurrency, concurrencyOverAll: Math.max(concurrency, defaultPoolOptions.concurrencyOverAll) }
  })
})

/**
 * Makes a runner. Nothing is opened before `start` or the first call about an execution; throws where an option can be
 * seen to be wrong.
 *
 * A runner that is not started works on nothing, and may be used all the same to ask others on its data directory.
 */
export const createRunner = (options: RunnerOptions): Runner => {
  check(options)
  const policy = Effect.runSync(makeRepositoryPolicy(options.repositories ?? [], options.protocols))
  const runtime = ManagedRuntime.make(runnerLayer(options, policy))
  const scope = Scope.makeUnsafe()
  const over = Deferred.makeUnsafe<void>()
  let starting: Promise<void> | undefined
  let closing: Promise<void> | undefined
  let stopping = false
  let service: Service | undefined

  const run = async <A, E>(
    effect: Effect.Effect<A, E, ManagedRuntime.ManagedRuntime.Services<typeof runtime>>
  ): Promise<A> => {
    if (Deferred.isDoneUnsafe(over)) throw stopped()
    const exit = await runtime.runPromiseExit(effect)
    if (Exit.isSuccess(exit)) return exit.value
    throw Cause.hasInterruptsOnly(exit.cause) ? stopped() : Cause.squash(exit.cause)
  }

  const begin = async (): Promise<void> => {
    service = await run(Scope.provide(serviceOf(options, policy), scope))
  }

  const close = async (): Promise<void> => {
    service = undefined
    Deferred.doneUnsafe(over, Effect.void)
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await runtime.dispose()
  }

  const current = (): Pick<Service, "handle" | "upgrade"> => service ?? notRunning

  return {
    start: () => {
      if (stopping) return Promise.reject(stopped())
      return (starting ??= begin())
    },
    stop: async ({ patienceMs = defaultPatienceMs } = {}) => {
      stopping = true
      await starting?.catch(() => undefined)
      if (service !== undefined) await Effect.runPromise(service.drain(patienceMs))
      await (closing ??= close())
    },
    serves: ({ url }) => isRunnerPath(url),
    handle: (request, response) => current().handle(request, response),
    upgrade: (request, socket, head) => current().upgrade(request, socket, head),
    startExecution: (input) => run(startExecution(input, options, policy)),
    pauseExecution: (projectId, mode = "step") => run(ask(projectId, { _tag: "Pause", mode, by: "host" })),
    resumeExecution: (projectId, delivery) =>
      run(ask(projectId, { _tag: "Resume", by: "host", ...(delivery === undefined ? {} : { delivery }) })),
    stopExecution: (projectId) => run(ask(projectId, { _tag: "Stop", by: "host" })),
    decideOnTask: (projectId, taskId, decision) => run(decide(projectId, taskId, decision)),
    whenExecutionRests: (executionId) => run(whenItRests(executionId)),
    status: (projectId) =>
      run(
        Effect.map(
          Journal.use((journal) => journal.status(ProjectId.make(projectId))),
          Option.getOrUndefined
        )
      ),
    watch: (projectId, after = 0) =>
      Stream.suspend(() =>
        Deferred.isDoneUnsafe(over)
          ? Stream.empty
          : Stream.unwrap(
              Effect.map(runtime.contextEffect, (context) =>
                Context.get(context, Frames).follow(ProjectId.make(projectId), after)
              )
            )
      ).pipe(Stream.interruptWhen(Deferred.await(over)), Stream.toAsyncIterable)
  }
}
