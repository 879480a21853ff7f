/**
 * A worker as a process, with what the command has no words for: short time-outs, and processes kept together by
 * their mark alone.
 *
 * One JSON argument says everything. It starts the project's execution, or goes on with one that has not ended.
 */
import { layer as localSandboxes } from "@devteam/adapters-sandbox/local/LocalSandboxes"
import { isEnded } from "@devteam/core/execution/Status"
import type { Limits } from "@devteam/core/model/Limits"
import { CorrelationId, ProjectId } from "@devteam/core/model/Ids"
import { Journal } from "@devteam/core/ports/Journal"
import { drive } from "@devteam/core/worker/drive"
import { start } from "@devteam/core/worker/start"
import { embeddedLayer } from "@devteam/runner/layers/embedded"
import { toSettings } from "@devteam/runner/RunSettings"
import { Effect, Layer, Logger, Option } from "effect"
import { join } from "node:path"

/** What a worker is told. */
export interface Job {
  readonly dataDirectory: string
  readonly projectId: string
  readonly url: string
  readonly agent: string
  readonly build: string
  readonly limits: Partial<Limits>
  readonly containment: "auto" | "env_mark"
}

const job = JSON.parse(process.argv[2] ?? "") as Job
const { dataDirectory, containment } = job
const projectId = ProjectId.make(job.projectId)

const begin = start({
  projectId,
  settings: toSettings({
    url: job.url,
    agent: { id: "command", argv: [job.agent], env: [] },
    identity: { name: "Ada", email: "ada@example.com" },
    verify: [[job.build]],
    limits: job.limits
  }),
  scope: { _tag: "List" },
  boundTo: "cli",
  correlationId: CorrelationId.make("test"),
  workflow: "DEVTEAM_AUTOMATION"
})

const work = Effect.gen(function* () {
  const journal = yield* Journal
  const latest = yield* journal.latest(projectId)
  const known = Option.isSome(latest) ? yield* journal.load(latest.value) : undefined
  const { executionId } = known === undefined || isEnded(known.status) ? yield* begin : known
  process.stdout.write(`${JSON.stringify(yield* drive(executionId))}\n`)
})

const homesDirectory = join(dataDirectory, "homes")
const ports = embeddedLayer({ dataDirectory, protocols: ["file"] })
const layer = Layer.merge(ports, localSandboxes({ homesDirectory, containment }))
await Effect.runPromise(work.pipe(Effect.provide(layer), Effect.provide(Logger.layer([]))))
