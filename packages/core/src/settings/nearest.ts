/**
 * The known name that somebody most likely meant.
 */

/** Steps from one word to another: a letter more, less, other, or two changed round. */
const distance = (a: string, b: string): number => {
  let beforeLast: ReadonlyArray<number> = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          (last[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (last[j - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY
        )
      )
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}

/** Letters only: `max_cost` and `Max-Cost` are `maxCost`. */
const plain = (name: string): string => name.replace(/[^A-Za-z0-9]/g, "").toLowerCase()

/** The nearest of the known names; undefined when none is near. */
export const nearest = (name: string, known: ReadonlyArray<string>): string | undefined => {
  const wanted = plain(name.slice(0, 60))
  const ranked = known
    .map((candidate) => ({ candidate, far: distance(wanted, plain(candidate)) }))
    .toSorted((a, b) => a.far - b.far)
  const [best] = ranked
  return best !== undefined && best.far <= Math.max(1, Math.floor(best.candidate.length / 3))
    ? best.candidate
    : undefined
}
