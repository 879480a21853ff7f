/**
 * Ids for tasks that have none: `t-<hash8 of the normalised title>-<occurrence>`.
 *
 * They survive moving a line and editing others; retitling a line makes another task of it.
 */
import { createHash } from "node:crypto"
import { normalizeTitle } from "@devteam/core/tasks/identity"

/** Gives ids in document order; the occurrence counts equal titles from 1. */
export const makeIds = (): ((title: string) => string) => {
  const occurrences = new Map<string, number>()
  return (title) => {
    const normalized = normalizeTitle(title)
    const occurrence = (occurrences.get(normalized) ?? 0) + 1
    occurrences.set(normalized, occurrence)
    const hash = createHash("sha256").update(normalized).digest("hex").slice(0, 8)
    return `t-${hash}-${occurrence}`
  }
}
