/**
 * A host's own server on a free port, for as long as a test's block lasts.
 */
import { once } from "node:events"
import type { Server } from "node:http"
import { connect } from "node:net"

/** Listens on the loopback; ended with its block. */
export const listening = async (server: Server) => {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    /** Everything that an upgrade to a WebSocket is answered with, until the connection ends or is upgraded. */
    upgradeAnswer: (path: string, headers: ReadonlyArray<string> = []): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect({ host: "127.0.0.1", port })
        const lines = [
          `GET ${path} HTTP/1.1`,
          `Host: 127.0.0.1:${port}`,
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}`,
          ...headers
        ]
        let text = ""
        socket.on("error", reject)
        socket.on("close", () => resolve(text))
        socket.on("data", (chunk) => {
          text += chunk.toString("latin1")
          if (text.startsWith("HTTP/1.1 101")) socket.destroy()
        })
        socket.write(`${lines.join("\r\n")}\r\n\r\n`)
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    }
  }
}
