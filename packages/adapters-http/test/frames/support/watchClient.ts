/**
 * A client that keeps what it gets, for tests that look at single messages and close codes.
 */
import { once } from "node:events"
import type { Frame } from "@devteam/core/envelope/Frame"
import { WebSocket } from "ws"
import { token } from "./hubServer.ts"

/** How a connection ended. `status` is that of an answer that was no upgrade. */
export interface Ending {
  readonly code: number
  readonly reason: string
  readonly status?: number
}

/** See above. */
export interface WatchClient {
  readonly socket: WebSocket
  readonly frames: ReadonlyArray<Frame>
  /** Resolves once there are that many frames; rejects when the connection ends before. */
  readonly reach: (count: number) => Promise<void>
  readonly send: (message: unknown) => void
  readonly ended: Promise<Ending>
}

/** How to connect. The token goes into the header unless `headers` or `protocols` say otherwise. */
export interface ConnectOptions {
  readonly headers?: Record<string, string>
  readonly protocols?: ReadonlyArray<string>
  /** Keeps no texts, where the memory that this takes would hide the server's. */
  readonly textless?: boolean
}

/** Connects; does not wait for it. */
export const connectTo = (url: string, options: ConnectOptions = {}): WatchClient => {
  const { protocols = [], headers = protocols.length > 0 ? {} : { authorization: `Bearer ${token}` } } =
    options
  const socket = new WebSocket(url, [...protocols], { headers })
  const frames: Array<Frame> = []
  let status: number | undefined
  let check = (): void => {}
  socket.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString("utf8")) as Frame
    frames.push(options.textless === true ? { ...frame, payload: { ...frame.payload, text: "" } } : frame)
    check()
  })
  socket.on("error", () => {})
  socket.on("unexpected-response", (_, response) => {
    status = response.statusCode
    response.resume()
    socket.terminate()
  })
  // Not `once`: it would reject at an error, which comes before the close.
  const ended = new Promise<Ending>((resolve) => {
    socket.on("close", (code: number, reason: Buffer) =>
      resolve({ code, reason: reason.toString(), ...(status === undefined ? {} : { status }) })
    )
  })
  const failed = ended.then(({ code, reason }) => Promise.reject(new Error(`closed with ${code} ${reason}`)))
  failed.catch(() => {})
  return {
    socket,
    frames,
    reach: (count) =>
      Promise.race([
        new Promise<void>((resolve) => {
          check = () => (frames.length >= count ? resolve() : undefined)
          check()
        }),
        failed
      ]),
    send: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    ended
  }
}

/** Waits until it is connected. */
export const opened = async (client: WatchClient): Promise<WatchClient> => {
  await once(client.socket, "open")
  return client
}
