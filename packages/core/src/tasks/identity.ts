/**
 * The names of tasks: how a title is compared across edits, and how ids are ordered.
 *
 * Knows no list format: a dialect finds id and title in a line, this decides when two of them mean the same.
 */
import type { TaskIdentity } from "../model/Task.ts"

const edges = /^[*_`~\s]+|[*_`~\s.,;:!?…]+$/g

/**
 * The form of a title that is compared: lower case, single spaces, without emphasis or backticks around it and
 * without punctuation at its end. A title of nothing but punctuation keeps it, so that it is never empty by this.
 */
export const normalizeTitle = (title: string): string => {
  const spaced = title.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim()
  return spaced.replace(edges, "") || spaced
}

/** One string per identity, for use as a key of a `Map`. */
export const identityKey = (identity: TaskIdentity): string =>
  `${identity.id}\u0000${identity.normalizedTitle}`

const chunks = (segment: string): ReadonlyArray<string> => segment.match(/\d+|\D+/g) ?? []

const compareNumbers = (a: string, b: string): number => {
  const [x, y] = [a.replace(/^0+(?=\d)/, ""), b.replace(/^0+(?=\d)/, "")]
  return x.length - y.length || (x < y ? -1 : x > y ? 1 : 0)
}

const compareChunks = (a: string, b: string): number => {
  const [aIsNumber, bIsNumber] = [/^\d/.test(a), /^\d/.test(b)]
  if (aIsNumber && bIsNumber) return compareNumbers(a, b)
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

const compareLists = <A>(
  a: ReadonlyArray<A>,
  b: ReadonlyArray<A>,
  compare: (a: A, b: A) => number
): number => {
  for (const [index, left] of a.entries()) {
    const right = b[index]
    if (right === undefined) return 1
    const order = compare(left, right)
    if (order !== 0) return order
  }
  return a.length - b.length
}

/** Orders ids by their segments, numbers as numbers: `1.9`, `1.10`, `1.10.1`, `T2`, `T10`. Zero only for equal ids. */
export const compareIds = (a: string, b: string): number =>
  compareLists(a.split("."), b.split("."), (x, y) => compareLists(chunks(x), chunks(y), compareChunks)) ||
  (a < b ? -1 : a > b ? 1 : 0)
