/**
 * A frame as one line for a person. Log output is not one; it is printed as it is.
 */
import type { Frame } from "@devteam/client/Frame"
import type { Style } from "../terminal/style.ts"
import { plain } from "../terminal/words.ts"

const words = (event: string): string => event.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase()

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined

const taskOf = (value: unknown): string | undefined =>
  typeof value === "object" && value !== null && "id" in value ? text(value.id) : undefined

const whatOf = ({ payload }: Frame): string => {
  const event = text(payload["event"])
  const taskId = text(payload["taskId"]) ?? taskOf(payload["currentTask"])
  const step = text(payload["step"])
  return [
    event === undefined ? undefined : words(event),
    step,
    taskId === undefined ? undefined : `task ${taskId}`,
    text(payload["title"]),
    text(payload["reason"]),
    text(payload["message"])
  ]
    .filter((part) => part !== undefined)
    .join("  ")
}

/** The line, with the time of day in UTC as the frame has it. */
export const frameLine = (frame: Frame, style: Style): string => {
  const { type, ts, payload } = frame
  const time = style.dim(ts.slice(11, 19))
  if (type === "gap") {
    const { from, to, reason } = payload
    return `${time}  ${style.warn(plain(`not told: ${String(from)} to ${String(to)} (${String(reason)})`))}`
  }
  const emphasis = { error: style.bad, completion: style.good, "execution-update": (same: string) => same }
  const mark = type === "execution-log" ? style.dim : emphasis[type]
  const status = text(payload["status"]) ?? ""
  return `${time}  ${status.padEnd(12)}  ${mark(plain(whatOf(frame)))}`
}
