/**
 * A worker as a process: starts the project's execution or goes on with it, until it rests.
 *
 * One JSON argument says everything. Every failpoint that it passes, and how it ended, is a JSON line on stdout,
 * written before anything else happens, so that it is out before a SIGKILL. It may be told to kill itself at a place.
 */
import { writeSync } from "node:fs"
import { CorrelationId, ProjectId } from "@devteam/core/model/Ids"
import { isEnded } from "@devteam/core/execution/Status"
import { Failpoints } from "@devteam/core/ports/Failpoints"
import { Journal } from "@devteam/core/ports/Journal"
import { drive } from "@devteam/core/worker/drive"
import { request } from "@devteam/core/worker/request"
import { settleIfAbandoned } from "@devteam/core/worker/settle"
import { start } from "@devteam/core/worker/start"
import { embeddedLayer } from "@devteam/runner/layers/embedded"
import { toSettings } from "@devteam/runner/RunSettings"
import { Effect, Layer, Logger, Option } from "effect"
import { controlLayer } from "./controls.ts"
import { hostOptions } from "./hostOptions.ts"
import type { WorkerJob } from "./workerJob.ts"

const job = JSON.parse(process.argv[2] ?? "{}") as WorkerJob

const say = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`)

const die = (): void => void process.kill(process.pid, "SIGKILL")

const passed = new Map<string, number>()
const failpoint = (name: string) =>
  Effect.suspend(() => {
    const count = (passed.get(name) ?? 0) + 1
    passed.set(name, count)
    say({ passed: name })
    const { kill } = job
    if (kill === undefined || kill.place !== name || kill.nth !== count) return Effect.void
    if (kill.afterMs > 0) {
      setTimeout(die, kill.afterMs)
      return Effect.void
    }
    die()
    return Effect.never
  })

const begin = Effect.gen(function* () {
  const journal = yield* Journal
  const projectId = ProjectId.make(job.projectId)
  const latest = yield* journal.latest(projectId)
  if (Option.isSome(latest)) {
    const known = yield* journal.load(latest.value)
    if (!isEnded(known.status)) return known
  }
  return yield* start({
    projectId,
    settings: toSettings({
      url: job.url,
      agent: { id: "command", argv: job.agent, env: [] },
      identity: { name: "Ada", email: "ada@example.com" },
      ...(job.verify === undefined ? {} : { verify: job.verify }),
      limits: { pushMs: 20_000, ...(job.generations === undefined ? {} : { generations: job.generations }) }
    }),
    scope: { _tag: "List" },
    boundTo: "cli",
    correlationId: CorrelationId.make("test"),
    workflow: "DEVTEAM_AUTOMATION"
  })
})

const stop = Effect.gen(function* () {
  const projectId = ProjectId.make(job.projectId)
  const { after } = yield* request(projectId, { _tag: "Stop", by: "test" })
  yield* settleIfAbandoned(projectId)
  return after
})

const program = Effect.gen(function* () {
  const { executionId } = job.stop === true ? yield* stop : yield* begin
  say({ executionId })
  const result = yield* drive(executionId)
  say({ result: result._tag, ...(result._tag === "Rested" ? { status: result.status } : {}) })
})

const ports = embeddedLayer(hostOptions(job))

await Effect.runPromise(
  program.pipe(
    Effect.provide(controlLayer(job).pipe(Layer.provideMerge(ports))),
    Effect.provideService(Failpoints, failpoint),
    Effect.provide(Logger.layer([Logger.withConsoleError(Logger.formatLogFmt)]))
  )
)
