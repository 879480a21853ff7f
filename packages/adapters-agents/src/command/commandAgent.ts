/**
 * The `command` agent: any program that changes files in its working directory.
 *
 * Its argv may name `{prompt}` (path of the prompt's file), `{promptText}` (the prompt itself), `{checkout}`,
 * `{model}` and `{taskId}`; they are replaced inside words, once, without a shell. A program that names neither form
 * of the prompt gets it on stdin; otherwise its stdin is closed. `DEVTEAM_PROMPT_FILE` always names the file.
 *
 * Of a program that is not known otherwise, the exit code is the only word that it says about itself, so it is
 * believed: a change by a program that ended with another code than 0 is not taken as done (half of an edit may well
 * build), it spends the round, and the next round shows it what it printed. A program that fails in spite of good
 * work needs a wrapper that says so.
 */
import {
  AgentError,
  type AgentEvidence,
  type AgentInput,
  type AgentOutcome
} from "@devteam/core/ports/CodingAgent"
import type { AgentSettings } from "@devteam/core/model/Settings"
import { Result } from "effect"
import { join } from "node:path"
import type { AgentDefinition, AgentPlan } from "../AgentDefinition.ts"
import { findProgramProbe } from "../findProgram.ts"
import { judgeStopped } from "../judgeStopped.ts"
import { requireNamed } from "../namedVariables.ts"
import { statedReason } from "../statedReason.ts"
import { type LastLine, lastLine, noLine, pushText } from "./lastLine.ts"

const placeholder = /\{(prompt|promptText|checkout|model|taskId)\}/g
const promptFile = "prompt.md"
/** What Linux takes in one argument, its closing zero included. */
const maxArgumentBytes = 131_072

const unusable = (message: string): AgentError => new AgentError({ reason: "unusable", message })

const program = (settings: AgentSettings): Result.Result<string, AgentError> => {
  const [first] = settings.argv
  return first === undefined || first.trim() === ""
    ? Result.fail(
        unusable('The agent "command" has no program. Set its argv: the program, then its arguments.')
      )
    : Result.succeed(first)
}

const names = (argv: ReadonlyArray<string>, ...wanted: ReadonlyArray<string>): boolean =>
  argv.some((word) => [...word.matchAll(placeholder)].some((match) => wanted.includes(match[1] ?? "")))

const plan = (input: AgentInput): Result.Result<AgentPlan, AgentError> =>
  Result.flatMap(program(input.settings), (first): Result.Result<AgentPlan, AgentError> => {
    const words = input.settings.argv.slice(1)
    if (names(words, "model") && input.settings.model === undefined) {
      return Result.fail(
        unusable("The agent's argv names {model}, and no model is set. Set one, or leave it out.")
      )
    }
    const file = join(input.scratch, promptFile)
    const values: Readonly<Record<string, string>> = {
      prompt: file,
      promptText: input.prompt,
      checkout: input.checkout,
      model: input.settings.model ?? "",
      taskId: input.env["DEVTEAM_TASK_ID"] ?? ""
    }
    const rest = words.map((word) => word.replace(placeholder, (_, name: string) => values[name] ?? ""))
    const long = rest.find((word) => Buffer.byteLength(word) >= maxArgumentBytes)
    if (long !== undefined) {
      return Result.fail(
        unusable(
          `The prompt is too long for one argument (${Buffer.byteLength(long)} bytes). Use {prompt}, the path of its file, instead of {promptText}.`
        )
      )
    }
    return Result.succeed({
      argv: [first, ...rest],
      env: { DEVTEAM_PROMPT_FILE: file },
      files: [{ path: promptFile, content: input.prompt }],
      stdin: names(words, "prompt", "promptText") ? undefined : input.prompt,
      reads: []
    })
  })

const end = (state: LastLine) => {
  const line = lastLine(state)
  return statedReason(line) === undefined ? [] : [{ _tag: "Note", note: line } as const]
}

const judge = (evidence: AgentEvidence, changed: boolean): AgentOutcome => {
  const { exit } = evidence
  const stopped = judgeStopped(exit)
  if (stopped !== undefined) return stopped
  if (changed) {
    return exit.exitCode === 0
      ? { _tag: "Changed" }
      : {
          _tag: "MalformedEdit",
          message: `The agent changed files and then failed with exit code ${exit.exitCode}.`
        }
  }
  const reason = evidence.notes.map(statedReason).find((stated) => stated !== undefined)
  if (reason !== undefined) return { _tag: "NoOp", reason }
  return exit.exitCode === 0
    ? { _tag: "NoEdit", message: "The agent ended well, but changed no file." }
    : {
        _tag: "Failed",
        message: `The agent failed with exit code ${exit.exitCode} and changed no file.`,
        permanent: false
      }
}

/** See above. */
export const commandAgent: AgentDefinition<LastLine> = {
  id: "command",
  variables: (settings) => settings.env,
  requireVariables: requireNamed,
  probe: (settings) => Result.map(program(settings), (name) => findProgramProbe(settings, name)),
  plan,
  initial: noLine,
  // Only stdout speaks: a warning on stderr after it must not hide the agent's last word.
  decode: (state, piece) => [piece.stream === "stdout" ? pushText(state, piece.text) : state, []],
  end,
  judge
}
