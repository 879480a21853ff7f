/**
 * Every error that the API answers: RFC 9457 problem documents, and the closed list of their types.
 *
 * A `type` is stable and made for programs; `detail` is for people and may change. `errors` points into the request.
 */
import { Schema } from "effect"
import { HttpApiSchema } from "effect/http-api"

/** The problems by name, each with its status. Its `type` is `urn:devteam:problem:<name>`. */
export const problemTypes = {
  "malformed-request": { status: 400, title: "The request is not well-formed" },
  "malformed-json": { status: 400, title: "The body is not JSON" },
  "invalid-parameter": { status: 400, title: "A parameter of the request is not valid" },
  "invalid-idempotency-key": { status: 400, title: "The Idempotency-Key is not valid" },
  unauthorized: { status: 401, title: "A bearer token is needed" },
  "host-not-allowed": { status: 403, title: "This server does not answer under that name" },
  "origin-not-allowed": { status: 403, title: "Pages of other origins may not use this server" },
  "repository-not-allowed": { status: 403, title: "This repository may not be used here" },
  "not-found": { status: 404, title: "There is nothing here" },
  "unknown-project": { status: 404, title: "There is no such project" },
  "unknown-execution": { status: 404, title: "There is no such execution" },
  "unknown-task": { status: 404, title: "There is no such task" },
  "unknown-artifact": { status: 404, title: "There is no such artifact" },
  "unknown-error": { status: 404, title: "There is no such error" },
  "method-not-allowed": { status: 405, title: "That method is not possible here" },
  timeout: { status: 408, title: "The request did not arrive in time" },
  "not-legal": { status: 409, title: "Not possible in this state" },
  "project-id-taken": { status: 409, title: "The project's id belongs to another repository" },
  "in-progress": { status: 409, title: "The same request is still being accepted" },
  "too-large": { status: 413, title: "The body is too large" },
  "unsupported-media-type": { status: 415, title: "The body has to be JSON" },
  "invalid-body": { status: 422, title: "The body is not valid" },
  "not-registered": { status: 422, title: "There is no such project" },
  "unknown-event-type": { status: 422, title: "No workflow is started by this type of event" },
  "unknown-agent": { status: 422, title: "There is no such agent" },
  "idempotency-key-reused": { status: 422, title: "The Idempotency-Key belongs to another request" },
  "event-id-reused": { status: 422, title: "The event's id belongs to another event" },
  "repository-unusable": { status: 422, title: "There is nothing to work on in the repository" },
  "list-unusable": { status: 422, title: "The task list cannot be read" },
  "headers-too-large": { status: 431, title: "The headers are too large" },
  internal: { status: 500, title: "Something went wrong in the server" },
  "repository-unavailable": { status: 502, title: "The repository cannot be read" },
  unavailable: { status: 503, title: "The server cannot do this at the moment" }
} as const satisfies Record<string, { readonly status: number; readonly title: string }>

/** A problem's name. */
export type ProblemName = keyof typeof problemTypes

/** A problem's `type`. */
export const problemType = (name: ProblemName): string => `urn:devteam:problem:${name}`

/** The media type of problems. */
export const problemMediaType = "application/problem+json"

/** A place in the request (a JSON pointer; `/body/id`, `/query/limit`, `/path/projectId`) and what is wrong there. */
export const ProblemError = Schema.Struct({ pointer: Schema.String, message: Schema.String })
export type ProblemError = typeof ProblemError.Type

/** The body of every answer with a status of 400 and above. */
export const Problem = Schema.Struct({
  type: Schema.String,
  title: Schema.String,
  status: Schema.Int,
  /** What happened, to what, and what to do next. */
  detail: Schema.String,
  /** The request's, as in the log and in `X-Correlation-Id`. */
  correlationId: Schema.String,
  errors: Schema.optionalKey(Schema.Array(ProblemError)),
  /** `not-legal`: the state, and those from which the request is possible. */
  state: Schema.optionalKey(Schema.String),
  legalFrom: Schema.optionalKey(Schema.Array(Schema.String)),
  executionId: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Problem", description: "What went wrong (RFC 9457)." })
export type Problem = typeof Problem.Type

type Status = (typeof problemTypes)[ProblemName]["status"]

const withStatus = (status: Status) =>
  Problem.annotate({
    description: Object.entries(problemTypes)
      .filter(([, known]) => known.status === status)
      .map(([name, { title }]) => `${name}: ${title}`)
      .join("; ")
  }).pipe(HttpApiSchema.status(status), HttpApiSchema.asJson({ contentType: problemMediaType }))

/** Problems with these statuses, as an endpoint declares them. */
export const problems = (...statuses: ReadonlyArray<Status>) => statuses.map(withStatus)
