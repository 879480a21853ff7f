/**
 * What a run would do: the list at the target's head, the order of its tasks, and the first prompt.
 *
 * Reads the repository through its cache. Starts nothing, stores nothing, and writes nothing to the remote.
 */
import type { Sha } from "@devteam/core/model/Ids"
import type { ExecutionSettings, Granularity, Scope } from "@devteam/core/model/Settings"
import type { Task } from "@devteam/core/model/Task"
import { type Head, Repository, type RepositoryRef } from "@devteam/core/ports/Repository"
import { type Diagnostic, TaskList, type TaskListDocument } from "@devteam/core/ports/TaskList"
import { render } from "@devteam/core/prompt/render"
import { defaultTemplate, parseTemplate, type Template } from "@devteam/core/prompt/Template"
import { templatePath } from "@devteam/core/steps/initialize"
import { planOf } from "@devteam/core/steps/prompt"
import { type Blocked, select } from "@devteam/core/tasks/select"
import { makeGraph, type TaskGraph } from "@devteam/core/tasks/TaskGraph"
import { Effect, Option, Result, Schema } from "effect"

/** The repository has no usable list or template. The message says what to do. */
export class PlanError extends Schema.TaggedError<PlanError>()("PlanError", {
  reason: Schema.Literals(["list_missing", "template"]),
  message: Schema.String
}) {}

/** Where to look; what is absent is found as a run finds it. */
export interface ListOptions {
  readonly target?: string | undefined
  readonly taskList?: string | undefined
  readonly granularity?: Granularity | undefined
}

/** A task list at a commit. Errors among the diagnostics would keep a run from starting. */
export interface ListView {
  readonly target: string
  readonly head: Head
  readonly taskList: string
  readonly document: TaskListDocument
  readonly graph: TaskGraph
  readonly errors: ReadonlyArray<Diagnostic>
}

/** Fetches and reads the list. */
export const viewList = Effect.fn("viewList")(function* (ref: RepositoryRef, options: ListOptions) {
  const repository = yield* Repository
  const lists = yield* TaskList
  const { target, head } = yield* repository.open(ref, options.target)
  const found =
    options.taskList === undefined
      ? lists.find(yield* repository.listFiles(ref, head.tree))
      : Option.some(options.taskList)
  const missing = (message: string) => new PlanError({ reason: "list_missing", message })
  if (Option.isNone(found)) {
    return yield* missing(
      "The repository has no task list by the usual names. Name it with --tasks <file>, or begin with the one that `devteam tasks --template` prints."
    )
  }
  const taskList = found.value
  const file = yield* repository.readFile(ref, head.tree, taskList)
  if (Option.isNone(file)) {
    return yield* missing(
      `${taskList} is not in ${target}. Commit and push it, or name another with --tasks.`
    )
  }
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(file.value.bytes)
  const document = lists.parse(text, { file: taskList, granularity: options.granularity })
  const errors = document.diagnostics.filter(({ severity }) => severity === "error")
  const graph = makeGraph(document.tasks, document.containers)
  return { target, head, taskList, document, graph, errors } satisfies ListView
})

/** The tasks in the order in which they would be taken if all went well, and those that could not be. */
export interface Order {
  readonly tasks: ReadonlyArray<Task>
  /** Whether more would follow. */
  readonly more: boolean
  readonly blocked: ReadonlyArray<Blocked>
  /** An id of the scope that the list does not have. */
  readonly unknown?: string | undefined
}

/** Plays the selection, at most `limit` tasks far. */
export const orderOf = ({ document }: ListView, scope: Scope, limit: number): Order => {
  const taken: Array<Task> = []
  const done = new Set<string>()
  for (;;) {
    const tasks = document.tasks.map((task) =>
      done.has(task.id) ? { ...task, state: "done" as const } : task
    )
    const selected = select(makeGraph(tasks, document.containers), { scope, excluded: new Map() })
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
  const repository = yield* Repository
  const file = yield* repository.readFile(ref, tree, templatePath)
  if (Option.isNone(file)) return defaultTemplate
  const parsed: Result.Result<
    Template,
    ReadonlyArray<{ readonly line: number; readonly message: string }>
  > = parseTemplate(new TextDecoder().decode(file.value.bytes))
  if (Result.isSuccess(parsed)) return parsed.success
  const message = parsed.failure
    .map((problem) => `${templatePath}:${problem.line}: ${problem.message}`)
    .join("\n")
  return yield* new PlanError({ reason: "template", message })
})

/** The prompt of a task's first round at the list's head, and the commands that would verify it. */
export const firstPrompt = Effect.fn("firstPrompt")(function* (
  ref: RepositoryRef,
  view: ListView,
  task: Task,
  verify: ExecutionSettings["verify"]
) {
  const template = yield* readTemplate(ref, view.head.tree)
  const { paths, plan } = yield* planOf(ref, view.head.tree, verify)
  const commands = plan.commands.map(({ argv }) => argv)
  const prompt = render({
    template,
    task,
    projectName: ref.projectId,
    targetBranch: view.target,
    taskList: view.taskList,
    commands,
    files: paths,
    round: 1
  })
  return { prompt, commands, warnings: plan.warnings }
})
