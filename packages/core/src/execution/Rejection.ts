/**
 * Why a request was not accepted.
 *
 * Pure data; over HTTP it is a 409. It names the status and those from which the request is legal.
 */
import type { RequestName } from "./Command.ts"
import { type Column, legalFrom } from "./transitions.ts"

interface Refused {
  readonly request: RequestName
  readonly status: Column
  readonly legalFrom: ReadonlyArray<Column>
}

/** A request that the table refuses, or one that the table allows and the rest of the state does not. */
export type Rejection =
  | (Refused & { readonly _tag: "NotLegal" })
  | (Refused & { readonly _tag: "NotPossible"; readonly message: string })

/** Makes the rejection of a request in a status. */
export const notLegal = (request: RequestName, status: Column): Rejection => ({
  _tag: "NotLegal",
  request,
  status,
  legalFrom: legalFrom(request)
})

/** Makes the rejection of a request for a reason of its own: a whole sentence that says what to do instead. */
export const notPossible = (request: RequestName, status: Column, message: string): Rejection => ({
  _tag: "NotPossible",
  request,
  status,
  legalFrom: legalFrom(request),
  message
})

/** What a request is, behind "Cannot". */
const acts: Partial<Record<RequestName, string>> = {
  accept: "accept a task's change",
  skip: "skip a task",
  reopen: "reopen a task",
  done: "take a task as done"
}

/** A sentence for people. */
export const describeRejection = (rejection: Rejection): string =>
  rejection._tag === "NotPossible"
    ? rejection.message
    : `Cannot ${acts[rejection.request] ?? rejection.request}: the execution is ${
        rejection.status === "none" ? "not there (none was started)" : `"${rejection.status}"`
      }. ${rejection.request} is possible when it is ${rejection.legalFrom
        .map((column) => (column === "none" ? "not started yet" : column))
        .join(", ")}.`
