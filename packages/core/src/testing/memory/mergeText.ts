/**
 * A three-way merge of one text: each side's changed lines as one region.
 *
 * Coarser than git: two separate edits of one side count as one big region. Enough for tests, and never wrong about
 * a clean merge.
 */

interface Region {
  readonly start: number
  readonly end: number
  readonly lines: ReadonlyArray<string>
}

const linesOf = (text: string): ReadonlyArray<string> => text.split(/(?<=\n)/)

const changedRegion = (base: ReadonlyArray<string>, side: ReadonlyArray<string>): Region => {
  let start = 0
  while (start < base.length && start < side.length && base[start] === side[start]) start++
  let tail = 0
  while (
    tail < base.length - start &&
    tail < side.length - start &&
    base[base.length - 1 - tail] === side[side.length - 1 - tail]
  ) {
    tail++
  }
  return { start, end: base.length - tail, lines: side.slice(start, side.length - tail) }
}

/** The merged text, or `undefined` when the regions touch. */
export const mergeText = (base: string, ours: string, theirs: string): string | undefined => {
  const lines = linesOf(base)
  const [first, second] = [changedRegion(lines, linesOf(ours)), changedRegion(lines, linesOf(theirs))].sort(
    (a, b) => a.start - b.start
  )
  if (first === undefined || second === undefined || first.end >= second.start) return undefined
  return [
    ...lines.slice(0, first.start),
    ...first.lines,
    ...lines.slice(first.end, second.start),
    ...second.lines,
    ...lines.slice(second.end)
  ].join("")
}
