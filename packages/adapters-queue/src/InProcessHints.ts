/**
 * The hints port inside one process.
 *
 * While a hint of an execution waits in the queue a further one is dropped: the waiting one will be taken later than
 * the drop, so whoever takes it sees everything. Nothing survives the process; the sweep finds it again.
 */
import { Effect, Layer, Queue, Stream } from "effect"
import type { ExecutionId } from "@devteam/core/model/Ids"
import { type Hint, Hints, type HintsShape } from "@devteam/core/ports/Hints"

const make = Effect.map(Queue.unbounded<Hint>(), (queue): HintsShape => {
  const waiting = new Set<ExecutionId>()
  const take = Effect.uninterruptibleMask((restore) =>
    Effect.map(restore(Queue.take(queue)), (hint) => {
      // Before the taker looks, or an offer made while it looks would be lost. Uninterruptible, or an id could stay
      // here without its hint and block its execution for ever.
      waiting.delete(hint.executionId)
      return hint
    })
  )
  return {
    offer: (hint) =>
      Effect.sync(() => {
        if (waiting.has(hint.executionId)) return
        waiting.add(hint.executionId)
        Queue.offerUnsafe(queue, hint)
      }),
    take: Stream.fromEffectRepeat(take)
  }
})

/** An empty queue. */
export const layer: Layer.Layer<Hints> = Layer.effect(Hints, make)
