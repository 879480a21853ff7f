/**
 * A server that has nothing but the hub, on a free port.
 */
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import { Effect, Redacted } from "effect"
import { makeFrameHub } from "../../../src/frames/FrameHub.ts"
import { operatorAccess, type WatchAccess } from "../../../src/frames/WatchAccess.ts"
import type { WatchLimits } from "../../../src/frames/WatchLimits.ts"

/** What the server of these tests asks for. */
export const token = "test-token"

/** Access with the token. */
export const access = operatorAccess({ token: Redacted.make(token), hosts: new Set(["127.0.0.1"]) })

/**
 * Starts one; it is closed with the scope. `url` is that of the WebSocket, without a query; `sockets` are the server's
 * ends of all connections so far.
 */
export const startHub = (
  options: {
    readonly access?: WatchAccess
    readonly limits?: Partial<WatchLimits>
    readonly port?: number
  } = {}
) =>
  Effect.gen(function* () {
    const server = yield* Effect.acquireRelease(
      Effect.promise(async () => {
        const listening = createServer((_, response) => response.writeHead(404).end())
        listening.listen(options.port ?? 0, "127.0.0.1")
        await once(listening, "listening")
        return listening
      }),
      (listening) =>
        Effect.callback<void>((resume) => {
          listening.close(() => resume(Effect.void))
          listening.closeAllConnections()
        })
    )
    const hub = yield* makeFrameHub({ access: options.access ?? access, limits: options.limits })
    const sockets: Array<Duplex> = []
    server.on("upgrade", (request, socket, head) => {
      sockets.push(socket)
      hub.upgrade(request, socket, head)
    })
    const { port } = server.address() as AddressInfo
    return { port, hub, sockets, url: `ws://127.0.0.1:${port}/ws/devteam` }
  })
