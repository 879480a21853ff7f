/**
 * This project's server for the benchmark: API and embedded stores as `devteam serve` has them, with its log, and
 * without workers, which would take the processor for something else.
 *
 * Usage: ours.ts <folder> <projects>. Says its port, and answers what it has used of the processor, in milliseconds.
 */
import { nodeHandler } from "@devteam/adapters-http/server/HttpApp"
import { listenNode, refuseUpgrades } from "@devteam/adapters-http/server/NodeServer"
import { Operator, RepositoryRefused } from "@devteam/adapters-http/server/Operator"
import { defaultLimits } from "@devteam/core/model/Limits"
import { ProjectId } from "@devteam/core/model/Ids"
import { Projects } from "@devteam/core/ports/Projects"
import { jsonLogger } from "@devteam/runner/log/jsonLogger"
import { serverLayer } from "@devteam/runner/server/layers"
import { Effect, Logger, Redacted } from "effect"
import { answerUsage } from "./usage.ts"
import { projectOf, token } from "./request.ts"

const [dataDirectory = "", projects = "0"] = process.argv.slice(2)

const operator = Operator.of({
  version: "bench",
  token: Redacted.make(token),
  hosts: new Set(["127.0.0.1"]),
  identity: { name: "Ada", email: "ada@example.com" },
  agents: [{ id: "command", argv: ["/bin/true"], env: [] }],
  limits: defaultLimits,
  readRepository: () =>
    Effect.fail(new RepositoryRefused({ reason: "invalid", message: "Nothing here needs one." })),
  allowsRepository: () => true,
  dependencies: []
})

const serve = Effect.gen(function* () {
  const { register } = yield* Projects
  for (let index = 0; index < Number(projects); index++) {
    const projectId = ProjectId.make(projectOf(index))
    yield* register({ projectId, url: `https://example.com/${projectId}.git`, registeredAt: Date.now() })
  }
  const handle = yield* Effect.provideService(nodeHandler, Operator, operator)
  const { port } = yield* listenNode({ host: "127.0.0.1", port: 0, handle, upgrade: refuseUpgrades })
  answerUsage(port)
  return yield* Effect.never
})

const logger = jsonLogger({
  redact: (text) => text,
  write: (line) => process.stdout.write(`${line}\n`),
  stacks: () => false
})
await Effect.runPromise(
  Effect.scoped(serve).pipe(
    Effect.provide(serverLayer({ dataDirectory })),
    Effect.provide(Logger.layer([logger]))
  )
)
