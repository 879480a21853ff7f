/**
 * How a request is refused: an error with a problem's name, and its way into an answer.
 *
 * Whatever is said passes the redactor, because details may quote what other programs said.
 */
import { Context, Data, Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import {
  type Problem,
  type ProblemName,
  problemMediaType,
  problemType,
  problemTypes
} from "../contract/problems.ts"

/** What a request carries with it through the server. */
export interface RequestContext {
  readonly correlationId: string
  readonly redact: (text: string) => string
}

/** The present request's. */
export const CurrentRequest = Context.Reference<RequestContext>("@devteam/adapters-http/CurrentRequest", {
  defaultValue: () => ({ correlationId: "none", redact: (text) => text })
})

type Details = Pick<Problem, "errors" | "state" | "legalFrom" | "executionId">

/** Refuses a request. `detail` says what happened, to what, and what to do next. */
export class Refusal extends Data.TaggedError("Refusal")<{
  readonly problem: ProblemName
  readonly detail: string
  readonly more?: Details
  readonly headers?: Readonly<Record<string, string>>
}> {}

/** A refusal. */
export const refusal = (
  problem: ProblemName,
  detail: string,
  more: Details = {},
  headers: Readonly<Record<string, string>> = {}
): Refusal => new Refusal({ problem, detail, more, headers })

/** The problem document of a refusal. */
export const problemOf = (
  { problem, detail, more }: Refusal,
  { correlationId, redact }: RequestContext
): Problem => ({
  type: problemType(problem),
  ...problemTypes[problem],
  detail: redact(detail),
  correlationId,
  ...more,
  ...(more?.errors === undefined
    ? {}
    : { errors: more.errors.map(({ pointer, message }) => ({ pointer, message: redact(message) })) })
})

/** The answer to a refused request. */
export const toResponse = (refused: Refusal): Effect.Effect<HttpServerResponse.HttpServerResponse> =>
  Effect.map(CurrentRequest, (request) =>
    HttpServerResponse.text(JSON.stringify(problemOf(refused, request)), {
      status: problemTypes[refused.problem].status,
      contentType: problemMediaType,
      headers: { ...refused.headers, "cache-control": "no-store" }
    })
  )
