/**
 * The whole API as one HTTP application, without a socket: what a server listens with, and what a host mounts.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { ByteSize, Effect, Layer } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerResponse } from "effect/http"
import { HttpApiBuilder, HttpApiSwagger } from "effect/http-api"
import { Api } from "../contract/Api.ts"
import { openApiDocument } from "../contract/openapi.ts"
import * as Authorization from "./authorization.ts"
import { withEdge } from "./edge.ts"
import * as Handlers from "./handlers.ts"
import * as WellFormed from "./wellFormed.ts"

/** The page needs its own script and style and nothing from anywhere else. */
const docsPolicy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const withPolicy = HttpRouter.middleware(
  Effect.map(HttpServerResponse.setHeader("content-security-policy", docsPolicy))
)

const openApi = HttpRouter.use((router) =>
  Effect.suspend(() => {
    const text = JSON.stringify(openApiDocument())
    return router.add(
      "GET",
      "/openapi.json",
      HttpServerResponse.text(text, { contentType: "application/json" })
    )
  })
)

const routes = Layer.mergeAll(
  HttpApiBuilder.layer(Api).pipe(Layer.provide(Handlers.layer)),
  openApi,
  HttpApiSwagger.layer(Api, { path: "/docs" }).pipe(Layer.provide(withPolicy.layer))
).pipe(
  Layer.provide(Authorization.layer),
  Layer.provide(WellFormed.layer),
  Layer.provide(NodeHttpServer.layerHttpServices)
)

/** Paths mean what they say, but for a slash at their end. Ids that are too long are the contract's to refuse. */
const routing = {
  caseSensitive: true,
  ignoreDuplicateSlashes: false,
  ignoreTrailingSlash: true,
  maxParamLength: 16_384
}

/** The application. It answers every request, and every error with a problem document. */
const httpApp = Effect.gen(function* () {
  const app = yield* HttpRouter.toHttpEffect(routes)
  const limited = Effect.provideService(
    app,
    HttpIncomingMessage.MaxBodySize,
    ByteSize.bytes(WellFormed.maxBodyBytes)
  )
  return yield* withEdge(limited)
}).pipe(Effect.provideService(HttpRouter.RouterConfig, routing))

/** The application as a listener of `node:http`. Requests end with the scope. */
export const nodeHandler = Effect.gen(function* () {
  const scope = yield* Effect.scope
  return yield* NodeHttpServer.makeHandler(yield* httpApp, { scope })
})
