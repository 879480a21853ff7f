/**
 * A chat/completions endpoint whose answers a test writes. It listens on 127.0.0.1, on a free port.
 *
 * It answers whole messages only; a request for a stream is answered with 400, so that a test would see it.
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

/** A reply with the tokens that it is charged for (1,000 in, 100 out), a refusal, or no answer at all. */
export type ModelAnswer =
  | { readonly text: string; readonly finish?: "stop" | "length" }
  | {
      readonly status: number
      readonly code?: string
      readonly message?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | "hang"

/** The endpoint: its base URL for `OPENAI_API_BASE`, and what it was asked. */
export interface ScriptedModel {
  readonly url: string
  readonly requests: ReadonlyArray<ModelRequest>
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

const completion = (model: string, text: string, finish: string) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_700_000_000,
  model,
  choices: [{ index: 0, finish_reason: finish, message: { role: "assistant", content: text } }],
  usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 }
})

/** Starts an endpoint that answers request number `index` (from 0) by `script`; it closes with the scope. */
export const scriptedModel = (
  script: (index: number, request: ModelRequest) => ModelAnswer
): Effect.Effect<ScriptedModel, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly requests: Array<ModelRequest>; close: () => void }>(
      (resume) => {
        const requests: Array<ModelRequest> = []
        const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
          const body = Schema.decodeUnknownSync(Body)(await bodyOf(incoming))
          if (body.stream === true) return send(response, 400, { error: { message: "no streams here" } })
          const { model, messages } = body
          const request: ModelRequest = {
            key: incoming.headers.authorization?.replace(/^Bearer /, "") ?? "",
            model,
            messages,
            text: messages.map(({ content }) => content).join("\n")
          }
          const scripted = script(requests.push(request) - 1, request)
          if (scripted === "hang") return
          if ("text" in scripted) {
            return send(response, 200, completion(model, scripted.text, scripted.finish ?? "stop"))
          }
          const { status, code, message, headers } = scripted
          send(response, status, { error: { message: message ?? "scripted", code, type: code } }, headers)
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
              close: () => {
                server.close()
                server.closeAllConnections()
              }
            })
          )
        })
      }
    ),
    ({ close }) => Effect.sync(close)
  )
