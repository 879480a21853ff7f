/**
 * Where a subscription begins, and what has to be said when that is not right behind what the client saw last.
 */
import { type Cursor, formatCursor, parseCursor } from "@devteam/core/envelope/Frame"

/**
 * Why something between two cursors is not told: nobody asked for it, it is no longer stored, the client's cursor is
 * of another database, or of a number that this database has not reached (a backup was restored).
 */
export type GapReason = "not_requested" | "expired" | "other_stream" | "ahead"

/** What is in between cannot be told: after `from`, up to and including `to`. Cursors. */
export interface Gap {
  readonly from: string
  readonly to: string
  readonly reason: GapReason
}

/** The stored frames of a project: the database's stream id and the oldest and newest number (0 and 0: none). */
export interface Stored {
  readonly stream: string
  readonly first: number
  readonly last: number
}

/** `position` is the number behind which to go on. */
export interface StartingPlace {
  readonly position: number
  readonly gap?: Gap
}

const readAfter = (after: string | number, stream: string): Cursor | undefined => {
  if (typeof after === "number") return { stream, seq: after }
  return /^\d{1,15}$/.test(after) ? { stream, seq: Number(after) } : parseCursor(after)
}

/** Undefined when `after` is no cursor. */
export const startingPlace = (
  after: string | number | undefined,
  { stream, first, last }: Stored
): StartingPlace | undefined => {
  const at = (seq: number): string => formatCursor({ stream, seq })
  if (after === undefined) {
    return { position: last, gap: { from: at(0), to: at(last), reason: "not_requested" } }
  }
  const asked = readAfter(after, stream)
  if (asked === undefined) return undefined
  const gapTo = (position: number, reason: GapReason): StartingPlace => ({
    position,
    gap: { from: formatCursor(asked), to: at(position), reason }
  })
  const beforeFirst = Math.max(0, first - 1)
  if (asked.stream !== stream) return gapTo(beforeFirst, "other_stream")
  if (asked.seq > last) return gapTo(last, "ahead")
  return asked.seq < beforeFirst ? gapTo(beforeFirst, "expired") : { position: asked.seq }
}
