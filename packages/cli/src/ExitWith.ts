/**
 * How a command ends otherwise than well: an exit code, and what to say.
 */
import { Schema } from "effect"

/** As README says: 1 tasks left, 2 usage or configuration, 3 paused, 4 stopped, 5 environment, 130 Ctrl-C. */
export const exitCodes = {
  done: 0,
  tasksLeft: 1,
  usage: 2,
  paused: 3,
  stopped: 4,
  environment: 5,
  interrupted: 130
} as const

/** Ends the command with `code`; an empty message has been said already. */
export class ExitWith extends Schema.TaggedError<ExitWith>()("ExitWith", {
  code: Schema.Int,
  message: Schema.String
}) {}

/** Ends with 2: the caller has to say it differently. */
export const usageError = (message: string): ExitWith => new ExitWith({ code: exitCodes.usage, message })

/** Ends with 5: something outside of the program has to be put right. */
export const environmentError = (message: string): ExitWith =>
  new ExitWith({ code: exitCodes.environment, message })

const has = <K extends string>(value: unknown, key: K): value is Record<K, unknown> =>
  typeof value === "object" && value !== null && key in value

const usageReasons = new Set([
  "id_taken",
  "unknown_agent",
  "forbidden",
  "no_origin",
  "not_local",
  "project_file",
  "list_missing",
  "usage"
])

/** The exit code and message of anything that a command can fail with. */
export const exitOf = (error: unknown): ExitWith => {
  if (error instanceof ExitWith) return error
  const message = error instanceof Error ? error.message : String(error)
  if (has(error, "_tag") && (error._tag === "RequestRejected" || error._tag === "UnknownWorkflow")) {
    return usageError(message)
  }
  return has(error, "reason") && typeof error.reason === "string" && usageReasons.has(error.reason)
    ? usageError(message)
    : environmentError(message)
}
