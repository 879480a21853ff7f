/**
 * Flags output chunks as stored until a number of bytes is reached.
 *
 * The chunk that crosses the limit is cut there, so exactly the limit is stored. Nothing is dropped.
 */
import type { ExecEvent } from "@devteam/core/ports/Sandbox"
import type { OutputChunk } from "./commandOutput.ts"

/** A running count; `flag` is called with every chunk in order. `limit` is in bytes, default: no limit. */
export const storedBudget = (
  limit = Number.POSITIVE_INFINITY
): { readonly flag: (chunk: OutputChunk) => ReadonlyArray<ExecEvent>; readonly total: () => number } => {
  let total = 0
  return {
    flag: ({ stream, bytes }) => {
      const room = Math.min(Math.max(0, limit - total), bytes.length)
      total += bytes.length
      return [
        { _tag: "Chunk" as const, stream, bytes: bytes.subarray(0, room), stored: true },
        { _tag: "Chunk" as const, stream, bytes: bytes.subarray(room), stored: false }
      ].filter((event) => event.bytes.length > 0)
    },
    total: () => total
  }
}
