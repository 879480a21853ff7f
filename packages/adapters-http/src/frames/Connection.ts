/**
 * One client: who it is, what it asks for, and when it has to go.
 *
 * Nothing is sent before the client is known. What it says is read one message after the other, also while one of
 * them is being looked up.
 */
import type { IncomingMessage } from "node:http"
import type { Frames, FramesShape } from "@devteam/core/ports/Frames"
import { type Cause, Effect, type Fiber } from "effect"
import type { WebSocket } from "ws"
import { bearerOf } from "./bearer.ts"
import { parseClientMessage, type SubscribeMessage, subscriptionOf } from "./clientMessage.ts"
import { type CloseCode, closeCodes, closeReason } from "./closeCodes.ts"
import { makeOutbox } from "./Outbox.ts"
import { makeRateLimit } from "./RateLimit.ts"
import type { Rooms } from "./Rooms.ts"
import { makeSubscription, type Subscription } from "./Subscription.ts"
import type { WatchAccess, Watcher } from "./WatchAccess.ts"
import type { WatchLimits } from "./WatchLimits.ts"

/** What every connection shares. */
export interface ConnectionContext {
  readonly access: WatchAccess
  readonly limits: WatchLimits
  readonly frames: FramesShape
  readonly rooms: Rooms
  readonly fork: <A, E>(effect: Effect.Effect<A, E, Frames>) => Fiber.Fiber<A, E>
}

const internalReason = "The server made a mistake; its log has the details."

/** See above. */
export interface Connection {
  readonly isAuthenticated: () => boolean
  /** Says why, and ends the connection, if need be without the client's consent. */
  readonly close: (code: CloseCode, reason: string) => void
  /** Pings; a client that left two pings unanswered is ended. */
  readonly beat: () => void
}

/** Takes over an upgraded socket. `query` is that of the address. */
export const connect = (
  socket: WebSocket,
  request: IncomingMessage,
  query: URLSearchParams,
  { access, limits, frames, rooms, fork }: ConnectionContext
): Connection => {
  const subscriptions = new Map<string, Subscription>()
  const inbox: Array<string> = []
  const mayCome = makeRateLimit(limits.inboundPerSecond, limits.inboundBurst)
  let watcher: Watcher | undefined
  let authorizing = false
  let closing = false
  let unanswered = 0

  const release = (): void => {
    closing = true
    clearTimeout(authTimer)
    outbox.close()
    for (const subscription of subscriptions.values()) subscription.close()
    subscriptions.clear()
    inbox.length = 0
  }
  const close = (code: CloseCode, reason: string): void => {
    if (closing) return
    release()
    socket.close(code, closeReason(reason))
    // A client that does not read does not answer either.
    const grace = setTimeout(() => socket.terminate(), limits.closeMs)
    socket.once("close", () => clearTimeout(grace))
  }

  const take = (): Buffer | undefined => {
    for (const [projectId, subscription] of subscriptions) {
      const message = subscription.take()
      if (message === undefined) continue
      // To the end of the line, so that a busy project does not keep the others from being told.
      if (subscriptions.size > 1) {
        subscriptions.delete(projectId)
        subscriptions.set(projectId, subscription)
      }
      return message
    }
    return undefined
  }
  const outbox = makeOutbox(socket, limits, take, () => {
    close(closeCodes.tooSlow, "You do not read fast enough. Connect again and go on behind your last cursor.")
  })
  const authTimer = setTimeout(() => {
    close(closeCodes.authTimeout, 'No token came in time: send {"type":"auth","token":…} first.')
  }, limits.authMs)

  const watch = ({ projectId, after }: SubscribeMessage, who: Watcher): void => {
    if (!who.mayWatch(projectId)) {
      return close(closeCodes.forbidden, `Your token does not allow ${projectId}.`)
    }
    if (!subscriptions.has(projectId) && subscriptions.size >= limits.subscriptions) {
      return close(closeCodes.tooMany, `One connection may watch ${limits.subscriptions} projects.`)
    }
    subscriptions.get(projectId)?.close()
    const subscription = makeSubscription({
      projectId,
      after,
      frames,
      rooms,
      fork,
      wake: outbox.pump,
      invalid: () => close(closeCodes.badFrame, '"after" is no cursor: use payload.cursor of a frame.'),
      broken: () => close(closeCodes.internal, internalReason)
    })
    subscriptions.set(projectId, subscription)
    subscription.start()
  }

  const begin = (who: Watcher): void => {
    const addressed = subscriptionOf(query)
    if (addressed === "invalid") close(closeCodes.badFrame, "The address has no valid projectId and after.")
    else if (addressed !== undefined) watch(addressed, who)
  }
  const authorize = (token: string | undefined): void => {
    authorizing = true
    const asked = Effect.map(access.authorize(token), (who) => {
      authorizing = false
      if (closing) return
      if (who !== undefined) {
        clearTimeout(authTimer)
        const isNew = watcher === undefined
        watcher = who
        if (isNew) begin(who)
      } else if (token !== undefined) close(closeCodes.unauthorized, "The token is not valid.")
      readInbox()
    })
    const failed = (cause: Cause.Cause<unknown>) =>
      Effect.andThen(
        Effect.logError("A watcher's token could not be checked", cause),
        Effect.sync(() => close(closeCodes.internal, internalReason))
      )
    fork(Effect.onError(asked, failed))
  }
  const handle = (text: string): void => {
    const message = parseClientMessage(text)
    if (message === undefined) {
      close(closeCodes.badFrame, 'Neither {"type":"subscribe","projectId":…} nor {"type":"auth","token":…}.')
    } else if (message.type === "auth") authorize(message.token)
    else if (watcher !== undefined) watch(message, watcher)
    else close(closeCodes.unauthorized, 'Send {"type":"auth","token":…} first.')
  }
  const isReady = (): boolean => !authorizing && !closing
  const readInbox = (): void => {
    while (isReady()) {
      const text = inbox.shift()
      if (text === undefined) return
      handle(text)
    }
  }
  const count = (): void => {
    if (!mayCome(performance.now())) close(closeCodes.tooMany, "Too many messages.")
  }

  socket.on("message", (data: Buffer, isBinary: boolean) => {
    count()
    if (closing) return
    if (isBinary) return close(closeCodes.badFrame, "Messages have to be text.")
    inbox.push(data.toString("utf8"))
    readInbox()
  })
  socket.on("ping", count)
  socket.on("pong", () => {
    unanswered = 0
  })
  // The protocol was violated, or the network failed; the socket closes itself.
  socket.on("error", release)
  socket.on("close", release)
  authorize(bearerOf(request))

  return {
    isAuthenticated: () => watcher !== undefined,
    close,
    beat: () => {
      if (unanswered >= 2) return socket.terminate()
      unanswered += 1
      socket.ping()
    }
  }
}
