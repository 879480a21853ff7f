/**
 * Runs one command in the sandbox, with its output on the way to watchers and an excerpt kept for what comes next.
 *
 * It does not judge: how a command ended is data for VERIFY and PREP.
 */
import { Effect, Stream } from "effect"
import { type ExecEvent, type ExecOutcome, SandboxError } from "../ports/Sandbox.ts"
import { makeLogTail } from "../verification/LogTail.ts"
import type { OutputLog } from "./OutputLog.ts"
import type { StepContext } from "./Session.ts"

/** How a command ended, and the redacted, normalised excerpt of what it printed. */
export interface CommandResult {
  readonly outcome: ExecOutcome
  readonly excerpt: string
}

/** How a shell would tell it: a project may name a program that this machine does not have. */
const notFound = ({ message }: SandboxError): Stream.Stream<ExecEvent> => {
  const bytes = new TextEncoder().encode(`${message}\n`)
  const ended = {
    exitCode: 127,
    signal: null,
    cause: "exited",
    durationMs: 0,
    outputBytes: bytes.length
  } as const
  return Stream.make(
    { _tag: "Chunk", stream: "stderr", bytes, stored: true },
    { _tag: "Exited", outcome: ended }
  )
}

/** Runs `argv` in `cwd`; a missing program is a result like any other failure of the command: exit code 127. */
export const runCommand = Effect.fnUntraced(function* (
  { state, session }: StepContext,
  log: OutputLog,
  command: {
    readonly argv: readonly [string, ...Array<string>]
    readonly cwd: string
    readonly timeoutMs: number
  }
) {
  const sandbox = yield* session.sandbox
  const tail = makeLogTail({ paths: [{ path: command.cwd, by: "" }] })
  yield* log.note(`$ ${command.argv.join(" ")}`)
  let outcome: ExecOutcome | undefined
  yield* sandbox.exec({ ...command, maxOutputBytes: state.settings.limits.outputBytes }).pipe(
    Stream.catchIf((error) => error.reason === "not_found", notFound),
    Stream.runForEach((event) => {
      if (event._tag === "Chunk") {
        return Effect.map(log.write(event), (text) => tail.push(text, event.stream))
      }
      outcome = event.outcome
      return Effect.void
    })
  )
  if (outcome !== undefined) return { outcome, excerpt: tail.excerpt() } satisfies CommandResult
  return yield* new SandboxError({
    reason: "lost",
    message: `"${command.argv.join(" ")}" ended without saying how.`
  })
})
