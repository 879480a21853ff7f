/** How far a list is, and what each unfinished task waits for. For status and for people; decides nothing. */
import type { Scope } from "../model/Settings.ts"
import type { Task } from "../model/Task.ts"
import { tasksInScope } from "./scope.ts"
import { type TaskGraph, unmetDependencies } from "./TaskGraph.ts"

/** Counts of tasks. */
export interface Progress {
  readonly completed: number
  readonly total: number
}

const named = (graph: TaskGraph, scope: Scope & { readonly _tag: "Tasks" }): ReadonlyArray<Task> => {
  const ids = scope.ids.filter((id) => graph.byId.has(id) || graph.groups.has(id))
  const scoped = tasksInScope(graph, { _tag: "Tasks", ids })
  return scoped._tag === "Scoped" ? scoped.tasks : []
}

/**
 * Counts the tasks of a scope. Optional tasks count where they are done or named by the scope; an unknown id in the
 * scope counts for nothing.
 */
export const progress = (graph: TaskGraph, scope: Scope): Progress => {
  const counted =
    scope._tag === "List"
      ? graph.tasks.filter((task) => !task.optional || task.state === "done")
      : named(graph, scope)
  return { completed: counted.filter((task) => task.state === "done").length, total: counted.length }
}

/** One unfinished task. `waitingFor` holds ids of tasks and containers as the list writes them; empty means ready. */
export interface Readiness {
  readonly task: Task
  readonly ready: boolean
  readonly waitingFor: ReadonlyArray<string>
}

/** All unfinished tasks in document order, each ready or with the dependencies that it waits for. */
export const readiness = (graph: TaskGraph): ReadonlyArray<Readiness> =>
  graph.tasks
    .filter((task) => task.state !== "done")
    .map((task) => {
      const waitingFor = unmetDependencies(graph, task)
      return { task, ready: waitingFor.length === 0, waitingFor }
    })
