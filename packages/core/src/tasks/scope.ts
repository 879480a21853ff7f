/**
 * Which tasks of a list an execution has to get done.
 *
 * The whole list means its required tasks; named ids may be tasks (optional ones too) or containers.
 */
import type { Scope } from "../model/Settings.ts"
import type { Task } from "../model/Task.ts"
import type { TaskGraph } from "./TaskGraph.ts"

/** The tasks of a scope in document order, or the first id that names nothing in the list. */
export type ScopedTasks =
  | { readonly _tag: "Scoped"; readonly tasks: ReadonlyArray<Task> }
  | { readonly _tag: "UnknownTask"; readonly id: string }

/** Resolves a scope. A container that is named brings its required tasks. */
export const tasksInScope = (graph: TaskGraph, scope: Scope): ScopedTasks => {
  if (scope._tag === "List") return { _tag: "Scoped", tasks: graph.tasks.filter((task) => !task.optional) }
  const wanted = new Set<string>()
  for (const id of scope.ids) {
    if (graph.byId.has(id)) {
      wanted.add(id)
      continue
    }
    const group = graph.groups.get(id)
    if (group === undefined) return { _tag: "UnknownTask", id }
    for (const member of group.taskIds) if (graph.byId.get(member)?.optional === false) wanted.add(member)
  }
  return { _tag: "Scoped", tasks: graph.tasks.filter((task) => wanted.has(task.id)) }
}
