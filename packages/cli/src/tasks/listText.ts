/**
 * A task list as a graph, for people and as data.
 */
import { type Diagnostic } from "@devteam/core/ports/TaskList"
import { formatDiagnostic } from "@devteam/core/steps/list"
import { blockedBy, unmetDependencies } from "@devteam/core/tasks/TaskGraph"
import { progress } from "@devteam/core/tasks/progress"
import type { ListView } from "@devteam/runner/plan"
import { taskOrder } from "@devteam/runner/plan"
import type { Style } from "../terminal/style.ts"
import { table } from "../terminal/table.ts"
import { count, plain, shortSha } from "../terminal/words.ts"

const wholeList = { _tag: "List" } as const

/** `file:line:col: error: message`. */
export const diagnosticLine = (diagnostic: Diagnostic): string => {
  const line = formatDiagnostic(diagnostic)
  const place = line.slice(0, line.length - diagnostic.message.length)
  return `${place}${diagnostic.severity}: ${diagnostic.message}`
}

/** The list as one JSON document. */
export const listDocument = (projectId: string, view: ListView) => {
  const { graph } = view
  const next = view.errors.length > 0 ? undefined : taskOrder(view, wholeList, 1).tasks[0]
  return {
    projectId,
    target: view.target,
    commit: view.head.commit,
    taskList: view.taskList,
    dialect: view.document.dialect,
    totals: progress(graph, wholeList),
    next: next?.id ?? null,
    tasks: view.document.tasks.map((task) => ({
      id: task.id,
      title: task.title,
      state: task.state,
      optional: task.optional,
      line: task.line,
      dependencies: task.dependencies,
      waitingFor: task.state === "done" ? [] : blockedBy(graph, task.id)
    })),
    diagnostics: view.document.diagnostics
  }
}

/** `1 (1.3, 1.4)` for a phase, the id alone for a task. */
const waitsFor = (view: ListView, id: string): string => {
  const inside = view.graph.byId.has(id) ? undefined : view.graph.pending.get(id)
  if (inside === undefined) return id
  const shown = inside.slice(0, 4).join(", ")
  return `${id} (${shown}${inside.length > 4 ? ", …" : ""})`
}

/** The list as lines: each task with its state, what is next, and what the others wait for. */
export const listLines = (projectId: string, view: ListView, style: Style): ReadonlyArray<string> => {
  const { graph } = view
  const totals = progress(graph, wholeList)
  const next = view.errors.length > 0 ? undefined : taskOrder(view, wholeList, 1).tasks[0]?.id
  const rows = view.document.tasks.map((task) => {
    const title = plain(task.title) + (task.optional ? style.dim(" (optional)") : "")
    if (task.state === "done") return [style.good("✓"), task.id, style.dim(title), style.dim("done")]
    const begun = task.state === "in_progress" ? ", begun by a person" : ""
    if (task.id === next)
      return [style.bold("→"), style.bold(task.id), style.bold(title), style.bold(`next${begun}`)]
    const waiting = unmetDependencies(graph, task)
    return waiting.length === 0
      ? ["·", task.id, title, `ready${begun}`]
      : [" ", task.id, title, style.warn(`waits for ${waiting.map((id) => waitsFor(view, id)).join(", ")}`)]
  })
  return [
    `${style.bold(projectId)}  ${view.taskList} on ${view.target} at ${shortSha(view.head.commit)}: ${totals.completed} of ${count(totals.total, "task")} done`,
    ...table(rows)
  ]
}
