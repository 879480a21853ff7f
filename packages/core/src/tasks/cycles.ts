/**
 * Cycles of a directed graph: strongly connected components, and one short path through each.
 *
 * Iterative, because a list of thousands of tasks may be one long chain.
 */

interface Visit {
  readonly id: string
  readonly edges: ReadonlyArray<string>
  next: number
}

/** Tarjan's components of more than one node, or of one node that points at itself. */
const components = (
  ids: ReadonlyArray<string>,
  edgesOf: (id: string) => ReadonlyArray<string>
): ReadonlyArray<ReadonlySet<string>> => {
  const known = new Set(ids)
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: Array<string> = []
  const isOpen = new Set<string>()
  const found: Array<ReadonlySet<string>> = []
  const lower = (id: string, value: number) => low.set(id, Math.min(low.get(id) ?? value, value))

  for (const root of ids) {
    if (index.has(root)) continue
    const visits: Array<Visit> = []
    const enter = (id: string) => {
      index.set(id, index.size)
      low.set(id, index.size - 1)
      open.push(id)
      isOpen.add(id)
      visits.push({ id, edges: edgesOf(id), next: 0 })
    }
    enter(root)
    for (let visit = visits.at(-1); visit !== undefined; visit = visits.at(-1)) {
      const target = visit.edges[visit.next++]
      if (target !== undefined) {
        const seen = index.get(target)
        if (seen === undefined) {
          if (known.has(target)) enter(target)
        } else if (isOpen.has(target)) lower(visit.id, seen)
        continue
      }
      visits.pop()
      const { id, edges } = visit
      const parent = visits.at(-1)
      if (parent !== undefined) lower(parent.id, low.get(id) ?? 0)
      if (low.get(id) !== index.get(id)) continue
      const members = open.splice(open.lastIndexOf(id))
      for (const member of members) isOpen.delete(member)
      if (members.length > 1 || edges.includes(id)) found.push(new Set(members))
    }
  }
  return found
}

/** The shortest way from `start` back to itself inside `members`, both ends included. */
const shortest = (
  start: string,
  members: ReadonlySet<string>,
  edgesOf: (id: string) => ReadonlyArray<string>
): ReadonlyArray<string> => {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (const id of queue) {
    for (const target of edgesOf(id)) {
      if (target === start) {
        const path = [start]
        for (
          let step: string | undefined = id;
          step !== undefined && step !== start;
          step = cameFrom.get(step)
        ) {
          path.push(step)
        }
        return [...path, start].reverse()
      }
      if (!members.has(target) || cameFrom.has(target)) continue
      cameFrom.set(target, id)
      queue.push(target)
    }
  }
  return [start, start]
}

/**
 * One cycle for each knot of the graph, as a path whose first and last id are the same. It starts at the member that
 * comes first in `ids`; edges to ids that are not in `ids` are ignored.
 */
export const findCycles = (
  ids: ReadonlyArray<string>,
  edgesOf: (id: string) => ReadonlyArray<string>
): ReadonlyArray<ReadonlyArray<string>> => {
  const rank = new Map(ids.map((id, position) => [id, position]))
  const first = (members: ReadonlySet<string>): string =>
    [...members].reduce((a, b) => ((rank.get(a) ?? 0) <= (rank.get(b) ?? 0) ? a : b))
  return components(ids, edgesOf)
    .map((members) => ({ members, start: first(members) }))
    .sort((a, b) => (rank.get(a.start) ?? 0) - (rank.get(b.start) ?? 0))
    .map(({ members, start }) => shortest(start, members, edgesOf))
}
