/**
 * The `aider` agent.
 *
 * Its exit code is 0 for almost everything that can go wrong, so the verdict goes by git, by the calls that it made,
 * and by what the model answered; see docs/agents.md for the table of cases.
 */
import type { AgentEvidence, AgentOutcome } from "@devteam/core/ports/CodingAgent"
import { Result, Schema } from "effect"
import type { AgentDefinition, AgentEvent } from "../AgentDefinition.ts"
import { judgeStopped } from "../judgeStopped.ts"
import { statedReason } from "../statedReason.ts"
import { aiderPlan } from "./aiderPlan.ts"
import { aiderProbe } from "./aiderProbe.ts"
import { type Facts, FactsNote, factsOf } from "./facts.ts"
import { judgeFailure } from "./judgeFailure.ts"
import { scratchNames, startFailures } from "./launcher.ts"
import { aiderVariables, requireKey } from "./variables.ts"

/** Most of the output that is looked through: its end. */
const maxOutput = 1 << 20

const failed = (message: string, permanent: boolean): AgentOutcome => ({ _tag: "Failed", message, permanent })

const judgeExit = (exitCode: number, changed: boolean, facts: Facts): AgentOutcome => {
  const message = `aider ended with exit code ${exitCode}: ${facts.lastWords}`
  if (changed) return { _tag: "MalformedEdit", message }
  const cannotStart =
    exitCode === 2 || exitCode === startFailures.noProgram || exitCode === startFailures.noPython
  return failed(
    cannotStart ? `${message}. Check the agent's program and its arguments.` : message,
    cannotStart || facts.started === 0
  )
}

const withoutEdit = ({ signs, lastLine }: Facts): AgentOutcome => {
  // Models tend to quote the line as the prompt did.
  const reason = statedReason(lastLine.replace(/^[`*_>\s]+|[`*_\s]+$/g, ""))
  if (reason !== undefined) return { _tag: "NoOp", reason }
  if (signs.includes("malformed")) {
    return {
      _tag: "MalformedEdit",
      message: "The model's edits did not keep to the edit format, so none was made."
    }
  }
  if (signs.includes("refused")) {
    return {
      _tag: "NoEdit",
      message: "All of the model's edits were refused: outside the checkout, in .git, or ignored by git."
    }
  }
  if (signs.includes("write_failed")) {
    return { _tag: "NoEdit", message: "The model's edits could not be written." }
  }
  return { _tag: "NoEdit", message: "The model answered, but its answer has no edit that changes a file." }
}

const judge = (evidence: AgentEvidence, changed: boolean): AgentOutcome => {
  const stopped = judgeStopped(evidence.exit)
  if (stopped !== undefined) return stopped
  const facts = Schema.decodeUnknownSync(FactsNote)(evidence.notes[0])
  const { failure, signs, started, answered } = facts
  if (evidence.exit.exitCode !== 0) return judgeExit(evidence.exit.exitCode ?? -1, changed, facts)
  if (started === 0) {
    return failed(`aider ended without asking the model: ${facts.lastWords || "it printed nothing"}`, false)
  }
  if (signs.includes("token_limit") && failure?.name !== "ContextWindowExceededError") {
    return started > answered
      ? failed("The model's answer was cut off at its output limit, so no edit of it was made.", false)
      : judgeFailure({ name: "ContextWindowExceededError", message: "The model has hit a token limit." })
  }
  if (failure !== undefined) return judgeFailure(failure)
  if (started > answered) {
    return { _tag: "NoWork", message: `The last call of the model brought no answer: ${facts.lastWords}` }
  }
  if (signs.includes("empty") && facts.lastLine === "") {
    return {
      _tag: "NoWork",
      message: "The model's answer was empty. If it happens again, check the provider's account."
    }
  }
  if (!changed) return withoutEdit(facts)
  return signs.includes("reflections_used_up")
    ? { _tag: "MalformedEdit", message: "Some of the model's edits were made; the rest failed four times." }
    : { _tag: "Changed" }
}

const end = (output: string, files: Readonly<Record<string, string>>): ReadonlyArray<AgentEvent> => {
  const { facts, usage } = factsOf({
    output,
    analytics: files[scratchNames.analytics] ?? "",
    history: files[scratchNames.llmHistory] ?? "",
    failures: files[scratchNames.failures] ?? ""
  })
  const note = { _tag: "Note", note: Schema.encodeSync(FactsNote)(facts) } as const
  return usage === undefined ? [note] : [note, { _tag: "Usage", usage }]
}

/** See above. Its state is the end of the output. */
export const aiderAgent: AgentDefinition<string> = {
  id: "aider",
  variables: aiderVariables,
  requireVariables: requireKey,
  probe: (settings) => Result.succeed(aiderProbe(settings)),
  plan: aiderPlan,
  initial: "",
  decode: (output, { text }) => [(output + text).slice(-maxOutput), []],
  end,
  judge
}
