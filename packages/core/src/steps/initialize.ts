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
import { type Head, Repository } from "../ports/Repository.ts"
import { TaskList } from "../ports/TaskList.ts"
import { defaultTemplateText, parseTemplate } from "../prompt/Template.ts"
import { describeErrors, parseOptions, readList, totalsOf } from "./list.ts"
import { executionDirectory, type StepContext } from "./Session.ts"
import { StepProblem } from "./StepError.ts"

/** Where a project may keep a prompt template of its own. */
export const templatePath = ".devteam/prompts/implement.md"

const findList = Effect.fnUntraced(function* ({ state, session }: StepContext, head: Head) {
  if (state.settings.taskList !== undefined) return state.settings.taskList
  const repository = yield* Repository
  const lists = yield* TaskList
  const found = lists.find(yield* repository.listFiles(session.repository, head.tree))
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
  return list.value
})

const readTemplate = Effect.fnUntraced(function* ({ session }: StepContext, head: Head) {
  const repository = yield* Repository
  const file = yield* repository.readFile(session.repository, head.tree, templatePath)
  if (Option.isNone(file)) return { template: defaultTemplateText, templateSource: "built-in" }
  const template = new TextDecoder().decode(file.value.bytes)
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
export const initialize = Effect.fn("Step.initialize")(function* (context: StepContext) {
  const { state, session } = context
  const failpoint = yield* Failpoints
  const repository = yield* Repository
  const remote = yield* DeliveryRemote
  const { target, head } = yield* repository.open(session.repository, state.settings.repository.target)
  const path = yield* findList(context, head)
  const list = yield* readValidList(context, head, path)
  const template = yield* readTemplate(context, head)
  const sandbox = yield* session.sandbox
  const health = yield* session.health
  const agentVersion = yield* probeAgent(context)
  const capabilities = yield* remote.probe(session.repository, target)
  yield* failpoint("INITIALIZE:effect")
  const report: Report = {
    _tag: "FinishInitialize",
    target,
    head: head.commit,
    taskList: path,
    ...template,
    totals: totalsOf(state, list),
    capabilities,
    agentVersion,
    sandbox: `${sandbox.kind} (${health.containment}), git ${health.git}, node ${health.node}, npm ${health.npm}`,
    warnings: health.warnings
  }
  return report
})
