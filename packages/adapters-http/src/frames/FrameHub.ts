/**
 * The WebSocket `/ws/devteam`: live frames of projects, from any process that works on the same database.
 *
 * It brings no server of its own: hand it the `upgrade` events of one. What is refused before the upgrade gets an HTTP
 * answer and costs nothing; everything later gets a close code (`closeCodes.ts`).
 */
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { Frames } from "@devteam/core/ports/Frames"
import { Effect, Metric, type Scope } from "effect"
import { type WebSocket, WebSocketServer } from "ws"
import { refusal } from "../server/Refusal.ts"
import { selectProtocol } from "./bearer.ts"
import { closeCodes } from "./closeCodes.ts"
import { connect, type Connection } from "./Connection.ts"
import { makeRooms } from "./Rooms.ts"
import { refuseUpgrade, singleHeaders } from "./refuseUpgrade.ts"
import type { WatchAccess } from "./WatchAccess.ts"
import { defaultWatchLimits, type WatchLimits } from "./WatchLimits.ts"

/** Where the WebSocket is. */
export const watchPath = "/ws/devteam"

/** Connections that watch. */
const watchClients = Metric.gauge("devteam_ws_clients", { description: "Open WebSocket connections" })

/** See above. */
export interface FrameHub {
  /** Takes over a socket that asks for an upgrade. Never throws. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Open connections. */
  readonly clients: () => number
  /** Refuses new connections and closes the open ones with 1012. Ends when all are closed. */
  readonly close: Effect.Effect<void>
}

const addressOf = ({ url }: IncomingMessage): URL | undefined =>
  url?.startsWith("/") === true && URL.canParse(url, "http://server")
    ? new URL(url, "http://server")
    : undefined

/** Makes a hub that closes with the scope. */
export const makeFrameHub = (options: {
  readonly access: WatchAccess
  readonly limits?: Partial<WatchLimits> | undefined
}): Effect.Effect<FrameHub, never, Frames | Scope.Scope> =>
  Effect.gen(function* () {
    const { access } = options
    const limits: WatchLimits = { ...defaultWatchLimits, ...options.limits }
    const frames = yield* Frames
    const rooms = yield* makeRooms
    const services = yield* Effect.context<Frames>()
    const fork = Effect.runForkWith(services)
    const setClients = (): void => {
      Effect.runSyncWith(services)(Metric.update(watchClients, open.size))
    }

    const open = new Map<WebSocket, Connection>()
    let closed = false
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.inboundBytes,
      maxFragments: 256,
      handleProtocols: selectProtocol
    })
    server.on("wsClientError", (error, socket, request) => {
      const detail = `This is no WebSocket handshake: ${error.message}.`
      refuseUpgrade(request, socket, refusal("malformed-request", detail))
    })

    const welcome = (socket: WebSocket, request: IncomingMessage, query: URLSearchParams): void => {
      const unauthenticated = [...open.values()].filter((connection) => !connection.isAuthenticated()).length
      const connection = connect(socket, request, query, { access, limits, frames, rooms, fork })
      const isFull = open.size >= limits.connections || unauthenticated >= limits.unauthenticated
      open.set(socket, connection)
      setClients()
      socket.once("close", () => {
        open.delete(socket)
        setClients()
      })
      if (isFull) connection.close(closeCodes.tooMany, "There are too many connections.")
    }

    const upgrade: FrameHub["upgrade"] = (request, socket, head) => {
      const address = addressOf(request)
      const foreign = access.foreign(singleHeaders(request))
      if (foreign !== undefined) refuseUpgrade(request, socket, foreign)
      else if (address?.pathname !== watchPath) {
        refuseUpgrade(request, socket, refusal("not-found", `The only WebSocket here is ${watchPath}.`))
      } else if (closed) {
        refuseUpgrade(request, socket, refusal("unavailable", "The server is going down."))
      } else {
        server.handleUpgrade(request, socket, head, (ws) => welcome(ws, request, address.searchParams))
      }
    }

    const beat = setInterval(() => open.forEach((connection) => connection.beat()), limits.heartbeatMs)
    beat.unref()
    const close = Effect.callback<void>((resume) => {
      closed = true
      clearInterval(beat)
      const check = (): void => {
        if (open.size === 0) resume(Effect.void)
      }
      for (const [socket, connection] of open) {
        socket.once("close", check)
        connection.close(
          closeCodes.restart,
          "The server restarts. Connect again and go on behind your last cursor."
        )
      }
      check()
    })
    yield* Effect.addFinalizer(() => close)
    return { upgrade, clients: () => open.size, close }
  })
