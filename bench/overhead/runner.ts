/**
 * The runner's side of one pair: the whole list in this process, with an embedded data directory.
 *
 * Usage: runner.ts <remote> <agent> <empty working directory>. Prints one JSON line: where the time went.
 */
import { CorrelationId, ProjectId } from "@devteam/core/model/Ids"
import { Journal } from "@devteam/core/ports/Journal"
import { drive } from "@devteam/core/worker/drive"
import { start } from "@devteam/core/worker/start"
import { embeddedLayer } from "@devteam/runner/layers/embedded"
import { toSettings } from "@devteam/runner/RunSettings"
import { Effect, Logger } from "effect"
import { join } from "node:path"
import { type RunTimes, timesOf } from "./journalTimes.ts"
import { identity } from "./sample.ts"

const loadedMs = performance.now()
const [remote = "", agent = "", work = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const journal = yield* Journal
  const openedMs = performance.now()
  const { executionId } = yield* start({
    projectId: ProjectId.make("bench/overhead"),
    settings: toSettings({
      url: remote,
      agent: { id: "command", argv: [agent, "{prompt}"], env: [] },
      identity
    }),
    scope: { _tag: "List" },
    boundTo: "cli",
    correlationId: CorrelationId.make("bench"),
    workflow: "DEVTEAM_AUTOMATION"
  })
  yield* drive(executionId)
  const records = yield* journal.records(executionId, 0)
  const times: RunTimes = { loadMs: loadedMs, openMs: openedMs - loadedMs, ...timesOf(records) }
  return times
})

const times = await Effect.runPromise(
  program.pipe(
    Effect.provide(embeddedLayer({ dataDirectory: join(work, "data"), protocols: ["file"] })),
    Effect.provide(Logger.layer([]))
  )
)
process.stdout.write(`${JSON.stringify(times)}\n`)
