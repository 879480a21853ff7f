/**
 * What a run would do: the list at the target's head, the order of its tasks, and the first prompt.
 *
 * Reads the repository through its cache. Starts nothing, stores nothing, and writes nothing to the remote.
 */
import { ExecutionId, type Sha } from "@devteam/core/model/Ids"
import type { ProjectSettings } from "@devteam/core/model/ProjectSettings"
import type { Delivery, ExecutionSettings, Granularity, Scope } from "@devteam/core/model/Settings"
import { identityOf, type Task } from "@devteam/core/model/Task"
import { type Head, Repository, type RepositoryRef } from "@devteam/core/ports/Repository"
import type { Diagnostic, TaskListDocument } from "@devteam/core/ports/TaskList"
import { render } from "@devteam/core/prompt/render"
import { defaultTemplate, parseTemplate, type Template } from "@devteam/core/prompt/Template"
import { findList, type FoundList, othersNote } from "@devteam/core/steps/findList"
import { templatePath } from "@devteam/core/steps/initialize"
import { readList } from "@devteam/core/steps/list"
import { planOf } from "@devteam/core/steps/prompt"
import { deliveryBranch } from "@devteam/core/steps/targetHead"
import { textAt } from "@devteam/core/steps/textAt"
import { identityKey } from "@devteam/core/tasks/identity"
import { tasksInScope } from "@devteam/core/tasks/scope"
import { type Blocked, select } from "@devteam/core/tasks/select"
import { makeGraph, type TaskGraph } from "@devteam/core/tasks/TaskGraph"
import { Effect, Option, Result, Schema } from "effect"
import { listInFolder } from "./folderLook.ts"
import { readProjectSettings } from "./projectFile.ts"

/** The repository has no usable list or template. The message says what to do. */
export class PlanError extends Schema.TaggedError<PlanError>()("PlanError", {
  reason: Schema.Literals(["list_missing", "template"]),
  message: Schema.String
}) {}

/** Where to look; what is absent is found as a run finds it: by the project's own settings, then by the usual names. */
export interface ListOptions {
  readonly target?: string | undefined
  readonly taskList?: string | undefined
  readonly granularity?: Granularity | undefined
  readonly delivery?: Delivery | undefined
  /** A folder of the caller's own clone: a list that is only there is spoken of. */
  readonly folder?: string | undefined
  /** The delivery branch of the execution before, to be read from where a run would go on with it. */
  readonly continues?: string | undefined
}

/** A task list at a commit. Errors among the diagnostics would keep a run from starting. */
export interface ListView {
  /** The branch that was read. */
  readonly target: string
  /** Where `target` is an earlier delivery branch that is not merged: the branch that it began at. */
  readonly from: string | undefined
  readonly head: Head
  readonly taskList: string
  readonly document: TaskListDocument
  readonly graph: TaskGraph
  readonly errors: ReadonlyArray<Diagnostic>
  /** What the project says about its runs. */
  readonly project: ProjectSettings
  /** What a person may have meant otherwise: another list, or one that is not pushed. */
  readonly notes: ReadonlyArray<string>
}

/** The delivery branch, if a run would go on with it. */
const continued = Effect.fnUntraced(function* (
  ref: RepositoryRef,
  onto: Head,
  { continues, delivery }: ListOptions
) {
  if (continues === undefined || delivery === undefined || delivery === "main") return undefined
  const repository = yield* Repository
  // The name of an execution that is not there yet: what is found is either the earlier branch, or a new one.
  const branch = yield* deliveryBranch({ executionId: ExecutionId.make("new"), continues }, ref, onto)
  const head = branch === continues ? yield* repository.findHead(ref, continues) : Option.none<Head>()
  return Option.getOrUndefined(Option.map(head, (found) => ({ branch, head: found })))
})

/** git may have given the work tree other line ends. */
const withLineFeeds = (text: string): string => text.replaceAll("\r\n", "\n")

/** Fetches and reads the list. */
export const viewList = Effect.fn("viewList")(function* (ref: RepositoryRef, options: ListOptions) {
  const repository = yield* Repository
  const opened = yield* repository.open(ref, options.target)
  const project = Option.getOrElse(
    yield* readProjectSettings(ref, opened.head.tree),
    (): ProjectSettings => ({})
  )
  const delivery = options.delivery ?? project.delivery
  const branch = yield* continued(ref, opened.head, { ...options, delivery })
  const target = branch?.branch ?? opened.target
  const head = branch?.head ?? opened.head
  const named = options.taskList ?? project.taskList
  const found =
    named === undefined
      ? yield* findList(ref, head.tree)
      : Option.some<FoundList>({ path: named, others: [] })
  const local = yield* listInFolder(options.folder, Option.isNone(found) ? undefined : found.value.path)
  const where = `${target} of ${ref.url}`
  const missing = (message: string) =>
    new PlanError({
      reason: "list_missing",
      message:
        local === undefined
          ? message
          : `${local.path} is in ${local.root}, and not in ${where}, where a run would look. Commit it and push it, or name another list with --tasks <file>.`
    })
  if (Option.isNone(found)) {
    return yield* missing(
      `${ref.url} has no task list by the usual names on ${target}. Name it with --tasks <file>, or begin with the one that this prints: devteam tasks --template`
    )
  }
  const taskList = found.value.path
  const granularity = options.granularity ?? project.granularity
  const list = yield* readList(ref, head.tree, { file: taskList, granularity })
  if (Option.isNone(list)) {
    return yield* missing(
      `${taskList} is not in ${where}. Commit and push it, or name another with --tasks <file>.`
    )
  }
  const { document, errors, text } = list.value
  const unpushed =
    local === undefined || withLineFeeds(local.text) === withLineFeeds(text)
      ? []
      : [
          `${taskList} in ${local.root} is not the one in ${where}: what is not committed and pushed does not count.`
        ]
  const notes = [...othersNote(found.value), ...unpushed]
  const graph = makeGraph(document.tasks, document.containers)
  const from = branch === undefined ? undefined : opened.target
  return { target, from, head, taskList, document, graph, errors, project, notes } satisfies ListView
})

/** The tasks in the order in which they would be taken if all went well, and those that could not be. */
export interface TaskOrder {
  readonly tasks: ReadonlyArray<Task>
  /** Whether more would follow. */
  readonly more: boolean
  readonly blocked: ReadonlyArray<Blocked>
  /** An id of the scope that the list does not have. */
  readonly unknown?: string | undefined
}

/** Plays the selection, at most `limit` tasks far; those of `skip` are left as they are. */
export const taskOrder = (
  { document, graph }: ListView,
  scope: Scope,
  limit: number,
  skip: ReadonlyArray<string> = []
): TaskOrder => {
  const taken: Array<Task> = []
  const skipped = tasksInScope(graph, { _tag: "Tasks", ids: skip })
  if (skipped._tag === "UnknownTask") return { tasks: [], more: false, blocked: [], unknown: skipped.id }
  const excluded = new Map(
    skipped.tasks.map((task) => [identityKey(identityOf(task)), "skipped" as const] as const)
  )
  const done = new Set<string>()
  for (;;) {
    const tasks = document.tasks.map((task) =>
      done.has(task.id) ? { ...task, state: "done" as const } : task
    )
    const selected = select(makeGraph(tasks, document.containers), { scope, excluded })
    if (selected._tag === "UnknownTask")
      return { tasks: taken, more: false, blocked: [], unknown: selected.id }
    if (selected._tag !== "Selected") {
      const blocked = selected._tag === "NothingRunnable" ? selected.blocked : []
      return { tasks: taken, more: false, blocked }
    }
    if (taken.length === limit) return { tasks: taken, more: true, blocked: [] }
    taken.push(selected.task)
    done.add(selected.task.id)
  }
}

const readTemplate = Effect.fnUntraced(function* (ref: RepositoryRef, tree: Sha) {
  const text = yield* textAt(ref, tree, templatePath)
  if (text === undefined) return defaultTemplate
  const parsed: Result.Result<
    Template,
    ReadonlyArray<{ readonly line: number; readonly message: string }>
  > = parseTemplate(text)
  if (Result.isSuccess(parsed)) return parsed.success
  const message = parsed.failure
    .map((problem) => `${templatePath}:${problem.line}: ${problem.message}`)
    .join("\n")
  return yield* new PlanError({ reason: "template", message })
})

/** The commands that would verify a change to the list's tree, and what there is to say of them. */
export const verification = Effect.fn("verification")(function* (
  ref: RepositoryRef,
  view: ListView,
  verify: ExecutionSettings["verify"]
) {
  const { paths, plan } = yield* planOf(ref, view.head.tree, verify)
  return {
    files: paths,
    commands: plan.commands.map(({ argv }) => argv),
    unverified: plan.unverified,
    warnings: plan.warnings
  }
})

/** The prompt of a task's first round at the list's head. */
export const firstPrompt = Effect.fn("firstPrompt")(function* (
  ref: RepositoryRef,
  view: ListView,
  task: Task,
  verified: {
    readonly files: ReadonlyArray<string>
    readonly commands: ReadonlyArray<ReadonlyArray<string>>
  }
) {
  const template = yield* readTemplate(ref, view.head.tree)
  return render({
    template,
    task,
    projectName: ref.projectId,
    targetBranch: view.target,
    taskList: view.taskList,
    commands: verified.commands,
    files: verified.files,
    round: 1
  })
})
