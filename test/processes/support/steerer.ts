/**
 * A second terminal for requests: each line of stdin is one, each line of stdout its answer.
 *
 * It does what `devteam pause`, `stop` and `resume` do, without the time that a process takes to start. Where the
 * worker is dead it does what is left, as they do.
 */
import { createInterface } from "node:readline"
import { ProjectId } from "@devteam/core/model/Ids"
import { request } from "@devteam/core/worker/request"
import { settleIfAbandoned } from "@devteam/core/worker/settle"
import { embeddedLayer } from "@devteam/runner/layers/embedded"
import { Effect, Layer, Logger, ManagedRuntime } from "effect"

/** What is asked. `by` is in the journal afterwards. */
export interface Ask {
  readonly by: string
  readonly act: "pause" | "pause now" | "resume" | "stop"
}

/** What became of it. `at` is when it was known to be accepted. */
export interface Answer {
  readonly by: string
  readonly act: Ask["act"]
  readonly outcome: "changed" | "same" | "rejected"
  readonly at: number
}

const commands = {
  pause: { _tag: "Pause", mode: "step" },
  "pause now": { _tag: "Pause", mode: "now" },
  resume: { _tag: "Resume" },
  stop: { _tag: "Stop" }
} as const

const [dataDirectory = "", project = ""] = process.argv.slice(2)
const projectId = ProjectId.make(project)
const say = (answer: Answer) => void process.stdout.write(`${JSON.stringify(answer)}\n`)

const answerTo = ({ act, by }: Ask) =>
  request(projectId, { ...commands[act], by }).pipe(
    Effect.map(({ changed }) => say({ act, by, outcome: changed ? "changed" : "same", at: Date.now() })),
    Effect.catchTag("RequestRejected", () =>
      Effect.sync(() => say({ act, by, outcome: "rejected", at: Date.now() }))
    ),
    Effect.andThen(act === "resume" ? Effect.void : settleIfAbandoned(projectId))
  )

const runtime = ManagedRuntime.make(
  Layer.mergeAll(embeddedLayer({ dataDirectory, protocols: ["file"] }), Logger.layer([]))
)
await runtime.context()
process.stdout.write("ready\n")
const running = new Set<Promise<unknown>>()
for await (const line of createInterface({ input: process.stdin })) {
  const done = runtime.runPromise(answerTo(JSON.parse(line) as Ask))
  running.add(done)
  void done.finally(() => running.delete(done))
}
await Promise.all(running)
await runtime.dispose()
