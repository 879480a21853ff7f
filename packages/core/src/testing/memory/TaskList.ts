/**
 * The task list port over one trivial line format, for tests of everything that only needs some list.
 *
 * A task is a line `[ ] 1.2 Title (deps: 1.1, 2)`, `[x]` when done; a line `# 2 Title` opens a container that lasts
 * until the next one. All other lines are ignored. No Markdown.
 */
import { Layer, Option } from "effect"
import { TaskId } from "../../model/Ids.ts"
import { identityOf, sameTask, type Task, type TaskIdentity } from "../../model/Task.ts"
import {
  type Container,
  type Diagnostic,
  type ParseOptions,
  TaskList,
  type TaskListDocument,
  type TickResult,
  type UntickResult
} from "../../ports/TaskList.ts"
import { normalizeTitle } from "../../tasks/identity.ts"
import { makeGraph, problemMessage } from "../../tasks/TaskGraph.ts"

const taskLine = /^\[([ x])\] (\S+) (.*?)(?: \(deps: ([^)]*)\))?\s*$/
const containerLine = /^# (\S+) (.*?)\s*$/

const parse = (text: string, { file }: ParseOptions): TaskListDocument => {
  const tasks: Array<Task> = []
  const containers: Array<Container & { readonly taskIds: Array<string> }> = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const container = containerLine.exec(line)
    if (container !== null)
      containers.push({ id: container[1] ?? "", title: container[2] ?? "", taskIds: [] })
    const match = taskLine.exec(line)
    if (match === null) continue
    const [, box, id = "", title = "", dependencies = ""] = match
    const parent = containers.at(-1)
    parent?.taskIds.push(id)
    tasks.push({
      id: TaskId.make(id),
      title,
      normalizedTitle: normalizeTitle(title),
      state: box === "x" ? "done" : "open",
      optional: false,
      priority: 0,
      dependencies: dependencies.split(/[\s,]+/).filter((id) => id !== ""),
      path: parent === undefined ? [] : [parent.id],
      checklist: [],
      criteria: [],
      files: [],
      notes: [],
      line: index + 1
    })
  }
  const codes = { DuplicateId: "duplicate_id", Cycle: "cycle", Dangling: "dangling_dependency" } as const
  const at = { severity: "error", file, column: 1 } as const
  const diagnostics = makeGraph(tasks, containers).problems.map((problem): Diagnostic => {
    const line = problem._tag === "Dangling" ? problem.line : (problem.lines.at(-1) ?? 1)
    return { ...at, code: codes[problem._tag], message: problemMessage(problem), line }
  })
  if (tasks.length === 0)
    diagnostics.push({ ...at, code: "no_tasks", message: `${file} has no tasks.`, line: 1 })
  return { dialect: "memory", tasks, containers, diagnostics }
}

const tick = (text: string, identity: TaskIdentity, options: ParseOptions): TickResult => {
  const { diagnostics, tasks } = parse(text, options)
  if (diagnostics.length > 0) return { _tag: "Invalid", diagnostics }
  const task = tasks.find((task) => sameTask(identityOf(task), identity))
  if (task === undefined) return { _tag: "Gone" }
  if (task.state === "done") return { _tag: "AlreadyDone" }
  const lines = text.split("\n")
  const at = task.line - 1
  lines[at] = (lines[at] ?? "").replace("[ ]", "[x]")
  return { _tag: "Ticked", text: lines.join("\n") }
}

const untick = (
  text: string,
  identity: TaskIdentity,
  _before: string,
  options: ParseOptions
): UntickResult => {
  const { diagnostics, tasks } = parse(text, options)
  if (diagnostics.length > 0) return { _tag: "Invalid", diagnostics }
  const task = tasks.find((task) => sameTask(identityOf(task), identity))
  if (task === undefined) return { _tag: "Gone" }
  if (task.state !== "done") return { _tag: "AlreadyOpen" }
  const lines = text.split("\n")
  const at = task.line - 1
  lines[at] = (lines[at] ?? "").replace("[x]", "[ ]")
  return { _tag: "Unticked", text: lines.join("\n") }
}

/** Finds `tasks.md` only. */
export const layer: Layer.Layer<TaskList> = Layer.succeed(TaskList, {
  parse,
  tick,
  untick,
  find: (paths) => Option.fromUndefinedOr(paths.find((path) => path === "tasks.md")),
  template: "# 1 Start\n[ ] 1.1 First task\n[ ] 1.2 Second task (deps: 1.1)\n"
})
