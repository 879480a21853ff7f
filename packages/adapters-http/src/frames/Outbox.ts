/**
 * What goes out on one connection, and how much of it may wait.
 *
 * It asks for the next message only while there is room: the bound is never passed, whatever the client does. A
 * client that leaves it full for too long is given up.
 */
import type { WebSocket } from "ws"
import { maxFrameBytes } from "./encodeFrame.ts"
import type { WatchLimits } from "./WatchLimits.ts"

/** See above. */
export interface Outbox {
  /** Sends what there is, as far as there is room. Call it whenever there may be something. */
  readonly pump: () => void
  readonly close: () => void
}

/** `take` gives the next message; `tooSlow` is called once. */
export const makeOutbox = (
  socket: WebSocket,
  limits: WatchLimits,
  take: () => Buffer | undefined,
  tooSlow: () => void
): Outbox => {
  let waiting = 0
  let full = false
  let pumping = false
  let again = false
  let closed = false
  let stalled: NodeJS.Timeout | undefined

  const isOpen = (): boolean => !closed && socket.readyState === socket.OPEN
  const isWanted = (): boolean => again && !full
  const hasRoom = (): boolean =>
    waiting < limits.outboundFrames && socket.bufferedAmount + maxFrameBytes <= limits.outboundBytes
  const isHalfEmpty = (): boolean =>
    waiting <= limits.outboundFrames / 2 && socket.bufferedAmount <= limits.outboundBytes / 2

  const sent = (): void => {
    waiting -= 1
    if (closed || !full || !isHalfEmpty()) return
    full = false
    clearTimeout(stalled)
    pump()
  }
  const drain = (): void => {
    while (isOpen() && hasRoom()) {
      const message = take()
      if (message === undefined) return
      waiting += 1
      socket.send(message, { binary: false }, sent)
    }
    if (!isOpen()) return
    full = true
    stalled = setTimeout(tooSlow, limits.stallMs)
  }
  const pump = (): void => {
    again = true
    if (pumping || full) return
    pumping = true
    do {
      again = false
      drain()
    } while (isWanted())
    pumping = false
  }
  return {
    pump,
    close: () => {
      closed = true
      clearTimeout(stalled)
    }
  }
}
