/**
 * A control: a worker whose private artifacts are lost with its process, so that no candidate survives a crash.
 *
 * `run` starts an execution, `resume` goes on with the newest one; everything else is the runner's own. With
 * `DEVTEAM_FAILPOINT=<STEP>:<place>` it kills itself there.
 */
import { CorrelationId, ProjectId } from "@devteam/core/model/Ids"
import { Artifacts, type ArtifactsShape } from "@devteam/core/ports/Artifacts"
import { Failpoints } from "@devteam/core/ports/Failpoints"
import { Journal } from "@devteam/core/ports/Journal"
import { drive } from "@devteam/core/worker/drive"
import { start } from "@devteam/core/worker/start"
import { embeddedLayer } from "@devteam/runner/layers/embedded"
import { toSettings } from "@devteam/runner/RunSettings"
import { Effect, Layer, Logger, Option } from "effect"

const [act, dataDirectory = "", url = "", agent = "", ...verify] = process.argv.slice(2)
const projectId = ProjectId.make("acme/shop")

const forgetful = Layer.effect(
  Artifacts,
  Effect.map(Artifacts, (durable): ArtifactsShape => {
    const own = new Set<string>()
    return {
      ...durable,
      put: (executionId, key, visibility, bytes) => {
        own.add(JSON.stringify([executionId, key]))
        return durable.put(executionId, key, visibility, bytes)
      },
      get: (executionId, key, visibility) =>
        visibility === "public" || own.has(JSON.stringify([executionId, key]))
          ? durable.get(executionId, key, visibility)
          : Effect.succeedNone
    }
  })
)

const begin = start({
  projectId,
  settings: toSettings({
    url,
    agent: { id: "command", argv: [agent, "{prompt}"], env: [] },
    identity: { name: "Ada", email: "ada@example.com" },
    verify: [verify]
  }),
  scope: { _tag: "List" },
  boundTo: "cli",
  correlationId: CorrelationId.make("test"),
  workflow: "DEVTEAM_AUTOMATION"
})

const goOn = Effect.gen(function* () {
  const journal = yield* Journal
  return yield* journal.load(Option.getOrThrow(yield* journal.latest(projectId)))
})

const failpoint = (name: string) =>
  Effect.sync(() => {
    if (name === process.env["DEVTEAM_FAILPOINT"]) process.kill(process.pid, "SIGKILL")
  })

const work = Effect.flatMap(act === "run" ? begin : goOn, ({ executionId }) => drive(executionId))
await Effect.runPromise(
  work.pipe(
    Effect.provideService(Failpoints, failpoint),
    Effect.provide(Layer.provideMerge(forgetful, embeddedLayer({ dataDirectory, protocols: ["file"] }))),
    Effect.provide(Logger.layer([]))
  )
)
