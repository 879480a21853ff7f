/**
 * Bare `ws` for the benchmark: every frame becomes text once and is sent to every client. It stores nothing, knows no
 * cursor, bounds nothing, and asks nobody who they are. Usage: bare.ts.
 */
import { createServer } from "node:http"
import { toFrame } from "@devteam/core/envelope/Frame"
import { WebSocketServer } from "ws"
import { answerRequests, drafts, projectId } from "./produced.ts"

const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
let seq = 0

const produce = async (count: number): Promise<void> => {
  for (const draft of drafts(count)) {
    seq += 1
    const message = Buffer.from(JSON.stringify(toFrame(projectId, draft, { stream: "bare", seq })))
    for (const client of sockets.clients) client.send(message, { binary: false })
  }
}

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  answerRequests(typeof address === "object" && address !== null ? address.port : 0, produce)
})
