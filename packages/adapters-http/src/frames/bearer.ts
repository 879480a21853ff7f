/**
 * The token that comes with the upgrade request. The query is never looked at: addresses end up in logs.
 */
import type { IncomingMessage } from "node:http"

/** The subprotocol: the contract's version. */
export const watchProtocol = "devteam.v1"
const bearerPrefix = "devteam.bearer."

const offered = (header: string | undefined): ReadonlyArray<string> =>
  (header ?? "").split(",").map((name) => name.trim())

/** From `Authorization: Bearer …`, or from the subprotocol `devteam.bearer.…`; undefined when there is neither. */
export const bearerOf = ({ headers }: IncomingMessage): string | undefined => {
  const [, token] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "") ?? []
  if (token !== undefined) return token
  return offered(headers["sec-websocket-protocol"])
    .find((name) => name.startsWith(bearerPrefix))
    ?.slice(bearerPrefix.length)
}

/** Which of the offered subprotocols is answered: browsers end the connection when none is. */
export const selectProtocol = (protocols: ReadonlySet<string>): string | false =>
  protocols.has(watchProtocol)
    ? watchProtocol
    : ([...protocols].find((name) => name.startsWith(bearerPrefix)) ?? false)
