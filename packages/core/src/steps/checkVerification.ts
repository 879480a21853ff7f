/**
 * Whether this machine has what the project's verification needs: found out before anything is paid for.
 *
 * A package manager other than npm (which the sandbox's health has tried) is run in a checkout of the base, because
 * Corepack and Yarn decide by the folder which version they are. Of the project's own commands only programs without
 * a path are looked for: the others may be what a task is to make.
 */
import { Effect } from "effect"
import type { Sha } from "../model/Ids.ts"
import { Repository } from "../ports/Repository.ts"
import { makeUtf8Decoder } from "../redaction/decodeUtf8.ts"
import { readFailure } from "../verification/infrastructure.ts"
import { brokenTool, missingProgram, missingTool, type NeededTool, unfitTool } from "../verification/tools.ts"
import type { OutputLog } from "./OutputLog.ts"
import { planOf } from "./prompt.ts"
import { runCommand } from "./runCommand.ts"
import { executionDirectory, type StepContext } from "./Session.ts"
import { StepProblem } from "./StepError.ts"

const timeoutMs = 120_000
const notThere = 3

const unusable = (message: string) =>
  new StepProblem({ kind: "permanent", reason: "verification", error: "environment", message })

/** Watchers are shown what works on their tasks, not this. */
const silently = (): OutputLog => {
  const decoders = { stdout: makeUtf8Decoder(), stderr: makeUtf8Decoder() }
  return {
    write: ({ bytes, stream }) => Effect.sync(() => decoders[stream].push(bytes)),
    note: () => Effect.void
  }
}

const inDirectory = (context: StepContext, argv: readonly [string, ...Array<string>], cwd: string) =>
  runCommand(context, silently(), { argv, cwd, timeoutMs })

/** Its version, as `pnpm 10.1.0`. */
const checkTool = Effect.fnUntraced(function* (context: StepContext, tool: NeededTool, tree: Sha) {
  const repository = yield* Repository
  const { session, state } = context
  const name = `${executionDirectory(state)}/tool`
  const directory = yield* session.host.freshDirectory(name)
  yield* repository.checkout(session.repository, tree, directory)
  const { excerpt, outcome } = yield* inDirectory(context, [tool.program, "--version"], directory)
  yield* session.host.removeDirectory(name)
  if (outcome.exitCode === 127) return yield* unusable(missingTool(tool))
  const { cause, exitCode, signal } = outcome
  if (exitCode !== 0) {
    const reading = readFailure({ kind: "install", cause, exitCode, signal, text: excerpt })
    const said = session.redactor.text(excerpt.replace(/^ +at .*\n?/gm, "")).slice(0, 1_000)
    if (reading._tag === "Red") return yield* unusable(brokenTool(tool, said))
    const message = `${tool.program} --version: ${reading.message}`
    return yield* new StepProblem({ kind: "infrastructure", reason: reading.reason, message })
  }
  const version =
    excerpt.split("\n").findLast((line) => /^v?\d+\.\d+\S*$/.test(line)) ?? "of an unknown version"
  const unfit = unfitTool(tool, version)
  return unfit === undefined ? `${tool.program} ${version}` : yield* unusable(unfit)
})

const checkProgram = Effect.fnUntraced(function* (
  context: StepContext,
  argv: readonly [string, ...Array<string>],
  directory: string
) {
  const look = ["sh", "-c", `command -v "$1" || exit ${notThere}`, "sh", argv[0]] as const
  const { outcome } = yield* inDirectory(context, [...look], directory)
  // Every other code may be that of a sandbox without a shell: then nothing is known.
  if (outcome.exitCode === notThere) return yield* unusable(missingProgram(argv))
})

/** Fails where the base cannot be verified here. Answers the package manager's version, and what to warn of. */
export const checkVerification = Effect.fnUntraced(function* (context: StepContext, tree: Sha) {
  const { session, state } = context
  const { verify } = state.settings
  const { plan } = yield* planOf(session.repository, tree, verify)
  const warnings = plan.unverified === undefined ? [] : [plan.unverified]
  if (verify === undefined) {
    const { tool } = plan
    if (tool === undefined || tool.program === "npm") return { tool: undefined, warnings }
    return { tool: yield* checkTool(context, tool, tree), warnings }
  }
  const name = `${executionDirectory(state)}/tool`
  const directory = yield* session.host.freshDirectory(name)
  const programs = new Map(plan.commands.map(({ argv }) => [argv[0], argv]))
  for (const [program, argv] of programs)
    if (!program.includes("/")) yield* checkProgram(context, argv, directory)
  yield* session.host.removeDirectory(name)
  return { tool: undefined, warnings }
})
