/**
 * Who may call: the bearer token, and what a handler learns about the caller.
 */
import { Context } from "effect"
import { HttpApiMiddleware, HttpApiSecurity } from "effect/http-api"
import { problems } from "./problems.ts"

/** The caller. `name` scopes idempotency keys. */
export class Caller extends Context.Service<Caller, { readonly name: string }>()(
  "@devteam/adapters-http/Caller"
) {}

/** `Authorization: Bearer <token>`. */
export class Authorization extends HttpApiMiddleware.Service<
  Authorization,
  { provides: Caller; requires: never }
>()("@devteam/adapters-http/Authorization", {
  security: { bearer: HttpApiSecurity.bearer },
  error: problems(401)
}) {}

/** Reads bodies strictly, and turns what does not fit the contract into problems. */
export class WellFormed extends HttpApiMiddleware.Service<WellFormed, { provides: never; requires: never }>()(
  "@devteam/adapters-http/WellFormed",
  { error: problems(400, 403, 408, 431, 500, 503) }
) {}
