/**
 * The hints port in memory: a plain queue.
 */
import { Effect, Layer, Queue, Stream } from "effect"
import { type Hint, Hints } from "../../ports/Hints.ts"

/** An empty queue. */
export const layer: Layer.Layer<Hints> = Layer.effect(
  Hints,
  Effect.map(Queue.unbounded<Hint>(), (queue) => ({
    offer: (hint: Hint) => Effect.asVoid(Queue.offer(queue, hint)),
    take: Stream.fromEffectRepeat(Queue.take(queue))
  }))
)
