/**
 * Why a request was not accepted.
 *
 * Pure data; over HTTP it is a 409. It names the status and those from which the request is legal.
 */
import type { RequestName } from "./Command.ts"
import { type Column, legalFrom } from "./transitions.ts"

/** A request that the table refuses. */
export interface Rejection {
  readonly _tag: "NotLegal"
  readonly request: RequestName
  readonly status: Column
  readonly legalFrom: ReadonlyArray<Column>
}

/** Makes the rejection of a request in a status. */
export const notLegal = (request: RequestName, status: Column): Rejection => ({
  _tag: "NotLegal",
  request,
  status,
  legalFrom: legalFrom(request)
})

/** A sentence for people. */
export const describeRejection = (rejection: Rejection): string =>
  `Cannot ${rejection.request}: the execution is ${
    rejection.status === "none" ? "not there (none was started)" : `"${rejection.status}"`
  }. ${rejection.request} is possible when it is ${rejection.legalFrom
    .map((column) => (column === "none" ? "not started yet" : column))
    .join(", ")}.`
