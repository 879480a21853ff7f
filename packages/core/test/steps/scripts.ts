/** What agents and builds do in the tests of the steps. */
import { Effect } from "effect"
import type { AgentEvidence, AgentInput } from "../../src/ports/CodingAgent.ts"
import { type AgentScript, evidenceOf } from "../../src/testing/memory/CodingAgents.ts"
import type { Build, WorldShape } from "../../src/testing/memory/Everything.ts"
import type { Files } from "../../src/testing/memory/MemoryGit.ts"

/** The round of a run. */
export const roundOf = ({ env }: AgentInput): number => Number(env["DEVTEAM_ROUND"])

/** Writes these files, prints a line, exits as asked. */
export const writes =
  ({ git }: WorldShape, files: (input: AgentInput) => Files, exitCode = 0): AgentScript =>
  (input) =>
    Effect.sync(() => {
      git.edit(input.checkout, files(input))
      return evidenceOf("done\n", exitCode)
    })

/** Changes nothing and prints this. */
export const says =
  (text: string, exitCode = 0): AgentScript =>
  () =>
    Effect.succeed(evidenceOf(text, exitCode))

/** One script per run, in order; the last one stays. */
export const inTurn = (first: AgentScript, ...more: ReadonlyArray<AgentScript>): AgentScript => {
  const left = [first, ...more]
  let script = first
  return (input, print) => {
    script = left.shift() ?? script
    return script(input, print)
  }
}

/** Never ends, and is killed at its time-out. */
export const hangs: AgentScript = ({ timeoutMs }) =>
  Effect.never.pipe(
    Effect.timeoutOption(timeoutMs),
    Effect.as<AgentEvidence>({
      ...evidenceOf(""),
      exit: { exitCode: null, signal: "SIGTERM", cause: "timed_out", durationMs: timeoutMs, outputBytes: 0 }
    })
  )

/** Red with this output while the condition holds. */
export const redWhile =
  (
    isRed: (read: (path: string) => string | undefined) => boolean,
    output = "error TS2304: broken\n"
  ): Build =>
  (read) =>
    Effect.sync(() => (isRed(read) ? { exitCode: 2, stdout: output } : { exitCode: 0, stdout: "built\n" }))
