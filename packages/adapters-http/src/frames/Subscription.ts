/**
 * One project on one connection: gives its messages one by one, in order, without hole or repeat.
 *
 * It is asked, it does not send: while a client does not read, nothing is kept for it but at most one page. What is
 * not in the shared window any more is read from the store.
 */
import { formatCursor } from "@devteam/core/envelope/Frame"
import type { ProjectId } from "@devteam/core/model/Ids"
import type { Frames, FramesError, FramesShape, StoredFrame } from "@devteam/core/ports/Frames"
import { Effect, type Fiber } from "effect"
import { encodeFrame } from "./encodeFrame.ts"
import { persistently, type Room, type Rooms } from "./Rooms.ts"
import { type Gap, startingPlace } from "./startingPlace.ts"

const pageSize = 32

/** What a subscription needs. */
export interface SubscriptionOptions {
  readonly projectId: ProjectId
  readonly after: string | number | undefined
  readonly frames: FramesShape
  readonly rooms: Rooms
  readonly fork: <A, E>(effect: Effect.Effect<A, E, Frames>) => Fiber.Fiber<A, E>
  /** There may be something to take. */
  readonly wake: () => void
  /** `after` is no cursor. */
  readonly invalid: () => void
  /** A defect; nothing more will come. */
  readonly broken: () => void
}

/** See above. */
export interface Subscription {
  /** Looks up where to begin. Call it once; `wake` may be called before it returns. */
  readonly start: () => void
  /** The next message; undefined when there is none now: `wake` tells of the next one. */
  readonly take: () => Buffer | undefined
  readonly close: () => void
}

const messageOf = (type: "gap" | "error", projectId: ProjectId, payload: object): Buffer =>
  Buffer.from(JSON.stringify({ type, ts: new Date().toISOString(), projectId, payload }))

/** Makes one. A store that cannot be read is told in an `error` message and asked again. */
export const makeSubscription = (options: SubscriptionOptions): Subscription => {
  const { projectId, after, frames, rooms, fork, wake, invalid, broken } = options
  const notices: Array<Buffer> = []
  let position = 0
  let page: ReadonlyArray<StoredFrame> = []
  let taken = 0
  let room: Room | undefined
  let reading = false
  let closed = false
  let fiber: Fiber.Fiber<unknown, unknown> | undefined

  const cursor = (seq: number): string => formatCursor({ stream: frames.stream, seq })
  const tellGap = (gap: Gap): void => void notices.push(messageOf("gap", projectId, gap))
  const unavailable = ({ message }: FramesError): void => {
    notices.push(messageOf("error", projectId, { message, retryable: true }))
    wake()
  }

  /** Asks the store until it answers, one question at a time. */
  const ask = <A>(effect: Effect.Effect<A, FramesError>, use: (answer: A) => void): void => {
    if (reading || closed) return
    reading = true
    const answered = Effect.map(effect, (answer) => {
      reading = false
      if (closed) return
      use(answer)
      wake()
    })
    fiber = fork(persistently(answered, { unavailable, broken }))
  }

  const begin = ({ first, last }: { readonly first: number; readonly last: number }): void => {
    const place = startingPlace(after, { stream: frames.stream, first, last })
    if (place === undefined) return invalid()
    position = place.position
    if (place.gap !== undefined) tellGap(place.gap)
    room = rooms.enter(projectId, last, { wake, unavailable, broken })
  }

  const readOn = (tailLast: number): void =>
    ask(frames.read(projectId, position, pageSize), (found) => {
      page = found
      taken = 0
      const next = found[0]?.seq ?? tailLast + 1
      if (next <= position + 1) return
      tellGap({ from: cursor(position), to: cursor(next - 1), reason: "expired" })
      position = next - 1
    })

  return {
    start: () => ask(frames.range(projectId), begin),
    take: () => {
      const notice = notices.shift()
      if (notice !== undefined) return notice
      if (room === undefined || reading || closed || position >= room.tail.last()) return undefined
      const message = room.tail.at(position + 1)
      if (message !== undefined) {
        position += 1
        return message
      }
      while ((page[taken]?.seq ?? Number.POSITIVE_INFINITY) <= position) taken += 1
      const stored = page[taken]
      if (stored === undefined) {
        readOn(room.tail.last())
        return undefined
      }
      taken += 1
      position = stored.seq
      return encodeFrame(stored)
    },
    close: () => {
      closed = true
      page = []
      room?.leave()
      fiber?.interruptUnsafe()
    }
  }
}
