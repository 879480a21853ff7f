/**
 * PREP: the agent's checkout of a round, and the project's own preparation commands in it.
 *
 * Its result is only a directory, so whoever needs one asks `ensureWorkspace`, which makes it anew when it is gone.
 */
import { Clock, Effect, Ref } from "effect"
import type { Report } from "../execution/Command.ts"
import type { TaskInHand } from "../execution/State.ts"
import { Failpoints } from "../ports/Failpoints.ts"
import { Repository } from "../ports/Repository.ts"
import { restoreCandidate } from "./candidates.ts"
import { withOutputLog } from "./OutputLog.ts"
import { runCommand } from "./runCommand.ts"
import { directoryName, type StepContext, type Workspace } from "./Session.ts"
import { StepProblem } from "./StepError.ts"

/** The task in hand; every step of a task has one. */
export const taskOf = ({ state }: StepContext): Effect.Effect<TaskInHand, StepProblem> =>
  state.inHand === undefined
    ? Effect.fail(
        new StepProblem({
          kind: "permanent",
          reason: "no_task",
          error: "environment",
          message: "There is no task in hand."
        })
      )
    : Effect.succeed(state.inHand)

const prepareCommand = Effect.fnUntraced(function* (
  context: StepContext,
  cwd: string,
  words: ReadonlyArray<string>
) {
  const [program, ...rest] = words
  if (program === undefined) return
  const timeoutMs = context.state.settings.limits.installMs
  const { outcome, excerpt } = yield* withOutputLog(context, "PREP", (log) =>
    runCommand(context, log, { argv: [program, ...rest], cwd, timeoutMs })
  )
  if (outcome.exitCode === 0) return
  const how = outcome.cause === "exited" ? `exit code ${outcome.exitCode ?? "none"}` : "time-out"
  return yield* new StepProblem({
    // A program that is not there will not come by waiting.
    ...(outcome.exitCode === 127 ? { kind: "permanent", error: "environment" } : { kind: "infrastructure" }),
    reason: "prepare",
    message: `The prepare command "${words.join(" ")}" failed (${how}): ${excerpt.slice(-500)}`
  })
})

const makeWorkspace = Effect.fnUntraced(function* (context: StepContext, task: TaskInHand) {
  const { state, session } = context
  const repository = yield* Repository
  const previous = task.previous?.candidate
  const start = previous?.base === task.base ? previous.tree : task.baseTree
  if (previous !== undefined && start === previous.tree)
    yield* restoreCandidate(context, previous, task.baseTree)
  const directory = yield* session.host.freshDirectory(directoryName(context, "agent"))
  yield* repository.checkout(session.repository, start, directory)
  for (const words of state.settings.prepare) yield* prepareCommand(context, directory, words)
  const workspace: Workspace = { taskId: task.task.id, round: task.round, base: task.base, start, directory }
  yield* Ref.set(session.workspace, workspace)
  return workspace
})

/** The round's checkout: the one that PREP made, or a new one after a crash, a retry or a moved head. */
export const ensureWorkspace = Effect.fnUntraced(function* (context: StepContext, task: TaskInHand) {
  const known = yield* Ref.get(context.session.workspace)
  const fits = known?.taskId === task.task.id && known.round === task.round && known.base === task.base
  return known !== undefined && fits ? known : yield* makeWorkspace(context, task)
})

/** Runs PREP. */
export const prep = Effect.fn("Step.prep")(function* (context: StepContext) {
  const failpoint = yield* Failpoints
  const started = yield* Clock.currentTimeMillis
  const workspace = yield* makeWorkspace(context, yield* taskOf(context))
  yield* failpoint("PREP:effect")
  const durationMs = (yield* Clock.currentTimeMillis) - started
  const report: Report = { _tag: "FinishPrep", directory: workspace.directory, durationMs }
  return report
})
