/**
 * The bearer token, compared in constant time.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import { Effect, Layer, Redacted } from "effect"
import { Authorization, Caller } from "../contract/security.ts"
import { Operator } from "./Operator.ts"
import { refusal, toResponse } from "./Refusal.ts"

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Whether a token is the server's. */
export const isToken = (given: string, expected: Redacted.Redacted): boolean =>
  timingSafeEqual(digest(given), digest(Redacted.value(expected)))

const challenge = { "www-authenticate": 'Bearer realm="devteam"' }

/** The middleware. */
export const layer: Layer.Layer<Authorization, never, Operator> = Layer.effect(
  Authorization,
  Effect.map(Operator, ({ token }) =>
    Authorization.of({
      bearer: (httpEffect, { credential }) => {
        if (token === undefined) return Effect.provideService(httpEffect, Caller, { name: "anybody" })
        const given = Redacted.value(credential)
        if (isToken(given, token)) return Effect.provideService(httpEffect, Caller, { name: "token" })
        const detail =
          given === ""
            ? "Send Authorization: Bearer <token>. The token stands in the file that the server names when it starts."
            : "That is not this server's token. It stands in the file that the server names when it starts."
        return toResponse(refusal("unauthorized", detail, {}, challenge))
      }
    })
  )
)
