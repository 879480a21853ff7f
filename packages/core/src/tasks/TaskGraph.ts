/**
 * The tasks of a list with their dependencies resolved, and what is wrong with them.
 *
 * A dependency names a task or a container (a phase, a parent item), which stands for all its required tasks.
 * Problems name ids and lines only; a dialect knows where in which file they are. Selects nothing: `select.ts` does.
 */
import type { Task } from "../model/Task.ts"
import { findCycles } from "./cycles.ts"

/** A phase or parent item by what it holds. `taskIds` are ids of tasks, never of other containers. */
export interface TaskGroup {
  readonly id: string
  readonly taskIds: ReadonlyArray<string>
}

/** Something that makes the order of tasks undecidable. Lines are 1-based lines of the tasks concerned. */
export type GraphProblem =
  /** `id` names more than one task, or a task and a container. */
  | { readonly _tag: "DuplicateId"; readonly id: string; readonly lines: ReadonlyArray<number> }
  /** `path` starts and ends with the same id and may pass through containers. */
  | { readonly _tag: "Cycle"; readonly path: ReadonlyArray<string>; readonly lines: ReadonlyArray<number> }
  /** `dependency` names nothing in the list. */
  | { readonly _tag: "Dangling"; readonly taskId: string; readonly dependency: string; readonly line: number }

/** See {@link makeGraph}. */
export interface TaskGraph {
  /** In document order. */
  readonly tasks: ReadonlyArray<Task>
  /** By id; the first of a duplicated id. */
  readonly byId: ReadonlyMap<string, Task>
  readonly groups: ReadonlyMap<string, TaskGroup>
  /** Per container id: its required tasks that are not done. */
  readonly pending: ReadonlyMap<string, ReadonlyArray<string>>
  readonly problems: ReadonlyArray<GraphProblem>
}

const duplicates = (
  tasks: ReadonlyArray<Task>,
  groups: ReadonlyArray<TaskGroup>
): ReadonlyArray<GraphProblem> => {
  const lines = new Map<string, Array<number>>()
  const count = new Map<string, number>()
  for (const task of tasks) {
    const known = lines.get(task.id)
    if (known === undefined) lines.set(task.id, [task.line])
    else known.push(task.line)
  }
  for (const id of [...lines.keys(), ...groups.map((group) => group.id)])
    count.set(id, (count.get(id) ?? 0) + 1)
  const problems: Array<GraphProblem> = []
  for (const [id, times] of count) {
    const at = lines.get(id) ?? []
    if (at.length > 1 || times > 1) problems.push({ _tag: "DuplicateId", id, lines: at })
  }
  return problems
}

/** Builds the graph. Total: duplicates, cycles and dangling dependencies are `problems`. Time is linear in its input. */
export const makeGraph = (tasks: ReadonlyArray<Task>, containers: ReadonlyArray<TaskGroup>): TaskGraph => {
  const byId = new Map<string, Task>()
  for (const task of tasks) if (!byId.has(task.id)) byId.set(task.id, task)
  const groups = new Map<string, TaskGroup>()
  const required = new Map<string, ReadonlyArray<string>>()
  const pending = new Map<string, ReadonlyArray<string>>()
  for (const group of containers) {
    if (groups.has(group.id)) continue
    groups.set(group.id, group)
    const needed = group.taskIds.filter((id) => byId.get(id)?.optional === false)
    required.set(group.id, needed)
    pending.set(
      group.id,
      needed.filter((id) => byId.get(id)?.state !== "done")
    )
  }
  const dangling = tasks.flatMap((task) =>
    task.dependencies
      .filter((id) => !byId.has(id) && !groups.has(id))
      .map((dependency): GraphProblem => ({ _tag: "Dangling", taskId: task.id, dependency, line: task.line }))
  )
  const cycles = findCycles([...byId.keys(), ...groups.keys()], (id) => {
    const task = byId.get(id)
    return task === undefined ? (required.get(id) ?? []) : task.dependencies
  }).map((path): GraphProblem => {
    const lines = path.slice(0, -1).flatMap((id) => byId.get(id)?.line ?? [])
    return { _tag: "Cycle", path, lines }
  })
  return {
    tasks,
    byId,
    groups,
    pending,
    problems: [...duplicates(tasks, containers), ...cycles, ...dangling]
  }
}

/** The task's dependencies that are not satisfied, as the list writes them: ids of tasks or containers. */
export const unmetDependencies = (graph: TaskGraph, task: Task): ReadonlyArray<string> =>
  task.dependencies.filter((id) => {
    const other = graph.byId.get(id)
    if (other !== undefined) return other.state !== "done"
    const pending = graph.pending.get(id)
    return pending === undefined || pending.length > 0
  })

/** Ids of the unfinished tasks that `taskId` waits for directly, containers expanded; empty for an unknown id. */
export const blockedBy = (graph: TaskGraph, taskId: string): ReadonlyArray<string> => {
  const task = graph.byId.get(taskId)
  if (task === undefined) return []
  const ids = unmetDependencies(graph, task).flatMap((id) =>
    graph.byId.has(id) ? [id] : (graph.pending.get(id) ?? [id])
  )
  return [...new Set(ids)]
}

/** One sentence for people: what is wrong and with which ids. */
export const problemMessage = (problem: GraphProblem): string => {
  switch (problem._tag) {
    case "DuplicateId":
      return `The id ${problem.id} is used more than once. Give every task and phase an id of its own.`
    case "Cycle":
      return `These tasks wait for each other: ${problem.path.join(" → ")}. Remove one of the dependencies.`
    case "Dangling":
      return `Task ${problem.taskId} depends on ${problem.dependency}, which is not in the list.`
  }
}
