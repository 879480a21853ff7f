/**
 * Finds any of many literals in one pass over a text (Aho–Corasick).
 *
 * Every state is "the longest suffix of what was read that begins a literal", so its depth is at the same time what a
 * stream has to hold back. Works on UTF-16 code units. Tables are dense over the code units that occur in a literal.
 */

/** The tables. A state is a row's offset in `next`; the root is 0; a target below 0 is a state that ends a literal. */
export interface Automaton {
  /** Column of each code unit; 0 where no literal has it. */
  readonly columns: Uint16Array
  readonly width: number
  /** At `state + column`: the next state, negated when {@link found} knows it. */
  readonly next: Int32Array
  /** At `state / width`: the state's depth. */
  readonly depths: Int32Array
  /** By state: the literals that end there, as indexes into the list that it was made from; the longest first. */
  readonly found: ReadonlyMap<number, ReadonlyArray<number>>
}

/** Time and space grow with the sum of the literals' lengths. Empty literals are never found. */
export const makeAutomaton = (literals: ReadonlyArray<string>): Automaton => {
  const columns = new Uint16Array(65_536)
  let width = 1
  const children: Array<Map<number, number>> = [new Map()]
  const depths = [0]
  const ends: Array<Array<number>> = [[]]
  for (const [index, literal] of literals.entries()) {
    let node = 0
    for (let i = 0; i < literal.length; i++) {
      const code = literal.charCodeAt(i)
      if (columns[code] === 0) columns[code] = width++
      const column = columns[code] ?? 0
      let child = children[node]?.get(column)
      if (child === undefined) {
        child = children.length
        children[node]?.set(column, child)
        children.push(new Map())
        depths.push(i + 1)
        ends.push([])
      }
      node = child
    }
    if (node !== 0) ends[node]?.push(index)
  }

  const next = new Int32Array(children.length * width)
  const found = new Map<number, ReadonlyArray<number>>()
  const fallback = new Int32Array(children.length)
  // Breadth first: a node's fallback is nearer to the root, so its row and what it finds are complete by then.
  const queue = [0]
  for (let at = 0; at < queue.length; at++) {
    const node = queue[at] ?? 0
    const back = fallback[node] ?? 0
    if (node !== 0) next.copyWithin(node * width, back * width, (back + 1) * width)
    for (const [column, child] of children[node] ?? []) {
      const childBack = node === 0 ? 0 : Math.abs(next[back * width + column] ?? 0)
      fallback[child] = childBack / width
      const all = [...(ends[child] ?? []), ...(found.get(childBack) ?? [])]
      if (all.length > 0) found.set(child * width, all)
      next[node * width + column] = all.length > 0 ? -child * width : child * width
      queue.push(child)
    }
  }
  return { columns, width, next, depths: Int32Array.from(depths), found }
}
