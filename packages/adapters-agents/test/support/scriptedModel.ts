/**
 * A chat/completions endpoint whose answers a test writes. It listens on 127.0.0.1, on a free port.
 *
 * It answers whole messages only; a request for a stream is answered with 400, so that a test would see it. Requests
 * for anything else are noted as strays, and get 404.
 */
import { Effect, Schema, type Scope } from "effect"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"

/** One request as it came. */
export interface ModelRequest {
  readonly key: string
  readonly model: string
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>
  /** All messages' text. */
  readonly text: string
}

/** A message of the model: a reply that is charged for (1,000 tokens in, 100 out), or one that says nothing. */
export interface ModelReply {
  readonly text: string
  readonly finish?: "stop" | "length" | "content_filter"
  /** A function that the model calls instead of answering. */
  readonly calls?: string
  /** How many times that is charged; false: the provider does not say. */
  readonly counted?: number | false
  /** Blank bytes come first, one every 300 ms: for so many seconds, or for ever. */
  readonly drips?: number | "forever"
}

/**
 * A reply, a refusal, a body that is no JSON, or what happens to connections: `hang` never answers, `reset` breaks off
 * in the middle.
 */
export type ModelAnswer =
  | ModelReply
  | {
      readonly status: number
      readonly code?: string
      readonly message?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | { readonly html: string }
  | "hang"
  | "reset"

/** The endpoint: its base URL for `OPENAI_API_BASE`, and what it was asked. */
export interface ScriptedModel {
  readonly url: string
  readonly requests: ReadonlyArray<ModelRequest>
  /** Method and path of every request that is not for a chat completion. */
  readonly strays: ReadonlyArray<string>
}

const Body = Schema.fromJsonString(
  Schema.Struct({
    model: Schema.String,
    stream: Schema.optionalKey(Schema.Boolean),
    messages: Schema.Array(Schema.Struct({ role: Schema.String, content: Schema.String }))
  })
)

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString("utf8")
}

const send = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { "content-type": "application/json", ...headers })
  response.end(JSON.stringify(body))
}

const usageOf = (times: number) => ({
  prompt_tokens: 1_000 * times,
  completion_tokens: 100 * times,
  total_tokens: 1_100 * times
})

const completion = (model: string, { text, finish, calls, counted }: ModelReply) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_700_000_000,
  model,
  choices: [
    {
      index: 0,
      finish_reason: calls === undefined ? (finish ?? "stop") : "tool_calls",
      message:
        calls === undefined
          ? { role: "assistant", content: text }
          : {
              role: "assistant",
              content: null,
              tool_calls: [{ id: "call_1", type: "function", function: { name: calls, arguments: "{}" } }]
            }
    }
  ],
  ...(counted === false ? {} : { usage: usageOf(counted ?? 1) })
})

const drip = (response: ServerResponse, seconds: number | "forever", end: () => void): void => {
  response.writeHead(200, { "content-type": "application/json" })
  let left = seconds === "forever" ? Number.POSITIVE_INFINITY : seconds / 0.3
  const timer = setInterval(() => {
    left -= 1
    if (left > 0) return void response.write(" ")
    clearInterval(timer)
    end()
  }, 300)
  response.on("close", () => clearInterval(timer))
}

const reply = (response: ServerResponse, model: string, scripted: ModelReply): void => {
  const body = completion(model, scripted)
  if (scripted.drips === undefined) return send(response, 200, body)
  drip(response, scripted.drips, () => response.end(JSON.stringify(body)))
}

const breakOff = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "application/json", "content-length": 1_000 })
  response.write('{"id":', () => response.destroy())
}

const carryOut = (response: ServerResponse, model: string, scripted: ModelAnswer): void => {
  if (scripted === "hang") return
  if (scripted === "reset") return breakOff(response)
  if ("text" in scripted) return reply(response, model, scripted)
  if ("html" in scripted) {
    response.writeHead(200, { "content-type": "text/html" })
    return void response.end(scripted.html)
  }
  const { status, code, message, headers } = scripted
  send(response, status, { error: { message: message ?? "scripted", code, type: code } }, headers)
}

/** Starts an endpoint that answers request number `index` (from 0) by `script`; it closes with the scope. */
export const scriptedModel = (
  script: (index: number, request: ModelRequest) => ModelAnswer
): Effect.Effect<ScriptedModel, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<ScriptedModel & { readonly close: () => void }>((resume) => {
      const requests: Array<ModelRequest> = []
      const strays: Array<string> = []
      const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
        if (incoming.method !== "POST" || incoming.url !== "/v1/chat/completions") {
          strays.push(`${incoming.method} ${incoming.url}`)
          return send(response, 404, { error: { message: "not scripted" } })
        }
        const body = Schema.decodeUnknownSync(Body)(await bodyOf(incoming))
        if (body.stream === true) return send(response, 400, { error: { message: "no streams here" } })
        const { model, messages } = body
        const request: ModelRequest = {
          key: incoming.headers.authorization?.replace(/^Bearer /, "") ?? "",
          model,
          messages,
          text: messages.map(({ content }) => content).join("\n")
        }
        carryOut(response, model, script(requests.push(request) - 1, request))
      }
      const server = createServer((incoming, response) => {
        answer(incoming, response).catch((error: unknown) => {
          send(response, 500, { error: { message: String(error) } })
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(
          Effect.succeed({
            url: `http://127.0.0.1:${port}/v1`,
            requests,
            strays,
            close: () => {
              server.close()
              server.closeAllConnections()
            }
          })
        )
      })
    }),
    ({ close }) => Effect.sync(close)
  )
