/**
 * What is known of one run of aider, from what it wrote about itself.
 *
 * Its output mixes its own words with the model's reply, which may hold any line at all. So the calls come from the
 * analytics log, the replies from the model history, the failures from the launcher; and of the output only what is
 * left without the replies is taken for aider's own words.
 */
import { Schema } from "effect"
import type { Usage } from "@devteam/core/model/Candidate"

/** Why a call brought no reply. `status` is HTTP's; `retryAtMs` is when the provider wants to be asked again. */
export const Failure = Schema.Struct({
  name: Schema.String,
  status: Schema.optionalKey(Schema.Int),
  message: Schema.String,
  retryAtMs: Schema.optionalKey(Schema.Finite)
})
export type Failure = typeof Failure.Type

/** What aider said in its own words, as far as a verdict needs it. */
export const Sign = Schema.Literals([
  "malformed",
  "reflections_used_up",
  "token_limit",
  "empty",
  "refused",
  "write_failed"
])
export type Sign = typeof Sign.Type

/** The findings for `judge`, as one JSON note. */
export const Facts = Schema.Struct({
  /** Calls of the model that were begun, and that brought a reply (or ran into the context's limit). */
  started: Schema.Int,
  answered: Schema.Int,
  /** Last line of the last reply. */
  lastLine: Schema.String,
  failure: Schema.optionalKey(Failure),
  signs: Schema.Array(Sign),
  /** Aider's own last words. */
  lastWords: Schema.String
})
export type Facts = typeof Facts.Type

/** Facts as a note, and back. */
export const FactsNote = Schema.fromJsonString(Facts)

const Call = Schema.fromJsonString(
  Schema.Struct({
    event: Schema.Literals(["message_send_starting", "message_send"]),
    properties: Schema.Struct({
      prompt_tokens: Schema.optionalKey(Schema.Finite),
      completion_tokens: Schema.optionalKey(Schema.Finite),
      cost: Schema.optionalKey(Schema.Finite)
    })
  })
)
type Call = typeof Call.Type

const StoredFailure = Schema.fromJsonString(
  Schema.Struct({
    name: Schema.String,
    status: Schema.NullOr(Schema.Int),
    message: Schema.String,
    retryAfter: Schema.NullOr(Schema.String),
    atMs: Schema.Finite
  })
)

const decodeLines = <A>(schema: Schema.Codec<A, string>, text: string): ReadonlyArray<A> =>
  text.split("\n").flatMap((line) => {
    const decoded = Schema.decodeUnknownOption(schema)(line)
    return decoded._tag === "Some" ? [decoded.value] : []
  })

/** When a `Retry-After` header, in seconds or as a date, wants the next try. */
export const retryAt = (header: string | null, nowMs: number): number | undefined => {
  if (header === null || header.trim() === "") return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return seconds < 0 ? undefined : nowMs + seconds * 1000
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : date
}

const storedFailures = (text: string): ReadonlyArray<Failure> =>
  decodeLines(StoredFailure, text).map(({ name, status, message, retryAfter, atMs }) => {
    const retryAtMs = retryAt(retryAfter, atMs)
    return {
      name,
      message,
      ...(status === null ? {} : { status }),
      ...(retryAtMs === undefined ? {} : { retryAtMs })
    }
  })

/** The replies in the model history: every line of one stands behind `ASSISTANT `, so none can pass for a heading. */
const repliesIn = (history: string): ReadonlyArray<string> => {
  const replies: Array<Array<string>> = []
  let current: Array<string> | undefined
  for (const line of history.split("\n")) {
    if (/^LLM RESPONSE \d{4}-/.test(line)) {
      current = []
      replies.push(current)
    } else if (/^TO LLM \d{4}-/.test(line)) current = undefined
    else if (current !== undefined && line.startsWith("ASSISTANT "))
      current.push(line.slice("ASSISTANT ".length))
  }
  return replies.map((lines) => lines.join("\n"))
}

/** Where Python breaks lines. */
// oxlint-disable-next-line no-control-regex
const lineBreak = /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/

const linesOf = (text: string): ReadonlyArray<string> => text.split(lineBreak).map((line) => line.trimEnd())

/** Every line of a reply was printed once; what stands there more often, aider said. */
const withoutReplies = (output: string, replies: ReadonlyArray<string>): string => {
  const printed = new Map<string, number>()
  for (const line of replies.flatMap(linesOf)) printed.set(line, (printed.get(line) ?? 0) + 1)
  return linesOf(output)
    .filter((line) => {
      const left = printed.get(line) ?? 0
      if (left > 0) printed.set(line, left - 1)
      return left === 0
    })
    .join("\n")
}

const phrases: ReadonlyArray<readonly [RegExp, Sign]> = [
  [/^The LLM did not conform to the edit format\.$/m, "malformed"],
  [/^Only \d+ reflections allowed, stopping\.$/m, "reflections_used_up"],
  [/has hit a token limit!$/m, "token_limit"],
  [/^Empty response received from LLM\./m, "empty"],
  [/^(Refused edit to |Skipping edits to )/m, "refused"],
  [/^Unable to (write|create) /m, "write_failed"]
]

/** A failure as aider prints it, where the launcher could not record it. */
const printedFailure = (words: string): Failure | undefined => {
  const found = [...words.matchAll(/^litellm\.(?:\w+: )?(\w*(?:Error|Timeout)): (.*)$/gm)].at(-1)
  return found?.[1] === undefined ? undefined : { name: found[1], message: found[2] ?? "" }
}

const lastLineOf = (text: string): string => text.trimEnd().split("\n").at(-1)?.trim() ?? ""

/** What a run left: its output as printed, and the three logs, empty where there is none. */
export interface RunRecord {
  readonly output: string
  readonly analytics: string
  readonly history: string
  readonly failures: string
}

/** `unpaid`: calls at the end that aider counts by its own estimate, and that the provider refused. */
const usageOf = (calls: ReadonlyArray<Call>, complete: boolean, unpaid: number): Usage | undefined => {
  const answered = calls.filter(({ event }) => event === "message_send")
  const answers = answered.slice(0, Math.max(0, answered.length - unpaid))
  if (answers.length === 0 && complete) return undefined
  const sum = (of: (properties: Call["properties"]) => number | undefined): number =>
    answers.reduce((total, { properties }) => total + (of(properties) ?? 0), 0)
  const costUsd = sum(({ cost }) => cost)
  return {
    inputTokens: sum((of) => of.prompt_tokens),
    outputTokens: sum((of) => of.completion_tokens),
    // Aider says 0 where it knows no price.
    ...(costUsd > 0 ? { costUsd } : {}),
    source: "reported",
    exact: complete && answers.every(({ properties }) => (properties.prompt_tokens ?? 0) > 0)
  }
}

/** Reads a run's record. Usage is undefined where nothing was paid for. */
export const factsOf = (record: RunRecord): { readonly facts: Facts; readonly usage: Usage | undefined } => {
  const calls = decodeLines(Call, record.analytics)
  const answered = calls.filter(({ event }) => event === "message_send").length
  const started = calls.length - answered
  const replies = repliesIn(record.history)
  const words = withoutReplies(record.output, replies)
  const signs = phrases.flatMap(([phrase, sign]) => (phrase.test(words) ? [sign] : []))
  const recorded = storedFailures(record.failures)
  const overflows = recorded.filter(({ name }) => name === "ContextWindowExceededError")
  const [overflow] = overflows
  const failure = overflow ?? (started > answered ? (recorded.at(-1) ?? printedFailure(words)) : undefined)
  // What was refused with a 4xx was not worked on, so nothing is missing in the sum.
  const refused = failure?.status !== undefined && failure.status < 500
  const cutOff = signs.includes("token_limit") && overflow === undefined
  const complete = (started === answered || refused) && !cutOff
  return {
    facts: {
      started,
      answered,
      lastLine: lastLineOf(replies.at(-1) ?? "").slice(0, 4096),
      ...(failure === undefined ? {} : { failure }),
      signs,
      lastWords: lastLineOf(words).slice(0, 1000)
    },
    usage: usageOf(calls, complete, overflows.length)
  }
}
