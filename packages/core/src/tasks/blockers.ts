/**
 * Why tasks wait: the nearest unfinished dependency, and the unfinished tasks at the root of it.
 *
 * A root is an unfinished task that this execution will not run by itself: it failed, is held, is optional or is out
 * of scope.
 */
import type { Task } from "../model/Task.ts"
import { type TaskGraph, unmetDependencies } from "./TaskGraph.ts"

interface Visit {
  readonly id: string
  readonly edges: ReadonlyArray<string>
  next: number
}

const union = (lists: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const distinct = [...new Set(lists)].filter((list) => list.length > 0)
  const [only] = distinct
  return distinct.length === 1 && only !== undefined ? only : [...new Set(distinct.flat())]
}

/**
 * For each of the `waiting` tasks, none of which can run: `by`, the nearest unfinished dependency followed by the
 * root causes. Unfinished tasks that are not among `waiting` are the roots. Shared parts are worked out once.
 */
export const blockers = (
  graph: TaskGraph,
  waiting: ReadonlyArray<Task>
): ReadonlyArray<{ readonly id: string; readonly by: ReadonlyArray<string> }> => {
  const isWaiting = new Set(waiting.map((task) => task.id as string))
  const edgesOf = (id: string): ReadonlyArray<string> => {
    const task = graph.byId.get(id)
    if (task === undefined) return graph.pending.get(id) ?? []
    return isWaiting.has(id) ? unmetDependencies(graph, task) : []
  }
  const roots = new Map<string, ReadonlyArray<string>>()
  const entered = new Set<string>()
  for (const task of waiting) {
    const visits: Array<Visit> = []
    const enter = (id: string) => {
      if (entered.has(id)) return
      entered.add(id)
      visits.push({ id, edges: edgesOf(id), next: 0 })
    }
    enter(task.id)
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const target = visit.edges[visit.next++]
      if (target !== undefined) {
        enter(target)
        continue
      }
      visits.pop()
      const { id, edges } = visit
      roots.set(id, edges.length === 0 ? [id] : union(edges.map((edge) => roots.get(edge) ?? [])))
    }
  }
  return waiting.map((task) => {
    const [nearest] = unmetDependencies(graph, task).flatMap((id) =>
      graph.byId.has(id) ? [id] : (graph.pending.get(id)?.slice(0, 1) ?? [id])
    )
    const by = nearest === undefined ? [] : [nearest]
    return { id: task.id, by: [...new Set([...by, ...(roots.get(task.id) ?? [])])] }
  })
}
