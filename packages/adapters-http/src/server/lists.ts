/**
 * Looking at repositories: whether one can be worked on, and a project's task list at the head of its target.
 *
 * Fetches into the project's cache; writes nothing to the remote.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { ProjectId } from "@devteam/core/model/Ids"
import type { Granularity } from "@devteam/core/model/Settings"
import { Repository, type RepositoryRef } from "@devteam/core/ports/Repository"
import { type Diagnostic, TaskList } from "@devteam/core/ports/TaskList"
import { findList } from "@devteam/core/steps/findList"
import { type ListAtTree, readList } from "@devteam/core/steps/list"
import { progress } from "@devteam/core/tasks/progress"
import { makeGraph } from "@devteam/core/tasks/TaskGraph"
import { newestOf } from "@devteam/core/worker/start"
import { Effect, Option } from "effect"
import type { Validation } from "../contract/answers.ts"
import { refusal } from "./Refusal.ts"
import { allowedRepository, registeredProject } from "./repositories.ts"

interface Where {
  readonly target?: string | undefined
  readonly taskList?: string | undefined
  readonly granularity?: Granularity | undefined
}

const look = Effect.fnUntraced(function* (ref: RepositoryRef, where: Where) {
  const repository = yield* Repository
  const { target, head } = yield* repository.open(ref, where.target)
  const file = where.taskList ?? Option.getOrUndefined(yield* findList(ref, head.tree))?.path
  const list =
    file === undefined
      ? Option.none<ListAtTree>()
      : yield* readList(ref, head.tree, { file, granularity: where.granularity })
  return { target, head, file, list }
})

const totalsOf = ({ document }: ListAtTree) =>
  progress(makeGraph(document.tasks, document.containers), { _tag: "List" })

const problemOf = ({ severity, code, message, line, column }: Diagnostic) => ({
  severity,
  code,
  message,
  line,
  column
})

const noList = (file: string | undefined) => ({
  severity: "error" as const,
  code: "no_task_list",
  message:
    file === undefined
      ? "The repository has no task list by the usual names. Commit one; the template is one to begin with."
      : `There is no file ${file} in the repository.`
})

/** Whether a repository can be worked on. That it cannot be read is an answer, too. */
export const validate = Effect.fnUntraced(function* (repositoryUrl: string, where: Where) {
  const lists = yield* TaskList
  const { url, projectId } = yield* allowedRepository(repositoryUrl)
  const looked = yield* Effect.result(look({ projectId, url }, where))
  const none = { completed: 0, total: 0 }
  if (looked._tag === "Failure") {
    const { reason: code, message } = looked.failure
    const answer: Validation = {
      valid: false,
      projectId,
      defaultBranch: null,
      hasTaskList: false,
      taskList: null,
      tasks: none,
      problems: [{ severity: "error", code, message }]
    }
    return answer
  }
  const { target: defaultBranch, file, list } = looked.success
  if (Option.isNone(list)) {
    const answer: Validation = {
      valid: false,
      projectId,
      defaultBranch,
      hasTaskList: false,
      taskList: null,
      tasks: none,
      problems: [noList(file)],
      template: lists.template
    }
    return answer
  }
  const answer: Validation = {
    valid: list.value.errors.length === 0,
    projectId,
    defaultBranch,
    hasTaskList: true,
    taskList: file ?? null,
    tasks: list.value.errors.length === 0 ? totalsOf(list.value) : none,
    problems: list.value.document.diagnostics.map(problemOf)
  }
  return answer
})

/** Where a project's last execution looked. */
const whereOf = (newest: Execution | undefined): Where =>
  newest === undefined
    ? {}
    : {
        target: newest.ready?.target ?? newest.settings.repository.target,
        taskList: newest.ready?.taskList ?? newest.settings.taskList,
        granularity: newest.settings.granularity
      }

/** A project's list. */
export const tasksOf = Effect.fnUntraced(function* (projectId: ProjectId) {
  const { url } = yield* registeredProject(projectId, "unknown-project")
  const { target, head, file, list } = yield* look({ projectId, url }, whereOf(yield* newestOf(projectId)))
  if (Option.isNone(list) || file === undefined) {
    return yield* refusal("list-unusable", noList(file).message)
  }
  const { document } = list.value
  return {
    projectId,
    branch: target,
    commit: head.commit,
    taskList: file,
    dialect: document.dialect,
    totals: totalsOf(list.value),
    tasks: document.tasks,
    containers: document.containers,
    diagnostics: document.diagnostics
  }
})
