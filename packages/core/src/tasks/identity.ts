/**
 * The names of tasks: how a title is compared across edits.
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
