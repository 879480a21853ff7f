/**
 * What a client may say. Fields that are not known are ignored, so that newer clients can talk to older servers.
 */
import { Option, Schema } from "effect"
import { ProjectIdField } from "../contract/fields.ts"

/** Go on behind this: a cursor, a project's running number, or nothing for what comes from now on. */
export const After = Schema.Union([
  Schema.NonEmptyString.check(Schema.isMaxLength(300)),
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
])

/** See above. */
export const ClientMessage = Schema.Union([
  Schema.Struct({ type: Schema.Literal("auth"), token: Schema.NonEmptyString }),
  Schema.Struct({
    type: Schema.Literal("subscribe"),
    projectId: ProjectIdField,
    after: Schema.optionalKey(After)
  })
])
export type ClientMessage = typeof ClientMessage.Type
export type SubscribeMessage = Extract<ClientMessage, { readonly type: "subscribe" }>

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(ClientMessage))

/** Reads a message; undefined when it is none. */
export const parseClientMessage = (text: string): ClientMessage | undefined =>
  Option.getOrUndefined(decode(text))

const decodeSubscribe = Schema.decodeUnknownOption(ClientMessage)

/** The subscription that the address asks for; undefined when it asks for none, `invalid` when it makes no sense. */
export const subscriptionOf = (query: URLSearchParams): SubscribeMessage | "invalid" | undefined => {
  const projectId = query.get("projectId")
  const after = query.get("after")
  if (projectId === null) return after === null ? undefined : "invalid"
  const message = decodeSubscribe({ type: "subscribe", projectId, ...(after === null ? {} : { after }) })
  return Option.isSome(message) && message.value.type === "subscribe" ? message.value : "invalid"
}
