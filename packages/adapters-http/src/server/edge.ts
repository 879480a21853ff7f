/**
 * What stands before every route: the request's correlation id, the names that the server answers under, the origins
 * whose pages may use it; and behind them: no answer without a problem document where something went wrong.
 *
 * Everything that is refused here had no effect.
 */
import { randomUUID } from "node:crypto"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import { CorrelationId } from "@devteam/core/model/Ids"
import { Host } from "@devteam/core/ports/Host"
import { makeRedactor } from "@devteam/core/redaction/redact"
import { knownSecrets } from "@devteam/core/redaction/Secrets"
import { Cause, Effect, Redacted, Schema } from "effect"
import { HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { problemMediaType } from "../contract/problems.ts"
import { Operator, type OperatorShape } from "./Operator.ts"
import { CurrentRequest, type Refusal, refusal, toResponse } from "./Refusal.ts"
import { methodsOf, withEncodedProject } from "./routes.ts"

type Headers = Readonly<Record<string, string | undefined>>

const isCorrelationId = Schema.is(CorrelationId)

/** The caller's `X-Correlation-Id`, else the trace id of `traceparent`, else a new one. */
export const correlationIdOf = (headers: Headers): CorrelationId => {
  const given = headers["x-correlation-id"]
  if (isCorrelationId(given)) return given
  const trace = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(
    headers["traceparent"] ?? ""
  )?.[1]
  return CorrelationId.make(trace !== undefined && !/^0+$/.test(trace) ? trace : randomUUID())
}

const nameOf = (host: string): string => host.replace(/:\d+$/, "").toLowerCase()

/**
 * Why a request may not come in, judged by its headers alone; undefined when it may. Holds for upgrades as well.
 *
 * A page whose name was bound to this machine's address anew sends its own name as Host; a page of another origin
 * says so in Origin. Programs send neither.
 */
export const foreign = (headers: Headers, { hosts }: Pick<OperatorShape, "hosts">): Refusal | undefined => {
  const { host, origin } = headers
  if (host === undefined || !hosts.has(nameOf(host))) {
    return refusal(
      "host-not-allowed",
      `This server does not answer under the name ${JSON.stringify(host ?? "")}. Use the address that it names when it starts, or have the name allowed: devteam serve --allow-host, or the option hosts of createRunner.`
    )
  }
  const own = host.toLowerCase()
  if (origin === undefined || origin === `http://${own}` || origin === `https://${own}`) return undefined
  return refusal(
    "origin-not-allowed",
    `Pages of ${JSON.stringify(origin)} may not use this server: only its own may, and programs that are no pages.`
  )
}

/** Which of two names a program before this one went by, nobody knows. */
const namesTwoHosts = (request: HttpServerRequest.HttpServerRequest): boolean => {
  const { rawHeaders } = NodeHttpServerRequest.toIncomingMessage(request)
  return rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host").length > 1
}

const targetIsReadable = (target: string): boolean => {
  try {
    decodeURIComponent(target.split("?")[0] ?? "")
    return target.startsWith("/")
  } catch {
    return false
  }
}

const noRoute = (method: string, target: string): Refusal => {
  const methods = methodsOf(target)
  if (methods.length === 0 || methods.includes(method)) {
    return refusal("not-found", "There is nothing under this path. See /docs for what there is.")
  }
  return refusal(
    "method-not-allowed",
    `${method} is not possible here, but ${methods.join(", ")}.`,
    {},
    {
      allow: methods.join(", ")
    }
  )
}

const failed = (method: string, target: string) => (cause: Cause.Cause<unknown>) => {
  const error = Cause.squash(cause)
  if (HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound") {
    return toResponse(noRoute(method, target))
  }
  return Effect.andThen(
    Effect.logError("a request failed", cause),
    toResponse(
      refusal(
        "internal",
        "Something went wrong in the server. Its log has the details under this correlation id."
      )
    )
  )
}

const security = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY"
}

/** Whether an answer says that something went wrong without a problem document; `/ready` says it in its own way. */
const isBareError = (target: string, { status, headers }: HttpServerResponse.HttpServerResponse): boolean =>
  status >= 400 && headers["content-type"] !== problemMediaType && !target.startsWith("/ready")

/** Puts the edge around an application. */
export const withEdge = <E, R>(app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>) =>
  Effect.gen(function* () {
    const operator = yield* Operator
    const host = yield* Host
    const token =
      operator.token === undefined ? [] : [{ name: "the token", value: Redacted.value(operator.token) }]
    const redactor = makeRedactor(knownSecrets([...host.secrets, ...token]))
    const redact = (text: string) => redactor.text(text)
    return Effect.gen(function* () {
      const given = yield* HttpServerRequest.HttpServerRequest
      const correlationId = correlationIdOf(given.headers)
      const { method } = given
      const handled = Effect.gen(function* () {
        const refused = foreign(given.headers, operator)
        if (refused !== undefined) return yield* toResponse(refused)
        if (namesTwoHosts(given)) {
          return yield* toResponse(
            refusal("malformed-request", "The request names its Host twice. Send one Host.")
          )
        }
        if (!targetIsReadable(given.url)) {
          return yield* toResponse(
            refusal("malformed-request", "The path is not a valid one: check its % signs.")
          )
        }
        const target = withEncodedProject(given.url, given.method)
        const request = target === given.url ? given : given.modify({ url: target })
        const response = yield* app.pipe(
          Effect.provideService(HttpServerRequest.HttpServerRequest, request),
          Effect.catchCause((cause) =>
            Cause.hasInterruptsOnly(cause)
              ? Effect.failCause(cause as Cause.Cause<never>)
              : failed(method, target)(cause)
          )
        )
        if (!isBareError(target, response)) return response
        yield* Effect.logError("an answer had no problem document", { status: response.status })
        return yield* toResponse(refusal("internal", "The server could not answer as it should."))
      })
      const response = yield* handled.pipe(
        Effect.provideService(CurrentRequest, { correlationId, redact }),
        Effect.annotateLogs({ correlationId })
      )
      return HttpServerResponse.setHeaders(response, { ...security, "x-correlation-id": correlationId })
    })
  })
