/**
 * The message of the one commit that a task becomes, and the way to read its trailers again.
 *
 * Deterministic: everything comes from the task and the journal, so that a second worker makes the same commit. Text
 * from the task list cannot forge a trailer: it is put on one line, and that line never stands in the last paragraph,
 * the only one that git and {@link parseTrailers} read.
 */
import type { ExecutionId, Sha, TaskId } from "../model/Ids.ts"
import type { Verdict } from "../model/Verdict.ts"

/** What the message says. `eventId` is the posted event that started the execution, where there was one. */
export interface CommitMessageInput {
  readonly task: { readonly id: TaskId; readonly title: string }
  readonly executionId: ExecutionId
  readonly eventId?: string | undefined
  readonly base: Sha
  readonly verdict: Pick<Verdict, "outcome" | "commands">
  /** The commit takes the task back. */
  readonly undo?: boolean
}

const subjectColumns = 72

/** Line breaks of every kind, other control characters, and the invisible marks that reorder text on a screen. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu

/** Text on one line, as it stands in messages and trailers. */
const oneLine = (text: string): string =>
  text.toWellFormed().replace(unprintable, " ").replace(/\s+/g, " ").trim()

/** Counts code points, cuts at a word where one ends in the last third, and ends with an ellipsis. */
const cut = (text: string, columns: number): string => {
  const points = Array.from(text)
  if (points.length <= columns) return text
  const head = points.slice(0, columns - 1)
  const space = head.lastIndexOf(" ")
  const end = space > columns - columns / 3 ? space : head.length
  return `${head.slice(0, end).join("").trimEnd()}…`
}

/** `passed npm ci, npm run build`, or `unverified` when no build ran. */
const verifyTrailer = ({ commands, outcome }: CommitMessageInput["verdict"]): string => {
  const passed = commands.filter((run) => run.outcome === "passed").map((run) => run.argv.join(" "))
  return outcome === "passed" && passed.length > 0 ? `passed ${passed.join(", ")}` : outcome
}

/** The whole message, ending with a newline. */
export const commitMessage = (input: CommitMessageInput): string => {
  const full = oneLine(`${input.undo === true ? "Undo " : ""}${input.task.id}: ${input.task.title}`)
  const subject = cut(full, subjectColumns)
  const trailers = [
    ["DevTeam-Execution", input.executionId],
    ["DevTeam-Task", input.task.id],
    ...(input.eventId === undefined ? [] : [["DevTeam-Event", input.eventId]]),
    ["DevTeam-Base", input.base],
    ["DevTeam-Verify", verifyTrailer(input.verdict)]
  ].map(([key, value]) => `${key}: ${oneLine(value ?? "")}`)
  return `${[subject, ...(subject === full ? [] : [full]), trailers.join("\n")].join("\n\n")}\n`
}

/** The trailers of a message, by key. Absent keys are absent: the commit is not one of ours. */
export type Trailers = {
  readonly [K in "execution" | "task" | "event" | "base" | "verify"]?: string
}

const keys: ReadonlyMap<string, keyof Trailers> = new Map([
  ["devteam-execution", "execution"],
  ["devteam-task", "task"],
  ["devteam-event", "event"],
  ["devteam-base", "base"],
  ["devteam-verify", "verify"]
])

/** Reads the last paragraph, like git; the subject is none. People's trailers among ours are passed over. */
export const parseTrailers = (message: string): Trailers => {
  const paragraphs = message
    .replace(/\r\n/g, "\n")
    .trimEnd()
    .split(/\n[ \t]*\n/)
  const found: { -readonly [K in keyof Trailers]: string } = {}
  if (paragraphs.length < 2) return found
  for (const line of (paragraphs.at(-1) ?? "").split("\n")) {
    const colon = line.indexOf(":")
    const key = keys.get(line.slice(0, Math.max(colon, 0)).toLowerCase())
    if (key !== undefined && found[key] === undefined) found[key] = line.slice(colon + 1).trim()
  }
  return found
}
