/**
 * The output of agents and builds, as it is stored: all of it, and then what comes.
 */
import { isEnded, type Status } from "@devteam/core/execution/Status"
import type { ProjectId } from "@devteam/core/model/Ids"
import { Frames, type StoredFrame } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import { Effect, Option, Stream } from "effect"
import { usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import type { Output } from "../terminal/Output.ts"
import { plain } from "../terminal/words.ts"

/** What to print. */
export interface LogOptions {
  readonly projectId: ProjectId
  readonly follow: boolean
  readonly taskId: string | undefined
  readonly json: boolean
}

/** Prints log frames; a line of its own says whose output follows, whenever that changes. */
const makePrinter = (output: Output, json: boolean) => {
  let source = ""
  let atLineStart = true
  return ({ frame }: StoredFrame) => {
    if (json) return output.record(frame)
    const { taskId, round, step, text } = frame.payload
    const from =
      taskId === undefined ? String(step) : `${String(taskId)} · round ${String(round)} · ${String(step)}`
    if (from !== source) {
      if (!atLineStart) output.raw("\n")
      output.data(output.dataStyle.dim(`── ${from} ──`))
      source = from
      atLineStart = true
    }
    const written = plain(String(text))
    output.raw(written)
    if (written !== "") atLineStart = written.endsWith("\n")
  }
}

const hasEnded = ({ frame }: StoredFrame): boolean => isEnded(frame.payload["status"] as Status)

/** Prints the newest execution's logs; with `follow` until that has ended. */
export const printLogs = Effect.fn("printLogs")(function* (options: LogOptions) {
  const { projectId, follow, taskId, json } = options
  const journal = yield* Journal
  const frames = yield* Frames
  const { output } = yield* Invocation
  const latest = yield* journal.latest(projectId)
  if (Option.isNone(latest)) return yield* usageError(`${projectId} was never run: there are no logs.`)
  const executionId = latest.value
  const print = makePrinter(output, json)
  const stored = yield* frames.logs(executionId, { taskId })
  stored.forEach(print)
  if (!follow) return
  const last = stored.at(-1)?.seq ?? 0
  const wanted = ({ frame }: StoredFrame): boolean =>
    frame.type === "execution-log" && (taskId === undefined || frame.payload["taskId"] === taskId)
  yield* frames.follow(projectId, last).pipe(
    Stream.filter(({ frame }) => frame.payload["executionId"] === executionId),
    Stream.takeUntil(hasEnded),
    Stream.filter(wanted),
    Stream.runForEach((stored) => Effect.sync(() => print(stored)))
  )
})
