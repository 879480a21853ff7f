/**
 * `devteam watch`: what a server tells about a project, from the beginning of its newest execution to that one's end.
 *
 * Unlike `run` and `logs` it needs no data directory of its own: everything comes over the network.
 */
import { isEnded, type Status } from "@devteam/core/execution/Status"
import { ApiError } from "@devteam/client/ApiError"
import { createClient } from "@devteam/client/client"
import type { Frame } from "@devteam/client/Frame"
import { type Server, watch, type WatchState } from "@devteam/client/watch"
import { Effect } from "effect"
import { environmentError, ExitWith, exitCodes, usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { plain } from "../terminal/words.ts"
import { frameLine } from "./frameLine.ts"
import { findServer } from "./server.ts"

/** The options of `watch`. */
export interface WatchProjectOptions {
  readonly projectId: string
  readonly url: string | undefined
  /** A cursor: begin behind it, whichever execution is the newest. */
  readonly after: string | undefined
  /** Begin with the oldest that is stored. */
  readonly all: boolean
  /** Go on with the executions that follow. */
  readonly follow: boolean
  /** Print what agents and builds print, too. */
  readonly logs: boolean
  readonly dataDirectory: string
  readonly json: boolean
}

const refused = (error: unknown, baseUrl: string): ExitWith => {
  if (error instanceof ApiError && error.status === 404) return usageError(error.message)
  if (error instanceof ApiError) return environmentError(`${baseUrl} refused: ${error.message}`)
  const why = error instanceof Error ? error.message : String(error)
  return environmentError(`${baseUrl} cannot be asked: ${why}. Is devteam serve running there?`)
}

/** The project's newest execution; undefined when it never had one. */
const newestExecution = Effect.fnUntraced(function* (server: Server, projectId: string) {
  const status = yield* Effect.tryPromise({
    try: () =>
      createClient(server).call("GET /api/devteam/automation/status/{projectId}", { path: { projectId } }),
    catch: (error) => refused(error, server.baseUrl)
  })
  return "executionId" in status ? status.executionId : undefined
})

const exitCodeOf = (status: Status | undefined): number => {
  if (status === "stopped") return exitCodes.stopped
  return status === "error" ? exitCodes.tasksLeft : exitCodes.done
}

/** Watches until the execution has ended; with `follow` until somebody interrupts. */
export const watchProject = Effect.fn("watchProject")(function* (options: WatchProjectOptions) {
  const { projectId, after, follow, all, logs, json } = options
  const { output } = yield* Invocation
  const server = yield* findServer(options.dataDirectory, options.url)
  const newest = yield* newestExecution(server, projectId)
  if (newest === undefined) output.say(`${projectId} was never run; waiting for its first execution.`)

  const say = (state: WatchState): void => {
    if (state.state !== "waiting") return
    const { code, reason, delayMs } = state
    output.say(
      `connection lost (${code}${reason === "" ? "" : `: ${plain(reason)}`}); again in ${delayMs / 1000} s`
    )
  }
  const print = (frame: Frame): void => {
    if (json) output.record(frame)
    else if (frame.type !== "execution-log") output.data(frameLine(frame, output.dataStyle))
    else if (logs) output.raw(plain(String(frame.payload["text"])))
  }

  const untilEnd = async (signal: AbortSignal): Promise<Status | undefined> => {
    let watched = after === undefined ? newest : undefined
    let begun = all || watched === undefined
    for await (const frame of watch(server, projectId, { after: after ?? 0, signal, onState: say })) {
      const { executionId, status } = frame.payload
      if (typeof executionId === "string") watched ??= executionId
      begun ||= executionId === watched
      if (!begun) continue
      print(frame)
      if (!follow && executionId === watched && isEnded(status as Status)) return status as Status
    }
    return undefined
  }
  const ended = yield* Effect.tryPromise({
    try: untilEnd,
    catch: (error) => refused(error, server.baseUrl)
  })
  const code = exitCodeOf(ended)
  if (code !== exitCodes.done) yield* new ExitWith({ code, message: "" })
})
