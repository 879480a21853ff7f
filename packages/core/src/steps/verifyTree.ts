/**
 * Runs the verification commands of one tree, in order, until one fails.
 *
 * Used for candidates and for baselines alike. Infrastructure failures leave as errors: they are attempts, never
 * rounds.
 */
import { Effect } from "effect"
import type { Sha } from "../model/Ids.ts"
import type { CommandRun } from "../model/Verdict.ts"
import { Repository } from "../ports/Repository.ts"
import type { PlannedCommand } from "../verification/CommandPlan.ts"
import { readFailure } from "../verification/infrastructure.ts"
import { type OutputLog, withOutputLog } from "./OutputLog.ts"
import { planOf } from "./prompt.ts"
import { type CommandResult, runCommand } from "./runCommand.ts"
import type { StepContext } from "./Session.ts"
import { StepProblem } from "./StepError.ts"

/** What the commands said of a tree. `message` is one sentence, `log` the excerpt of the failing command. */
export interface TreeVerification {
  readonly outcome: "passed" | "unverified" | "failed"
  readonly commands: ReadonlyArray<CommandRun>
  readonly message: string
  readonly log: string
  readonly unlocked: boolean
  readonly warnings: ReadonlyArray<string>
}

const toRun = ({ name, argv }: PlannedCommand, { outcome }: CommandResult): CommandRun => ({
  name,
  argv,
  outcome: outcome.cause !== "exited" ? "timed_out" : outcome.exitCode === 0 ? "passed" : "failed",
  ...(outcome.exitCode === null ? {} : { exitCode: outcome.exitCode }),
  durationMs: outcome.durationMs
})

const failureMessage = ({ kind }: PlannedCommand, result: CommandResult) =>
  Effect.gen(function* () {
    const { cause, exitCode, signal } = result.outcome
    const reading = readFailure({ kind, cause, exitCode, signal, text: result.excerpt })
    if (reading._tag === "Red") return reading.message
    return yield* new StepProblem({
      kind: "infrastructure",
      reason: reading.reason,
      message: reading.message
    })
  })

const runAll = Effect.fnUntraced(function* (
  context: StepContext,
  log: OutputLog,
  commands: ReadonlyArray<PlannedCommand>,
  cwd: string
) {
  const { installMs, buildMs } = context.state.settings.limits
  const runs: Array<CommandRun> = []
  for (const command of commands) {
    const timeoutMs = command.kind === "install" ? installMs : buildMs
    const result = yield* runCommand(context, log, { argv: command.argv, cwd, timeoutMs })
    const run = toRun(command, result)
    runs.push(run)
    if (run.outcome !== "passed") {
      const why = yield* failureMessage(command, result)
      return { runs, failed: { message: `${command.argv.join(" ")}: ${why}`, log: result.excerpt } }
    }
  }
  return { runs, failed: undefined }
})

/**
 * Checks a tree out into `directory` (which exists, empty) and verifies it there. `heading` begins its part of the
 * log, where it is not the candidate that is verified.
 */
export const verifyTree = Effect.fnUntraced(function* (
  context: StepContext,
  tree: Sha,
  directory: string,
  heading?: string
) {
  const repository = yield* Repository
  const { plan } = yield* planOf(context.session.repository, tree, context.state.settings.verify)
  const common = { unlocked: plan.unlocked, warnings: plan.warnings }
  if (plan.problems.length > 0) {
    const message = plan.problems.join(" ")
    return { ...common, outcome: "failed", commands: [], message, log: message } satisfies TreeVerification
  }
  yield* repository.checkout(context.session.repository, tree, directory)
  const { runs, failed } = yield* withOutputLog(context, "VERIFY", (log) =>
    Effect.andThen(
      heading === undefined ? Effect.void : log.note(heading),
      runAll(context, log, plan.commands, directory)
    )
  )
  const green: TreeVerification["outcome"] = plan.unverified === undefined ? "passed" : "unverified"
  const result: TreeVerification =
    failed === undefined
      ? { ...common, outcome: green, commands: runs, message: plan.unverified ?? green, log: "" }
      : { ...common, outcome: "failed", commands: runs, ...failed }
  return result
})
