/**
 * Answers a request for an upgrade that does not happen: a problem document, as everywhere else.
 */
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { problemMediaType } from "../contract/problems.ts"
import { correlationIdOf } from "../server/edge.ts"
import { problemOf, type Refusal } from "../server/Refusal.ts"

/** The headers that come once at most. */
export const singleHeaders = ({ headers }: IncomingMessage): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value])
  )

/** Answers, and closes the socket. */
export const refuseUpgrade = (request: IncomingMessage, socket: Duplex, refused: Refusal): void => {
  const correlationId = correlationIdOf(singleHeaders(request))
  const problem = problemOf(refused, { correlationId, redact: (text) => text })
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${problem.title}`,
    "Connection: close",
    `Content-Type: ${problemMediaType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Correlation-Id: ${correlationId}`
  ]
  socket.once("error", () => socket.destroy())
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy())
}
