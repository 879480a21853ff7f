/**
 * The service from its Effect parts, as a host that is written with Effect puts it together.
 */
import { defaultLimits } from "@devteam/core/model/Limits"
import { defaultIdentity } from "@devteam/runner/server/defaultIdentity"
import { hostNames } from "@devteam/runner/server/hostNames"
import { serverLayer } from "@devteam/runner/server/layers"
import { listen } from "@devteam/runner/server/listen"
import { plainAgents } from "@devteam/runner/server/plainAgents"
import { makeRepositoryPolicy } from "@devteam/runner/server/repositoryPolicy"
import { makeService } from "@devteam/runner/server/service"
import { ensureToken } from "@devteam/runner/server/tokenFile"
import { Effect } from "effect"

/** Serves until `end` ends, in good order. */
export const serveUntil = (end: (port: number) => Effect.Effect<void>, dataDirectory: string) =>
  Effect.gen(function* () {
    const policy = yield* makeRepositoryPolicy(["https://github.com/acme/*"])
    const service = yield* makeService({
      operator: {
        ...policy,
        version: "1.0.0",
        token: yield* ensureToken(dataDirectory),
        hosts: hostNames("127.0.0.1", []),
        identity: defaultIdentity,
        agents: yield* plainAgents,
        limits: defaultLimits
      }
    })
    const { port } = yield* listen(service, { host: "127.0.0.1", port: 0 })
    yield* end(port)
    yield* service.drain(20_000)
  }).pipe(Effect.scoped, Effect.provide(serverLayer({ dataDirectory })))
