/**
 * The listening socket: limits and time-outs that Node's defaults do not have, and problem documents also for what
 * never becomes a request.
 */
import { randomUUID } from "node:crypto"
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  STATUS_CODES
} from "node:http"
import type { Duplex } from "node:stream"
import { Effect, Schema } from "effect"
import { problemMediaType } from "../contract/problems.ts"
import { problemOf, refusal, type Refusal } from "./Refusal.ts"

/** The server cannot listen. */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  message: Schema.String
}) {}

/** Called with sockets that want to speak another protocol. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** Milliseconds for the headers, and for the whole request. */
export interface RequestTimes {
  readonly headersMs: number
  readonly requestMs: number
  /** How often is looked. */
  readonly checkMs: number
}

/** Ten seconds for the headers, thirty for everything. */
const defaultTimes: RequestTimes = { headersMs: 10_000, requestMs: 30_000, checkMs: 2_000 }

/** Where to listen, and what with. */
export interface NodeServerOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly handle: RequestListener
  readonly upgrade: UpgradeListener
  readonly times?: RequestTimes | undefined
}

/** A server that listens. */
export interface Listening {
  readonly server: Server
  readonly port: number
}

const rawRefusal = (code: string | undefined): Refusal => {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return refusal("timeout", "The request did not arrive in time. Send it again, faster.")
    case "HPE_HEADER_OVERFLOW":
      return refusal("headers-too-large", "The headers are larger than 16 KiB. Send fewer or shorter ones.")
    default:
      return refusal("malformed-request", "That is not a valid HTTP/1.1 request.")
  }
}

const statusOf = {
  timeout: 408,
  "headers-too-large": 431,
  "malformed-request": 400,
  "not-found": 404
} as const

/** An answer for a socket that has no response object, with the connection's end. */
const rawResponse = (refused: Refusal): string => {
  const correlationId = randomUUID()
  const body = JSON.stringify(problemOf(refused, { correlationId, redact: (text) => text }))
  const status = statusOf[refused.problem as keyof typeof statusOf]
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${problemMediaType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Correlation-Id: ${correlationId}`,
    "Connection: close",
    "",
    body
  ].join("\r\n")
}

const onClientError = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  const answered = "bytesWritten" in socket && Number(socket.bytesWritten) > 0
  // In the middle of an answer nothing can be said any more.
  if (
    !socket.writable ||
    error.code === "ECONNRESET" ||
    (answered && error.code !== "ERR_HTTP_REQUEST_TIMEOUT")
  ) {
    socket.destroy()
    return
  }
  socket.end(rawResponse(rawRefusal(error.code)), () => socket.destroy())
}

/** Refuses every upgrade: for servers without a WebSocket. */
export const refuseUpgrades: UpgradeListener = (_request, socket) => {
  socket.on("error", () => socket.destroy())
  socket.end(rawResponse(refusal("not-found", "Nothing here speaks another protocol than HTTP.")), () =>
    socket.destroy()
  )
}

const listen = (server: Server, { host, port }: NodeServerOptions) =>
  Effect.callback<number, ListenError>((resume) => {
    const onError = (error: NodeJS.ErrnoException) =>
      resume(
        new ListenError({
          message:
            error.code === "EADDRINUSE"
              ? `Something else listens on ${host}:${port}. Name another port with --port, or 0 for a free one.`
              : `The server cannot listen on ${host}:${port}: ${error.message}. Name another address with --host and --port.`
        })
      )
    server.once("error", onError)
    server.listen({ host, port }, () => {
      server.off("error", onError)
      const address = server.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : port))
    })
  })

/** Listens until the scope closes; then every connection is ended. */
export const listenNode = Effect.fn("listenNode")(function* (options: NodeServerOptions) {
  const times = options.times ?? defaultTimes
  const server = createServer({
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    connectionsCheckingInterval: times.checkMs,
    keepAliveTimeout: 5_000,
    maxHeaderSize: 16 * 1024,
    // A missing Host is refused with a problem document, and not by Node.
    requireHostHeader: false
  })
  server.maxConnections = 2_000
  server.on("request", options.handle)
  server.on("upgrade", options.upgrade)
  server.on("clientError", onClientError)
  const close = Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    server.closeAllConnections()
  })
  yield* Effect.addFinalizer(() => close)
  const port = yield* listen(server, options)
  const listening: Listening = { server, port }
  return listening
})
