/**
 * The newest frames of a project as messages, encoded once for all who watch it.
 *
 * A bounded window: whoever is further behind reads the store instead. Nothing in here waits for anybody.
 */
import type { StoredFrame } from "@devteam/core/ports/Frames"
import { encodeFrame } from "./encodeFrame.ts"

const maxFrames = 1024
const maxBytes = 4 * 1024 * 1024

/** See above. Numbers are those of the project. */
export interface Tail {
  /** The newest number there is. */
  readonly last: () => number
  /** The message of a number, while it is in the window. */
  readonly at: (seq: number) => Buffer | undefined
  /** Adds the next frames. Those that are there already are left out. */
  readonly push: (frames: ReadonlyArray<StoredFrame>) => void
}

/** A window that begins behind `start`. */
export const makeTail = (start: number): Tail => {
  let messages: Array<Buffer> = []
  let first = start + 1
  let bytes = 0
  const last = () => first + messages.length - 1
  const add = (stored: StoredFrame): void => {
    if (stored.seq <= last()) return
    if (stored.seq > last() + 1) {
      messages = []
      bytes = 0
      first = stored.seq
    }
    const message = encodeFrame(stored)
    messages.push(message)
    bytes += message.length
    while (messages.length > maxFrames || bytes > maxBytes) {
      bytes -= messages.shift()?.length ?? 0
      first += 1
    }
  }
  return { last, at: (seq) => messages[seq - first], push: (frames) => frames.forEach(add) }
}
