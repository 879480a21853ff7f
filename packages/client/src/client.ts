/**
 * The API as functions: one call per operation of `openapi.json`, and watching.
 *
 * Runs where `fetch` and `WebSocket` are global: Node from 22 on, and browsers.
 *
 * ```ts
 * const client = createClient({ baseUrl: "http://127.0.0.1:4710", token })
 * const status = await client.call("GET /api/devteam/automation/status/{projectId}", {
 *   path: { projectId: "acme/shop" }
 * })
 * for await (const frame of client.watch("acme/shop")) console.log(frame.type, frame.payload)
 * ```
 */
import type { Operations, Problem } from "./api.ts"
import { ApiError, UnexpectedAnswer } from "./ApiError.ts"
import type { Frame } from "./Frame.ts"
import { type Server, watch, type WatchOptions } from "./watch.ts"

/** What a call takes; nothing where nothing is needed. */
export type Input<Name extends keyof Operations> =
  Record<never, never> extends Operations[Name]["input"]
    ? [input?: Operations[Name]["input"]]
    : [input: Operations[Name]["input"]]

/** See above. */
export interface Client {
  /**
   * Calls the server. Rejects with an `ApiError` for what the server refuses, an `UnexpectedAnswer` for what is not its
   * answer, and as `fetch` does when there is no connection.
   */
  readonly call: <Name extends keyof Operations>(
    operation: Name,
    ...input: Input<Name>
  ) => Promise<Operations[Name]["answer"]>
  /** A project's frames as they come; see `watch.ts`. */
  readonly watch: (projectId: string, options?: WatchOptions) => AsyncGenerator<Frame, void, undefined>
}

type Values = Readonly<Record<string, string | number | undefined>>

interface AnyInput {
  readonly path?: Values
  readonly query?: Values
  readonly body?: unknown
  readonly idempotencyKey?: string
}

const addressOf = (baseUrl: string, template: string, { path = {}, query = {} }: AnyInput): URL => {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])))
  const url = new URL(baseUrl)
  url.pathname = url.pathname.replace(/\/$/, "") + filled
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value))
  }
  return url
}

const requestOf = (method: string, token: string | undefined, { body, idempotencyKey }: AnyInput) => ({
  method,
  headers: {
    accept: "application/json, text/plain, application/problem+json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
    ...(body === undefined ? {} : { "content-type": "application/json" })
  },
  ...(body === undefined ? {} : { body: JSON.stringify(body) })
})

const perform = async (server: Server, operation: string, input: AnyInput): Promise<unknown> => {
  const [method = "GET", template = "/"] = operation.split(" ")
  const url = addressOf(server.baseUrl, template, input)
  const response = await fetch(url, requestOf(method, server.token, input))
  const mediaType = (response.headers.get("content-type") ?? "").split(";")[0] ?? ""
  if (mediaType === "application/problem+json") throw new ApiError((await response.json()) as Problem)
  if (mediaType === "application/json") return response.json()
  if (response.ok && mediaType === "text/plain") return response.text()
  throw new UnexpectedAnswer(operation, response.status, mediaType === "" ? "nothing" : mediaType)
}

/** Makes a client. It holds no connection. */
export const createClient = (server: Server): Client => ({
  call: (operation, ...[input = {}]) => perform(server, operation, input as AnyInput) as Promise<never>,
  watch: (projectId, options) => watch(server, projectId, options)
})
