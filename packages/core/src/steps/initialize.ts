/**
 * INITIALIZE: everything that can be found wrong before anything is paid for.
 *
 * Cache, list, template, sandbox, agent and remote, in the order of what they cost. It changes nothing on the remote
 * but the fence.
 */
import { Effect, Option, Result } from "effect"
import type { Report } from "../execution/Command.ts"
import { CodingAgents } from "../ports/CodingAgent.ts"
import { DeliveryRemote } from "../ports/DeliveryRemote.ts"
import { Failpoints } from "../ports/Failpoints.ts"
import { type Head, Repository, type RepositoryShape } from "../ports/Repository.ts"
import { holdsSecret } from "../redaction/holdsSecret.ts"
import { tasksInScope } from "../tasks/scope.ts"
import { makeGraph } from "../tasks/TaskGraph.ts"
import { defaultTemplateText, parseTemplate } from "../prompt/Template.ts"
import { describeErrors, parseOptions, readList, totalsOf } from "./list.ts"
import { checkVerification } from "./checkVerification.ts"
import { findList, type FoundList, othersNote } from "./findList.ts"
import { projectFilePath, settingsAt } from "./projectFile.ts"
import { executionDirectory, type StepContext } from "./Session.ts"
import { StepProblem } from "./StepError.ts"
import { deliveryBranch, targetHead } from "./targetHead.ts"
import { textAt } from "./textAt.ts"

/** Where a project may keep a prompt template of its own. */
export const templatePath = ".devteam/prompts/implement.md"

/** The repository, and the context with the settings that its project and its caller come to. */
const openProject = Effect.fnUntraced(function* (context: StepContext) {
  const { state, session } = context
  const repository = yield* Repository
  const opened = yield* repository.open(session.repository, state.settings.repository.target)
  const { settings, warnings } = yield* settingsAt(session.repository, opened.head.tree, state.settings)
  const { agent, prepare, skip, taskList, verify } = settings
  const words = JSON.stringify({ agent, prepare, skip, taskList, verify })
  if (settings !== state.settings && holdsSecret([words], session.redactor)) {
    return yield* new StepProblem({
      kind: "permanent",
      reason: "project_file",
      error: "environment",
      message: `${projectFilePath} holds a secret, and settings are stored and shown. Take it out of the repository, and give it a new value.`
    })
  }
  return { opened, warnings, context: { ...context, state: { ...state, settings } } }
})

type Opened = Effect.Success<ReturnType<RepositoryShape["open"]>>

const openTarget = Effect.fnUntraced(function* ({ state, session }: StepContext, opened: Opened) {
  if (state.settings.delivery === "main") return { ...opened, from: undefined }
  const from = opened.target
  const target = yield* deliveryBranch(state, session.repository, opened.head)
  return { target, from, head: (yield* targetHead(session.repository, { target, from })).head }
})

const chooseList = Effect.fnUntraced(function* ({ state, session }: StepContext, head: Head) {
  const { taskList } = state.settings
  if (taskList !== undefined) return { path: taskList, others: [] } satisfies FoundList
  const found = yield* findList(session.repository, head.tree)
  if (Option.isSome(found)) return found.value
  return yield* new StepProblem({
    kind: "permanent",
    reason: "list_missing",
    error: "list_missing",
    message: "The repository has no task list by the usual names. Name it with --tasks <file>."
  })
})

const readValidList = Effect.fnUntraced(function* (
  { state, session }: StepContext,
  head: Head,
  path: string
) {
  const list = yield* readList(session.repository, head.tree, parseOptions(state, path))
  if (Option.isNone(list)) {
    return yield* new StepProblem({
      kind: "permanent",
      reason: "list_missing",
      error: "list_missing",
      message: `${path} is not in the repository's target branch. Commit and push it, or name another with --tasks.`
    })
  }
  const { errors } = list.value
  if (errors.length > 0) {
    const noTasks = errors.every((error) => error.code === "no_tasks")
    const error = noTasks ? "no_tasks" : "list_invalid"
    return yield* new StepProblem({
      kind: "permanent",
      reason: error,
      error,
      message: describeErrors(errors)
    })
  }
  const { tasks, containers } = list.value.document
  const skipped = tasksInScope(makeGraph(tasks, containers), { _tag: "Tasks", ids: state.settings.skip })
  if (skipped._tag === "UnknownTask") {
    return yield* new StepProblem({
      kind: "permanent",
      reason: "unknown_task",
      error: "unknown_task",
      message: `The task ${skipped.id}, which is to be skipped, is not in ${path}.`
    })
  }
  return list.value
})

const readTemplate = Effect.fnUntraced(function* ({ session }: StepContext, head: Head) {
  const template = yield* textAt(session.repository, head.tree, templatePath)
  if (template === undefined) return { template: defaultTemplateText, templateSource: "built-in" }
  const parsed = parseTemplate(template)
  if (Result.isSuccess(parsed)) return { template, templateSource: templatePath }
  const message = parsed.failure.map(({ line, message }) => `${templatePath}:${line}: ${message}`).join("\n")
  return yield* new StepProblem({ kind: "permanent", reason: "template", error: "environment", message })
})

const probeAgent = Effect.fnUntraced(function* ({ state, session }: StepContext) {
  const agents = yield* CodingAgents
  const { agent } = state.settings
  const sandbox = yield* session.sandbox
  const coding = yield* agents.get(agent.id)
  const directory = `${executionDirectory(state)}/probe`
  const cwd = yield* session.host.freshDirectory(directory)
  const version = yield* coding.probe(agent, sandbox, session.host.environment(coding.variables(agent)), cwd)
  yield* session.host.removeDirectory(directory)
  return version
})

/** Runs INITIALIZE. */
export const initialize = Effect.fn("Step.initialize")(function* (asked: StepContext) {
  const { opened, context, warnings } = yield* openProject(asked)
  const { state, session } = context
  const failpoint = yield* Failpoints
  const remote = yield* DeliveryRemote
  const { target, from, head } = yield* openTarget(context, opened)
  const chosen = yield* chooseList(context, head)
  const { path } = chosen
  const list = yield* readValidList(context, head, path)
  const template = yield* readTemplate(context, head)
  const sandbox = yield* session.sandbox
  const health = yield* session.health
  const verification = yield* checkVerification(context, head.tree)
  const agentVersion = yield* probeAgent(context)
  const capabilities = yield* remote.probe(session.repository, target)
  yield* failpoint("INITIALIZE:effect")
  const report: Report = {
    _tag: "FinishInitialize",
    target,
    ...(from === undefined ? {} : { from }),
    head: head.commit,
    taskList: path,
    ...template,
    totals: totalsOf(state, list),
    capabilities,
    agentVersion,
    sandbox: `${sandbox.kind} (${health.containment}), git ${health.git}, node ${health.node}, npm ${health.npm}${verification.tool === undefined ? "" : `, ${verification.tool}`}`,
    ...(state.settings === asked.state.settings ? {} : { settings: state.settings }),
    warnings: [...health.warnings, ...othersNote(chosen), ...verification.warnings, ...warnings]
  }
  return report
})
