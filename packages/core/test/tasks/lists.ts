import { TaskId } from "../../src/model/Ids.ts"
import { identityOf, type Task } from "../../src/model/Task.ts"
import { identityKey, normalizeTitle } from "../../src/tasks/identity.ts"
import { makeGraph, type TaskGraph, type TaskGroup } from "../../src/tasks/TaskGraph.ts"

let line = 0

/** A task whose title follows from its id. */
export const task = (
  id: string,
  dependencies: ReadonlyArray<string> = [],
  more: Partial<Task> = {}
): Task => ({
  id: TaskId.make(id),
  title: `Task ${id}`,
  normalizedTitle: normalizeTitle(`Task ${id}`),
  state: "open",
  optional: false,
  priority: 0,
  dependencies,
  path: [],
  checklist: [],
  criteria: [],
  files: [],
  notes: [],
  line: ++line,
  ...more
})

export const done = { state: "done" } as const

export const keyOf = (id: string): string => identityKey(identityOf(task(id)))

export const graphOf = (
  tasks: ReadonlyArray<Task>,
  groups: Record<string, ReadonlyArray<string>> = {}
): TaskGraph =>
  makeGraph(
    tasks,
    Object.entries(groups).map(([id, taskIds]): TaskGroup => ({ id, taskIds }))
  )
