/**
 * The clients: all in the process that measures, on `ws`, the same for both servers. They check that nothing is
 * missing or doubled.
 */
import { once } from "node:events"
import { WebSocket } from "ws"
import { projectId, token } from "./produced.ts"

/** Connected clients. */
export interface Watchers {
  /** Ends when every client has had that many frames since the beginning. */
  readonly reach: (count: number) => Promise<void>
  /** Milliseconds from the frame's `ts` to its receipt, one for each frame and client since the last call. */
  readonly latencies: () => ReadonlyArray<number>
  readonly close: () => void
}

const frameOf = (text: string): { readonly seq: number; readonly at: number } => {
  const { ts, payload } = JSON.parse(text) as { ts: string; payload: { cursor?: string } }
  if (payload.cursor === undefined) throw new Error(`no frame of the benchmark: ${text}`)
  return { seq: Number(payload.cursor.split(".").at(-1)), at: Date.parse(ts) }
}

/** Connects so many clients, one after the other. */
export const connectWatchers = async (port: number, count: number): Promise<Watchers> => {
  const sockets: Array<WebSocket> = []
  let latencies: Array<number> = []
  let wanted = Number.POSITIVE_INFINITY
  let there = 0
  let resolve = (): void => {}
  let reject = (_: Error): void => {}
  for (let index = 0; index < count; index++) {
    const address = `ws://127.0.0.1:${port}/ws/devteam?projectId=${encodeURIComponent(projectId)}&after=0`
    const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } })
    let last = 0
    socket.on("message", (data: Buffer) => {
      const { at, seq } = frameOf(data.toString("utf8"))
      if (seq !== last + 1) reject(new Error(`frame ${seq} came after ${last}`))
      last = seq
      latencies.push(Date.now() - at)
      if (last !== wanted) return
      there += 1
      if (there === count) resolve()
    })
    socket.on("close", (code, reason) => reject(new Error(`closed with ${code} ${reason.toString()}`)))
    sockets.push(socket)
    await once(socket, "open")
  }
  return {
    reach: (frames) =>
      new Promise((succeed, fail) => {
        wanted = frames
        there = 0
        resolve = succeed
        reject = fail
      }),
    latencies: () => {
      const taken = latencies
      latencies = []
      return taken
    },
    close: () => {
      reject = () => {}
      for (const socket of sockets) socket.terminate()
    }
  }
}
