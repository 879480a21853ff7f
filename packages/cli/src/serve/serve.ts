/**
 * `devteam serve`: the API and its workers on this machine, until a signal ends them in good order.
 *
 * The first signal lets steps that run come to their end, for a while; the second interrupts them. Either way
 * everything goes on with the next start.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { defaultLimits } from "@devteam/core/model/Limits"
import { defaultPoolOptions } from "@devteam/core/worker/pool"
import { defaultIdentity } from "@devteam/runner/server/defaultIdentity"
import { hostNames, isLoopback } from "@devteam/runner/server/hostNames"
import { listen } from "@devteam/runner/server/listen"
import { serverLayer } from "@devteam/runner/server/layers"
import { makeRepositoryPolicy } from "@devteam/runner/server/repositoryPolicy"
import { makeService, type OperatorOptions } from "@devteam/runner/server/service"
import { ensureToken, tokenFile } from "@devteam/runner/server/tokenFile"
import { userIdentity } from "@devteam/runner/userIdentity"
import { Deferred, Effect, Redacted, References } from "effect"
import { usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import type { AgentOptions } from "../plan/agent.ts"
import { version } from "../version.ts"
import { offeredAgents } from "./agents.ts"
import { greeting, type Place } from "./greeting.ts"

/** The options of `serve`. */
export interface ServeOptions extends AgentOptions {
  readonly port: number
  readonly host: string
  readonly allowHost: ReadonlyArray<string>
  readonly allowRepo: ReadonlyArray<string>
  readonly noAuth: boolean
  readonly concurrency: number
  readonly dataDirectory: string
  readonly json: boolean
}

/** Steps may go on for so long after a signal, and everything together may take so long. */
const patienceMs = 20_000
const limitMs = 25_000

const urlOf = (host: string, port: number): string => {
  const reachable = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`
}

const isOwn = (file: string): boolean => {
  try {
    return readFileSync(file, "utf8").includes(`"pid":${process.pid}}`)
  } catch {
    return false
  }
}

/** Says where the server is, to people and to the other commands on this data directory. */
const announce = Effect.fnUntraced(function* (place: Place, json: boolean) {
  const { output } = yield* Invocation
  const file = join(place.dataDirectory, "server.json")
  yield* Effect.acquireRelease(
    Effect.sync(() => writeFileSync(file, `${JSON.stringify({ url: place.url, pid: process.pid })}\n`)),
    // Another server on this data directory may have said so since.
    () => Effect.sync(() => (isOwn(file) ? rmSync(file, { force: true }) : undefined))
  )
  if (json) output.record(place)
  else greeting(place).forEach(output.data)
})

/** Ends with the second signal, or once nothing runs any more. */
const untilSignal = Effect.fnUntraced(function* (drain: (patienceMs: number) => Effect.Effect<void>) {
  const { signals } = yield* Invocation
  const first = yield* Deferred.make<void>()
  const second = yield* Deferred.make<void>()
  yield* signals.intercept((count) => {
    Deferred.doneUnsafe(count === 1 ? first : second, Effect.void)
  })
  yield* Deferred.await(first)
  yield* Effect.logInfo("Stopping: what runs may end its step. A second signal interrupts it.")
  const hurried = Effect.andThen(Deferred.await(second), drain(0))
  const done = Effect.raceFirst(drain(patienceMs), hurried)
  yield* Effect.timeoutOrElse(done, {
    duration: limitMs,
    orElse: () =>
      // Only a push is left, which nothing interrupts; the next start looks what became of it.
      Effect.sync(() => process.exit(0))
  })
  signals.forget()
})

/** Serves until a signal. */
export const serveHere = Effect.fn("serveHere")(function* (options: ServeOptions) {
  const { cwd, environment, secrets } = yield* Invocation
  const { dataDirectory, host, allowRepo } = options
  if (options.noAuth && !isLoopback(host)) {
    return yield* usageError(
      `--no-auth on ${host} would let everybody who reaches it run commands here. Leave it out, or listen on 127.0.0.1.`
    )
  }
  const policy = yield* Effect.mapError(makeRepositoryPolicy(allowRepo), ({ message }) =>
    usageError(`--allow-repo ${message}`)
  )
  const token = options.noAuth ? undefined : yield* ensureToken(dataDirectory)
  const known = token === undefined ? [] : [{ name: "the server's token", value: Redacted.value(token) }]
  secrets.add(known)
  const identity = yield* Effect.catch(userIdentity(cwd, environment), () => Effect.succeed(defaultIdentity))
  const serving = Effect.gen(function* () {
    const agents = yield* offeredAgents(options)
    const operator: OperatorOptions = {
      version,
      token,
      hosts: hostNames(host, options.allowHost),
      identity,
      agents,
      limits: defaultLimits,
      readRepository: policy.readRepository,
      allowsRepository: policy.allowsRepository
    }
    const { concurrency } = options
    const service = yield* makeService({
      operator,
      pool: { concurrency, concurrencyOverAll: Math.max(concurrency, defaultPoolOptions.concurrencyOverAll) }
    })
    const { port } = yield* listen(service, { host, port: options.port })
    yield* announce(
      {
        url: urlOf(host, port),
        dataDirectory,
        tokenFile: token === undefined ? undefined : tokenFile(dataDirectory),
        agents: agents.map(({ id }) => id),
        identity,
        allowed: allowRepo
      },
      options.json
    )
    yield* untilSignal(service.drain)
  })
  const level = yield* References.MinimumLogLevel
  yield* Effect.scoped(serving).pipe(
    Effect.provide(serverLayer({ dataDirectory, environment, secrets: known, protocols: policy.protocols })),
    Effect.provideService(References.MinimumLogLevel, level === "Warn" ? "Info" : level)
  )
})
