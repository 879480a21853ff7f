/**
 * A project's frames as they come, over as many connections as it takes.
 *
 * Connections that end are made again (`reconnect.ts`) behind the last frame, so that nothing is missed or told
 * twice; where the server can no longer tell something, a `gap` frame says so.
 */
import { cursorOf, type Frame } from "./Frame.ts"
import { reconnectDelay, sleep } from "./reconnect.ts"
import { openSession } from "./session.ts"
import { isFinal, WatchError } from "./WatchError.ts"

/** How watching goes: for a display, and for logs. `attempt` counts from 1 after each success. */
export type WatchState =
  | { readonly state: "connecting"; readonly attempt: number }
  | { readonly state: "open" }
  | {
      readonly state: "waiting"
      readonly attempt: number
      readonly delayMs: number
      /** The close code of the connection that ended (1006: there was none, or it broke). */
      readonly code: number
      readonly reason: string
    }

/** From where on, and for how long. */
export interface WatchOptions {
  /** A frame's cursor, or a project's running number (0: all that is stored); without it what comes from now on. */
  readonly after?: string | number | undefined
  /** Ends the watching: the loop over it is done. */
  readonly signal?: AbortSignal | undefined
  readonly onState?: ((state: WatchState) => void) | undefined
  /** Waits before the next connection; for tests. */
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined
}

/** Where the server is. */
export interface Server {
  /** `http://…` or `https://…`, with or without a path. */
  readonly baseUrl: string
  readonly token?: string | undefined
}

/** A connection that lasted this long was a success, also if nothing happened in it. */
const lastedMs = 10_000

const socketUrl = (baseUrl: string): string => {
  const url = new URL(baseUrl)
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
  url.pathname = `${url.pathname.replace(/\/$/, "")}/ws/devteam`
  return url.href
}

const saysWhereItBegins = ({ type, payload }: Frame): boolean =>
  type === "gap" && payload["reason"] === "not_requested"

/**
 * Watches until the loop over it is left or the signal is aborted. Throws a `WatchError` when the server refuses, and
 * a `TypeError` when the base URL is none.
 */
export async function* watch(
  server: Server,
  projectId: string,
  options: WatchOptions = {}
): AsyncGenerator<Frame, void, undefined> {
  const { signal = new AbortController().signal, onState = () => {} } = options
  const url = socketUrl(server.baseUrl)
  let after = options.after
  let failures = 0
  while (!signal.aborted) {
    onState({ state: "connecting", attempt: failures + 1 })
    let openedAt = Number.POSITIVE_INFINITY
    const opened = (): void => {
      openedAt = performance.now()
      onState({ state: "open" })
    }
    const session = openSession({ url, token: server.token, projectId, after, opened })
    signal.addEventListener("abort", session.close)
    try {
      for (let frame = await session.next(); frame !== undefined; frame = await session.next()) {
        if (signal.aborted) return
        failures = 0
        after = cursorOf(frame) ?? after
        if (!saysWhereItBegins(frame)) yield frame
      }
    } finally {
      signal.removeEventListener("abort", session.close)
      session.close()
    }
    const { code, reason, overflow } = session.end()
    if (isFinal(code)) throw new WatchError(code, reason)
    if (overflow || signal.aborted) continue
    failures = performance.now() - openedAt >= lastedMs ? 1 : failures + 1
    const delayMs = reconnectDelay(failures)
    onState({ state: "waiting", attempt: failures, delayMs, code, reason })
    await (options.sleep ?? sleep)(delayMs, signal)
  }
}
