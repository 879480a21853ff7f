/**
 * What a watcher gets: the envelope of `docs/websocket.md`.
 */

/** One message. `ts` is ISO-8601 UTC. */
export interface Frame {
  readonly type: "execution-update" | "execution-log" | "error" | "completion" | "gap"
  readonly ts: string
  readonly projectId: string
  /**
   * `executionId`, `cursor` and what the frame is about; of a `gap`: `from`, `to`, `reason`; of an `error` of the
   * connection itself: `message`, `retryable`.
   */
  readonly payload: Readonly<Record<string, unknown>>
}

/** The cursor to go on from once the frame is dealt with; undefined when it moves nothing. */
export const cursorOf = ({ type, payload }: Frame): string | undefined => {
  const cursor = type === "gap" ? payload["to"] : payload["cursor"]
  return typeof cursor === "string" ? cursor : undefined
}
