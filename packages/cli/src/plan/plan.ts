/**
 * The plan of a run: everything that it would go by, looked up before anything is started, stored or paid for.
 *
 * What is missing is part of the plan, so that it can be shown with the rest; `problem` says what to do about it.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { AgentSettings, ExecutionSettings } from "@devteam/core/model/Settings"
import type { RepositoryRef } from "@devteam/core/ports/Repository"
import { settingsAt } from "@devteam/core/steps/projectFile"
import { type AgentLook, aiderInstall, lookAtAgent } from "@devteam/runner/agentLook"
import { credentialAdvice, probePush } from "@devteam/runner/doctor"
import { type ListView, type TaskOrder, taskOrder, verification, viewList } from "@devteam/runner/plan"
import { ownFolder } from "@devteam/runner/repositoryArgument"
import { Effect, Result } from "effect"
import { environmentError, ExitWith, exitCodes, usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { diagnosticLine } from "../tasks/listText.ts"
import { installedAgent, namedAgent, projectAgent, withOwnModel } from "./agent.ts"
import type { RunOptions } from "./options.ts"
import type { PreparedRun } from "./prepareRun.ts"

/** See above. */
export interface RunPlan {
  readonly ref: RepositoryRef
  readonly view: ListView
  /** As they will hold, the project's own included. */
  readonly settings: ExecutionSettings
  readonly order: TaskOrder
  /** Undefined where none was found. */
  readonly agent: AgentLook | undefined
  readonly verified: {
    readonly files: ReadonlyArray<string>
    readonly commands: ReadonlyArray<ReadonlyArray<string>>
    /** Why nothing of it proves a change, where that is so. */
    readonly unverified: string | undefined
    readonly warnings: ReadonlyArray<string>
  }
  /** What the remote says to a push; `none` where nothing is pushed anywhere. */
  readonly push: "allowed" | "none" | { readonly refused: string }
  /** What keeps it from being started: the first thing to put right. */
  readonly problem: ExitWith | undefined
}

/** Orders are not told further than this. */
const shown = 100

const placeholder: AgentSettings = { id: "none", argv: [], env: [] }

const noAgent = (repository: string) =>
  environmentError(
    "There is no agent: aider is not on the PATH, and no other was named.\n" +
      `  Install aider: ${aiderInstall}\n` +
      "            or: python -m pip install aider-install && aider-install\n" +
      `  Or name a program of yours: devteam run ${repository} --agent command -- ./my-agent {prompt}`
  )

/** The command line's agent, else the project's, else the one that is installed. */
const chooseAgent = Effect.fnUntraced(function* (
  named: AgentSettings | undefined,
  { project }: ListView,
  options: RunOptions
) {
  if (named !== undefined) return named
  return project.agent === undefined
    ? yield* installedAgent(options)
    : yield* projectAgent(project.agent, options)
})

const agentProblem = ({ findings }: AgentLook): ExitWith | undefined => {
  const problems = findings.filter(({ status }) => status === "problem")
  if (problems.length === 0) return undefined
  return environmentError(
    problems.map(({ found, fix }) => (fix === undefined ? found : `${found}\n  ${fix}`)).join("\n")
  )
}

const until = (order: TaskOrder, id: string | undefined): TaskOrder => {
  const at = order.tasks.findIndex((task) => task.id === id)
  return at === -1 ? order : { ...order, tasks: order.tasks.slice(0, at + 1), more: false }
}

/** A stop point that is no task of the list would never be reached. */
const unknownStop = ({ document }: ListView, id: string | undefined): string | undefined =>
  document.tasks.some((task) => task.id === id) ? undefined : id

const askPush = Effect.fnUntraced(function* (
  { repository }: PreparedRun,
  view: ListView,
  { delivery }: ExecutionSettings
) {
  if (delivery === "local") return { push: "none" as const, problem: undefined }
  const format = view.head.commit.length === 64 ? "sha256" : "sha1"
  const probed = yield* Effect.result(
    probePush(repository, format, delivery === "main" ? view.target : undefined)
  )
  if (Result.isSuccess(probed)) return { push: "allowed" as const, problem: undefined }
  const { message, reason } = probed.failure
  const advice =
    reason === "auth"
      ? credentialAdvice(repository.url)
      : "Give the account that git uses the right to push, or stay on this machine with --deliver local."
  // What is forbidden says itself what else can be done.
  const words = reason === "forbidden" ? message : `No push is possible: ${message}\n  ${advice}`
  return { push: { refused: message }, problem: environmentError(words) }
})

/** Looks everything up. `previous` is the project's newest execution, if there was one. */
export const makePlan = Effect.fn("makePlan")(function* (
  options: RunOptions,
  prepared: PreparedRun,
  previous: Execution | undefined
) {
  const { environment, output } = yield* Invocation
  const { repository, projectId, scope, settings } = prepared
  const ref: RepositoryRef = { projectId, url: repository.url }
  // What is wrong with the words is said before anything is fetched.
  const named = yield* namedAgent(options)
  const view = yield* viewList(ref, {
    target: prepared.target,
    taskList: options.tasks,
    delivery: prepared.delivery,
    folder: ownFolder(repository),
    continues: options.fresh
      ? undefined
      : previous?.ready?.from === undefined
        ? previous?.continues
        : previous.ready.target
  })
  view.document.diagnostics.forEach((diagnostic) => output.say(diagnosticLine(diagnostic)))
  if (view.errors.length > 0) {
    return yield* new ExitWith({
      code: exitCodes.usage,
      message: `${view.taskList} has errors, so nothing was started. Correct them, commit and push.`
    })
  }
  const chosen = yield* chooseAgent(named, view, options)
  const agentSettings = chosen === undefined ? undefined : yield* withOwnModel(chosen, repository.directory)
  const { settings: effective } = yield* settingsAt(
    ref,
    view.head.tree,
    settings(agentSettings ?? placeholder)
  )
  const most = Math.min(effective.maxTasks ?? shown, shown)
  const order = until(taskOrder(view, scope, most, effective.skip), effective.untilTask)
  const unknown = order.unknown ?? unknownStop(view, effective.untilTask)
  if (unknown !== undefined) {
    return yield* usageError(
      `${view.taskList} has no task ${unknown}. See its tasks with: devteam tasks ${options.repository}`
    )
  }
  const agent = agentSettings === undefined ? undefined : yield* lookAtAgent(agentSettings, environment)
  const asked = yield* askPush(prepared, view, effective)
  const plan: RunPlan = {
    ref,
    view,
    settings: effective,
    order,
    agent,
    verified: yield* verification(ref, view, effective.verify),
    push: asked.push,
    problem: (agent === undefined ? noAgent(options.repository) : agentProblem(agent)) ?? asked.problem
  }
  return plan
})
