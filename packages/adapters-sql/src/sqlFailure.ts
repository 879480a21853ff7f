/**
 * SQL errors in words for people.
 *
 * Which port error they become is each port's own matter.
 */
import type { SqlError } from "effect/sql/SqlError"

/** Says what could not be done, why, and what to do. */
export const describeFailure = (what: string, { reason }: SqlError): string => {
  const why = reason.message ?? reason._tag
  return reason._tag === "LockTimeoutError"
    ? `${what}: another process keeps the database locked (${why}). It is tried again.`
    : `${what}: the database failed (${why}). Check that it is reachable and its disk is not full.`
}

const diskFullCodes: ReadonlyArray<unknown> = [13, "53100", "ENOSPC"] // SQLITE_FULL, Postgres, the file system

/** Whether a disk was full. */
export const isDiskFull = (cause: unknown): boolean => {
  if (typeof cause !== "object" || cause === null) return false
  const { errno, code } = cause as { readonly errno?: unknown; readonly code?: unknown }
  return diskFullCodes.includes(errno) || diskFullCodes.includes(code)
}
