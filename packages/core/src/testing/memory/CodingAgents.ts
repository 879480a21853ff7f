/**
 * Coding agents in memory: a script stands for the program.
 *
 * For tests of what uses agents. The script may do anything to the checkout that the test keeps; nothing is spawned.
 */
import { Effect, Layer } from "effect"
import {
  AgentError,
  type AgentEvidence,
  type AgentInput,
  type AgentOutcome,
  CodingAgents,
  type CodingAgent
} from "../../ports/CodingAgent.ts"

/**
 * What the agent does in one run. Task and round are in `env.DEVTEAM_TASK_ID` and `env.DEVTEAM_ROUND`. What it prints
 * is passed on at once; a script that prints nothing has the evidence's tail passed on at its end.
 */
export type AgentScript = (
  input: AgentInput,
  print: (text: string) => Effect.Effect<void>
) => Effect.Effect<AgentEvidence>

/** Evidence of a run that ended with `exitCode` after printing `output`. */
export const evidenceOf = (output: string, exitCode = 0): AgentEvidence => ({
  exit: {
    exitCode,
    signal: null,
    cause: "exited",
    durationMs: 1,
    outputBytes: new TextEncoder().encode(output).length
  },
  tail: output,
  usage: undefined,
  notes: []
})

const marker = "DEVTEAM: NOTHING-TO-DO "

/** Judges by the exit, by what changed, and by a last line that says that there is nothing to do. */
export const judgeScript: CodingAgent["judge"] = (evidence, changed): AgentOutcome => {
  const { exit, tail } = evidence
  if (exit.cause !== "exited") return { _tag: "TimedOut", message: `The script did not end (${exit.cause}).` }
  if (exit.exitCode === null) return { _tag: "NoWork", message: "The script was killed." }
  const failed = `The script failed with exit code ${exit.exitCode}.`
  if (changed) return exit.exitCode === 0 ? { _tag: "Changed" } : { _tag: "MalformedEdit", message: failed }
  const last = tail.trimEnd().split("\n").at(-1) ?? ""
  if (last.startsWith(marker)) return { _tag: "NoOp", reason: last.slice(marker.length) }
  return exit.exitCode === 0
    ? { _tag: "NoEdit", message: "The script changed nothing." }
    : { _tag: "Failed", message: failed, permanent: false }
}

const requireVariables = (needed: ReadonlyArray<string>, env: Readonly<Record<string, string>>) => {
  const missing = needed.filter((name) => (env[name] ?? "") === "")
  const message = `The agent needs ${missing.join(", ")}. Set it.`
  return missing.length === 0 ? Effect.void : new AgentError({ reason: "missing_variable", message })
}

/** One scripted agent, known under each of `ids` (default `memory`). */
export const layerMemory = (
  script: AgentScript,
  options: { readonly judge?: CodingAgent["judge"]; readonly ids?: ReadonlyArray<string> } = {}
): Layer.Layer<CodingAgents> => {
  const ids = options.ids ?? ["memory"]
  const agent = (id: string): CodingAgent => ({
    id,
    variables: (settings) => settings.env,
    probe: (settings, _sandbox, env) => Effect.as(requireVariables(settings.env, env), "memory"),
    run: Effect.fnUntraced(function* (input, _sandbox, onOutput) {
      yield* requireVariables(input.settings.env, input.env)
      let printed = false
      const print = (text: string) => {
        printed = true
        return onOutput({
          _tag: "Chunk",
          stream: "stdout",
          bytes: new TextEncoder().encode(text),
          stored: true
        })
      }
      const evidence = yield* script(input, print)
      if (!printed && evidence.tail !== "") yield* print(evidence.tail)
      return evidence
    }),
    judge: options.judge ?? judgeScript
  })
  return Layer.succeed(CodingAgents, {
    ids,
    get: (id) =>
      ids.includes(id)
        ? Effect.succeed(agent(id))
        : Effect.fail(
            new AgentError({
              reason: "unknown_agent",
              message: `There is no agent "${id}". Known agents: ${ids.join(", ")}.`
            })
          )
  })
}
