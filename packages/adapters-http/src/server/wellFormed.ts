/**
 * Reads bodies strictly: JSON by its media type, valid UTF-8, not too large, not too deep; and says where a request
 * does not fit the contract.
 *
 * Runs behind the authorization, so that nobody's body is read who may not send one.
 */
import { Effect, Layer, Result, SchemaIssue } from "effect"
import { HttpServerRequest } from "effect/http"
import { HttpApiError } from "effect/http-api"
import type { HttpServerResponse } from "effect/http"
import { WellFormed } from "../contract/security.ts"
import { type Refusal, refusal, toResponse } from "./Refusal.ts"

/** The most that a body may have, in bytes. */
export const maxBodyBytes = 1024 * 1024

const maxDepth = 32

/** How deep objects and arrays lie in each other, without recursion. Only for text that is JSON. */
const depthOf = (json: string): number => {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let at = 0; at < json.length; at++) {
    const char = json[at]
    if (inString) {
      if (char === "\\") at += 1
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === "{" || char === "[") deepest = Math.max(deepest, ++depth)
    else if (char === "}" || char === "]") depth -= 1
  }
  return deepest
}

const parse = (bytes: Uint8Array): Result.Result<unknown, Refusal> => {
  let text: string
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return Result.fail(refusal("malformed-json", "The body is not valid UTF-8. Send JSON in UTF-8."))
  }
  if (text.trim() === "") {
    return Result.fail(refusal("malformed-json", "The body is empty. Send a JSON object."))
  }
  // Brackets are counted before parsing: a parser may not survive a million of them.
  if (depthOf(text) > maxDepth) {
    return Result.fail(
      refusal(
        "malformed-json",
        `The body's objects and arrays lie more than ${maxDepth} deep. Send flatter JSON.`
      )
    )
  }
  try {
    return Result.succeed(JSON.parse(text))
  } catch (error) {
    return Result.fail(
      refusal(
        "malformed-json",
        `The body is not JSON: ${error instanceof Error ? error.message : String(error)}.`
      )
    )
  }
}

const isJson = (contentType: string | undefined): boolean =>
  contentType !== undefined && /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType)

const hasBody = ({ headers }: HttpServerRequest.HttpServerRequest): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0

const tooLarge = refusal(
  "too-large",
  `The body is larger than ${maxBodyBytes} bytes. Send less, or put what is large elsewhere and name it.`,
  {},
  { connection: "close" }
)

const readBody = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Uint8Array, Refusal> =>
  Effect.mapError(
    Effect.map(request.arrayBuffer, (buffer) => new Uint8Array(buffer)),
    ({ reason }) =>
      reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
        ? tooLarge
        : refusal("malformed-request", "The body ended before it was complete. Send it again.")
  )

const check = Effect.fnUntraced(function* (wantsBody: boolean) {
  const request = yield* HttpServerRequest.HttpServerRequest
  if (!wantsBody && !hasBody(request)) return
  const { headers } = request
  if (!isJson(headers["content-type"])) {
    return yield* refusal(
      "unsupported-media-type",
      `The body's Content-Type is ${headers["content-type"] ?? "missing"}. Send it as application/json in UTF-8.`
    )
  }
  if (!/^(identity)?$/i.test(headers["content-encoding"] ?? "")) {
    return yield* refusal(
      "unsupported-media-type",
      `The body is encoded as ${headers["content-encoding"]}. Send it as it is.`
    )
  }
  if (Number(headers["content-length"] ?? 0) > maxBodyBytes) return yield* tooLarge
  const body = yield* Effect.fromResult(parse(yield* readBody(request)))
  if (!wantsBody && !(typeof body === "object" && body !== null && Object.keys(body).length === 0)) {
    return yield* refusal(
      "invalid-body",
      "This call takes no body: what it needs stands in its path and query."
    )
  }
})

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

const slots = { Params: "path", Query: "query", Headers: "header", Payload: "body" } as const

const pointerPart = (segment: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof segment === "object" ? segment.key : segment)
    .replaceAll("~", "~0")
    .replaceAll("/", "~1")

/** What does not fit, with where it is. */
const unfit = (error: HttpApiError.HttpApiSchemaError): Refusal => {
  const slot = slots[error.kind as keyof typeof slots]
  const errors = formatIssues(error.cause.issue)
    .issues.slice(0, 50)
    .map(({ path = [], message }) => ({
      pointer: `/${[slot, ...path.map(pointerPart)].join("/")}`,
      message: message.slice(0, 500)
    }))
  const first = errors.at(0)
  const where = first === undefined ? "" : `: ${first.pointer}: ${first.message}`
  return refusal(
    error.kind === "Payload" ? "invalid-body" : "invalid-parameter",
    `The request does not fit the contract${where}. See /docs.`,
    { errors }
  )
}

/** The middleware. What an answer of the server itself does not fit is a defect, and stays one. */
export const layer: Layer.Layer<WellFormed> = Layer.succeed(WellFormed, (httpEffect, { endpoint }) =>
  Effect.andThen(
    check(endpoint.payload.size > 0),
    httpEffect as Effect.Effect<HttpServerResponse.HttpServerResponse, unknown>
  ).pipe(
    Effect.catch((error) => {
      if (HttpApiError.HttpApiSchemaError.is(error)) {
        return error.kind in slots ? toResponse(unfit(error)) : Effect.die(error.cause)
      }
      return toResponse(error as Refusal)
    })
  )
)
