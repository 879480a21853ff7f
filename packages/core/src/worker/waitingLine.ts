/**
 * Who waits for a slot, and whose turn it is next: higher priority first, and whoever waits long enough moves up.
 *
 * An execution stands in the line or is worked on, never both, and never twice. Nothing here is durable; the sweep
 * finds everybody again.
 */
import { Clock, Effect, Queue, Ref } from "effect"
import type { ExecutionId, ProjectId } from "../model/Ids.ts"

/** A wish for a turn. `since`: when the execution became runnable; `priority`: 0 to 9, more goes first. */
export interface Turn {
  readonly executionId: ExecutionId
  readonly projectId: ProjectId
  readonly since: number
  readonly cause: "hint" | "sweep" | "turn"
  readonly priority: number
}

/** A minute of waiting is worth one step of priority, so that nobody waits for ever. */
export const ageingMs = 60_000

const weight = ({ priority }: Turn, joined: number, now: number): number =>
  priority + Math.floor((now - joined) / ageingMs)

interface Waiting {
  readonly turn: Turn
  readonly joined: number
}

/** The next one: the weightiest, and of equals the one that joined first. */
const nextOf = (waiting: ReadonlyArray<Waiting>, now: number): Waiting | undefined => {
  let best: Waiting | undefined
  for (const one of waiting) {
    if (best === undefined || weight(one.turn, one.joined, now) > weight(best.turn, best.joined, now))
      best = one
  }
  return best
}

/** See the module. */
export interface WaitingLine {
  /** Does nothing for an execution that is known already. */
  readonly join: (turn: Turn) => Effect.Effect<void>
  /** Waits for somebody, and takes the next one out. It stays known until it is forgotten. */
  readonly take: Effect.Effect<Turn>
  readonly forget: (executionId: ExecutionId) => Effect.Effect<void>
  /** How many wait. */
  readonly size: Effect.Effect<number>
}

/** Makes an empty line. */
export const makeWaitingLine: Effect.Effect<WaitingLine> = Effect.gen(function* () {
  const waiting = yield* Ref.make<ReadonlyArray<Waiting>>([])
  const known = yield* Ref.make<ReadonlySet<ExecutionId>>(new Set())
  // One ticket for each that waits: who holds one finds somebody.
  const tickets = yield* Queue.unbounded<void>()

  const takeOut = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    return yield* Ref.modify(waiting, (all) => {
      const next = nextOf(all, now)
      return [next?.turn, all.filter((one) => one !== next)] as const
    })
  })
  const take: Effect.Effect<Turn> = Effect.gen(function* () {
    yield* Queue.take(tickets)
    const turn = yield* takeOut
    return turn ?? (yield* take)
  })

  return {
    join: Effect.fnUntraced(function* (turn: Turn) {
      const joined = yield* Clock.currentTimeMillis
      const fresh = yield* Ref.modify(known, (ids) =>
        ids.has(turn.executionId) ? [false, ids] : [true, new Set([...ids, turn.executionId])]
      )
      if (!fresh) return
      yield* Ref.update(waiting, (all) => [...all, { turn, joined }])
      yield* Queue.offer(tickets, undefined)
    }),
    take,
    forget: (executionId) =>
      Ref.update(known, (ids) => new Set([...ids].filter((other) => other !== executionId))),
    size: Effect.map(Ref.get(waiting), (all) => all.length)
  }
})
