/**
 * PROMPT: renders what the agent is told, and stores it.
 *
 * Rendering is pure; this only gathers its inputs. The failing log was redacted when it was stored.
 */
import { Effect, Result } from "effect"
import type { Report } from "../execution/Command.ts"
import type { TaskInHand } from "../execution/State.ts"
import type { Sha } from "../model/Ids.ts"
import { Failpoints } from "../ports/Failpoints.ts"
import { Repository, type RepositoryRef } from "../ports/Repository.ts"
import { type PromptInput, render, type RoundFailure } from "../prompt/render.ts"
import { defaultTemplate, parseTemplate } from "../prompt/Template.ts"
import { commandPlan } from "../verification/CommandPlan.ts"
import { putText, readText } from "./artifacts.ts"
import { taskOf } from "./prep.ts"
import { readyOf } from "./ready.ts"
import type { StepContext } from "./Session.ts"
import { textAt } from "./textAt.ts"

/** What verifies a tree, and the tree's paths: both the prompt and VERIFY go by it. */
export const planOf = Effect.fnUntraced(function* (
  ref: RepositoryRef,
  tree: Sha,
  verify: ReadonlyArray<ReadonlyArray<string>> | undefined
) {
  const repository = yield* Repository
  const paths = yield* repository.listFiles(ref, tree)
  const packageJson = yield* textAt(ref, tree, "package.json")
  const yarnLock = paths.includes("yarn.lock") ? yield* textAt(ref, tree, "yarn.lock") : undefined
  return { paths, packageJson, plan: commandPlan({ packageJson, yarnLock, paths, verify }) }
})

const failureOfRound = Effect.fnUntraced(function* (context: StepContext, task: TaskInHand) {
  const { previous } = task
  if (previous === undefined) return undefined
  const log = previous.log === undefined ? "" : yield* readText(context, previous.log)
  const kind = previous.reason === "agent_failed" ? "malformed_edit" : previous.reason
  const redLog = previous.redLog === undefined ? "" : yield* readText(context, previous.redLog)
  const failure: RoundFailure = { kind, log, redLog }
  return failure
})

/** Runs PROMPT. */
export const prompt = Effect.fn("Step.prompt")(function* (context: StepContext) {
  const { state, session } = context
  const failpoint = yield* Failpoints
  const task = yield* taskOf(context)
  const ready = yield* readyOf(state)
  const { paths, plan } = yield* planOf(session.repository, task.baseTree, state.settings.verify)
  const input: PromptInput = {
    template: Result.getOrElse(parseTemplate(ready.template), () => defaultTemplate),
    task: task.task,
    projectName: state.projectId,
    targetBranch: ready.target,
    taskList: ready.taskList,
    commands: plan.commands.map((command) => command.argv),
    files: paths,
    round: task.round,
    failure: yield* failureOfRound(context, task)
  }
  const stored = yield* putText(context, "prompt.md", render(input))
  yield* failpoint("PROMPT:effect")
  const report: Report = { _tag: "FinishPrompt", sha256: stored.sha256, artifact: stored.key }
  return report
})
