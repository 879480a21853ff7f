/**
 * The answers of a runner that does not run: not started yet, or stopped.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import { problemMediaType } from "@devteam/adapters-http/contract/problems"
import { refuseUpgrade, singleHeaders } from "@devteam/adapters-http/frames/refuseUpgrade"
import { correlationIdOf } from "@devteam/adapters-http/server/edge"
import { problemOf, refusal } from "@devteam/adapters-http/server/Refusal"
import type { Service } from "./service.ts"

const refused = refusal(
  "unavailable",
  "The runner in this service does not run: it starts, or was stopped. Try again in a moment."
)

/** Answers 503 with a problem document, and nothing else. */
export const notRunning: Pick<Service, "handle" | "upgrade"> = {
  handle: (request: IncomingMessage, response: ServerResponse) => {
    const correlationId = correlationIdOf(singleHeaders(request))
    const problem = problemOf(refused, { correlationId, redact: (text) => text })
    response.writeHead(problem.status, {
      "content-type": problemMediaType,
      "cache-control": "no-store",
      "retry-after": "1",
      "x-correlation-id": correlationId
    })
    response.end(JSON.stringify(problem))
  },
  upgrade: (request, socket) => refuseUpgrade(request, socket, refused)
}
