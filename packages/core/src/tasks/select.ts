/**
 * Which task comes next, and why none does.
 *
 * Deterministic: the same list, scope and exclusions give the same answer. Only what the list shows as done satisfies
 * a dependency. Reads no problems of the graph: a list with errors is not to be selected from.
 */
import type { Scope } from "../model/Settings.ts"
import { identityOf, type Task } from "../model/Task.ts"
import { blockers } from "./blockers.ts"
import { identityKey } from "./identity.ts"
import { tasksInScope } from "./scope.ts"
import { type TaskGraph, unmetDependencies } from "./TaskGraph.ts"

/** Why an execution does not take a task again. It stays unfinished in the list, so its dependents wait. */
export type Exclusion = "failed" | "held" | "superseded" | "skipped" | "completed"

/** A task that waits: `by` starts with the nearest unfinished dependency and goes on with the root causes. */
export interface Blocked {
  readonly id: string
  readonly by: ReadonlyArray<string>
}

/** The answer of {@link select}. */
export type Selection =
  | { readonly _tag: "Selected"; readonly task: Task }
  /** Every task of the scope is done. */
  | { readonly _tag: "AllDone" }
  /** Something is unfinished and nothing can run: `excluded` are skipped, `blocked` wait. */
  | {
      readonly _tag: "NothingRunnable"
      readonly blocked: ReadonlyArray<Blocked>
      readonly excluded: ReadonlyArray<{ readonly id: string; readonly reason: Exclusion }>
    }
  /** The list has no task at all. */
  | { readonly _tag: "NoTasks" }
  /** The scope names an id that the list does not have. */
  | { readonly _tag: "UnknownTask"; readonly id: string }

/** What {@link select} goes by. Keys of `excluded` are made by `identityKey`. */
export interface SelectOptions {
  readonly scope: Scope
  readonly excluded: ReadonlyMap<string, Exclusion>
}

const isBefore = (a: Task, b: Task): boolean => {
  const [aBegun, bBegun] = [a.state === "in_progress", b.state === "in_progress"]
  return aBegun === bBegun ? a.priority > b.priority : aBegun
}

/** The next task: what people began first, then higher priority, then document order. */
export const select = (graph: TaskGraph, { scope, excluded }: SelectOptions): Selection => {
  if (scope._tag === "List" && graph.tasks.length === 0) return { _tag: "NoTasks" }
  const scoped = tasksInScope(graph, scope)
  if (scoped._tag === "UnknownTask") return scoped
  const unfinished = scoped.tasks.filter((task) => task.state !== "done")
  if (unfinished.length === 0) return { _tag: "AllDone" }

  const reasonOf = (task: Task) => excluded.get(identityKey(identityOf(task)))
  const wanted = unfinished.filter((task) => reasonOf(task) === undefined)
  let next: Task | undefined
  for (const task of wanted) {
    if (unmetDependencies(graph, task).length === 0 && (next === undefined || isBefore(task, next)))
      next = task
  }
  if (next !== undefined) return { _tag: "Selected", task: next }
  return {
    _tag: "NothingRunnable",
    blocked: blockers(graph, wanted),
    excluded: unfinished.flatMap((task) => {
      const reason = reasonOf(task)
      return reason === undefined ? [] : [{ id: task.id, reason }]
    })
  }
}
