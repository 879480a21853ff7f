/**
 * The runner's log: one JSON object a line, redacted before it is written.
 *
 * Fields that tell one execution's lines from another's always have the same names (design §6); everything else that
 * a message carries is under `details`. Where lines go is the caller's business.
 */
import { Cause, Logger, References } from "effect"

/** Where lines go, and what hides the secrets in them. `stacks`: with the stack traces of errors. */
export interface JsonLoggerOptions {
  readonly redact: (text: string) => string
  readonly write: (line: string) => void
  readonly stacks: () => boolean
}

const fields = ["correlationId", "projectId", "executionId", "taskId", "step", "round"] as const

const plainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype

const described = (value: unknown): string => {
  if (typeof value === "string") return value
  if (value instanceof Error) return value.message
  return JSON.stringify(value) ?? String(value)
}

/** Makes the logger. */
export const jsonLogger = ({ redact, write, stacks }: JsonLoggerOptions): Logger.Logger<unknown, void> =>
  Logger.make((entry) => {
    const annotations = { ...entry.fiber.getRef(References.CurrentLogAnnotations) }
    const parts = Array.isArray(entry.message) ? entry.message : [entry.message]
    const details: Record<string, unknown> = Object.assign({}, ...parts.filter(plainObject))
    const known: Record<string, unknown> = {}
    for (const field of fields) {
      const value = details[field] ?? annotations[field]
      if (value !== undefined) known[field] = value
      delete details[field]
      delete annotations[field]
    }
    const rest = { ...annotations, ...details }
    const failed = entry.cause.reasons.length > 0
    const cause = failed ? { cause: stacks() ? Cause.pretty(entry.cause) : messageOf(entry.cause) } : {}
    const line = {
      time: entry.date.toISOString(),
      level: entry.logLevel.toLowerCase(),
      message: parts
        .filter((part) => !plainObject(part))
        .map(described)
        .join(" "),
      ...known,
      ...(Object.keys(rest).length === 0 ? {} : { details: rest }),
      ...cause
    }
    write(redact(JSON.stringify(line)))
  })

/** What a cause says, without where in the program it was said. */
export const messageOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  return error instanceof Error ? error.message : described(error)
}
