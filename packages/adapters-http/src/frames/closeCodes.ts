/**
 * Why a connection was closed: part of the public contract, so a code never changes its meaning.
 *
 * 1002 and 1007 come from the protocol itself: what came was no WebSocket frame, or no UTF-8.
 */

/** The codes that the server closes with. */
export const closeCodes = {
  /** A message was larger than 64 KiB. */
  tooBig: 1009,
  /** A mistake in the server; its log has it. */
  internal: 1011,
  /** The server goes down or restarts; connect again. */
  restart: 1012,
  /** The client did not read fast enough for too long; connect again and resume. */
  tooSlow: 1013,
  /** A message, the query or a cursor that cannot be understood. */
  badFrame: 4400,
  /** No valid token. */
  unauthorized: 4401,
  /** The token does not allow this project. */
  forbidden: 4403,
  /** No token within the time for it. */
  authTimeout: 4408,
  /** Too many connections, subscriptions or messages. */
  tooMany: 4429
} as const
export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes]

const maxReasonBytes = 123

/** The reason as a close frame takes it: at most 123 bytes of UTF-8. */
export const closeReason = (text: string): string => {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxReasonBytes))
  return text.slice(0, read)
}
