/**
 * How long a run took, in words, and the verdict on one that was stopped: the same for every agent.
 */
import type { AgentOutcome } from "@devteam/core/ports/CodingAgent"
import type { ExecOutcome } from "@devteam/core/ports/Sandbox"

const length = (ms: number): string =>
  ms < 60_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`

/** 128 + signal: how a shell says that its child was killed. */
const killedChild = new Set([137, 143])

/** The verdict on a run that did not come to its own end; undefined for one that did. */
export const judgeStopped = (exit: ExecOutcome): AgentOutcome | undefined => {
  const after = `after ${length(exit.durationMs)}`
  if (exit.cause === "timed_out")
    return { _tag: "TimedOut", message: `The agent did not end in time; stopped ${after}.` }
  if (exit.cause === "idle")
    return { _tag: "TimedOut", message: `The agent printed nothing for too long; stopped ${after}.` }
  if (exit.signal !== null || exit.exitCode === null || killedChild.has(exit.exitCode)) {
    const by = exit.signal ?? (exit.exitCode === null ? "an unknown signal" : `exit code ${exit.exitCode}`)
    return { _tag: "NoWork", message: `The agent was killed from outside (${by}) ${after}.` }
  }
  return undefined
}
