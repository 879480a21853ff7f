/**
 * One connection of a watcher: from the handshake to the close, as a queue of frames.
 *
 * A WebSocket cannot be slowed down, so the queue has a limit: beyond it the connection is closed, and the watcher
 * goes on from there once it has dealt with what it has.
 */
import type { Frame } from "./Frame.ts"

const protocol = "devteam.v1"
const maxQueued = 1_000

/** What to ask for. `url` is that of the WebSocket. */
export interface SessionOptions {
  readonly url: string
  readonly token: string | undefined
  readonly projectId: string
  readonly after: string | number | undefined
  readonly opened: () => void
}

/** How a connection ended. `overflow`: by us, because more came than was taken. */
export interface SessionEnd {
  readonly code: number
  readonly reason: string
  readonly overflow: boolean
}

/** See above. */
export interface Session {
  /** The next frame; undefined when there will be none. */
  readonly next: () => Promise<Frame | undefined>
  /** How it ended; only after `next` gave undefined. */
  readonly end: () => SessionEnd
  readonly close: () => void
}

/** Connects. Throws when the URL is none. */
export const openSession = ({ url, token, projectId, after, opened }: SessionOptions): Session => {
  const socket = new WebSocket(url, [protocol])
  const queue: Array<Frame> = []
  let ended: SessionEnd | undefined
  let wake = (): void => {}

  const isWaiting = (): boolean => queue.length === 0 && ended === undefined
  const end = (code: number, reason: string, overflow = false): void => {
    ended ??= { code, reason, overflow }
    wake()
  }
  const close = (): void => {
    end(1000, "")
    socket.close()
  }
  socket.addEventListener("open", () => {
    if (ended !== undefined) return
    if (token !== undefined) socket.send(JSON.stringify({ type: "auth", token }))
    socket.send(JSON.stringify({ type: "subscribe", projectId, ...(after === undefined ? {} : { after }) }))
    opened()
  })
  socket.addEventListener("message", ({ data }) => {
    if (ended !== undefined) return
    queue.push(JSON.parse(String(data)) as Frame)
    if (queue.length >= maxQueued) {
      end(1000, "", true)
      socket.close()
    }
    wake()
  })
  socket.addEventListener("close", ({ code, reason }) => end(code, reason))
  // The close event does not follow everywhere when there was no connection.
  socket.addEventListener("error", () => end(1006, ""))

  return {
    next: async () => {
      while (isWaiting()) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return queue.shift()
    },
    end: () => ended ?? { code: 1006, reason: "", overflow: false },
    close
  }
}
