/**
 * Watches a project in the terminal.
 *
 *   DEVTEAM_TOKEN=… node watch.js http://127.0.0.1:4600 acme/shop [cursor]
 *
 * What happens goes to stderr in lines, what agents and builds print to stdout. The connection is made again when it
 * breaks, 1 s, 2 s, 3 s … after each failure; Ctrl-C ends it, and names the cursor to go on from.
 */
import process from "node:process"
import { stripVTControlCharacters } from "node:util"
import { cursorOf } from "@devteam/client/Frame"
import { watch } from "@devteam/client/watch"

const [baseUrl, projectId, after] = process.argv.slice(2)
if (baseUrl === undefined || projectId === undefined) {
  console.error("Usage: node watch.js <url> <project> [cursor]; the token comes from DEVTEAM_TOKEN.")
  process.exit(2)
}

/** Output is written by others: nothing in it may steer the terminal. */
const harmless = (text) => stripVTControlCharacters(String(text)).replace(/[^\P{Cc}\n\t]/gu, "")

const words = (event) => event.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase()

/** @param {import("@devteam/client/Frame").Frame} frame */
const show = ({ type, ts, payload }) => {
  if (type === "execution-log") return process.stdout.write(harmless(payload.text))
  const time = ts.slice(11, 19)
  if (type === "gap")
    return console.error(`${time}  not told: ${payload.from} to ${payload.to} (${payload.reason})`)
  const { event, status, progress, currentTask, currentStep, message } = payload
  const parts = [status, progress === undefined ? undefined : `${progress} %`, currentTask?.id, currentStep]
  const what = [...parts, event === undefined ? undefined : words(event), message]
  console.error(harmless([time, ...what.filter((part) => part != null)].join("  ")))
}

const say = {
  connecting: () => {},
  open: () => console.error(`connected to ${baseUrl}`),
  waiting: ({ code, reason, delayMs }) =>
    console.error(`connection lost (${code}${reason && `: ${reason}`}); again in ${delayMs / 1000} s`)
}

const interrupted = new AbortController()
process.once("SIGINT", () => interrupted.abort())

let cursor = after
try {
  const frames = watch({ baseUrl, token: process.env.DEVTEAM_TOKEN }, projectId, {
    after,
    signal: interrupted.signal,
    onState: (state) => say[state.state](state)
  })
  for await (const frame of frames) {
    show(frame)
    cursor = cursorOf(frame) ?? cursor
  }
  if (cursor !== undefined) console.error(`go on with: node watch.js ${baseUrl} ${projectId} ${cursor}`)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
