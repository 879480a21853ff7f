/**
 * What every hint queue has to do: tell a taker, sooner or later, about everything that was offered.
 *
 * Nothing is said of duplicates or of order between executions; a queue may drop a hint whose like is still waiting.
 */
import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Fiber, type Layer, Queue, Stream } from "effect"
import type { ExecutionId } from "../../model/Ids.ts"
import { type Hint, Hints } from "../../ports/Hints.ts"
import * as given from "../given.ts"

/** A hint of an execution. */
export const hintOf = (executionId: ExecutionId): Hint => ({
  executionId,
  projectId: given.projectId(),
  correlationId: given.correlationId(),
  enqueuedAt: given.startedAt
})

/** Registers the suite for one adapter; every test has a queue of its own. */
export const hintsContract = <E>(name: string, hints: Layer.Layer<Hints, E>): void => {
  const check = <F>(title: string, body: Effect.Effect<void, F, Hints>) =>
    it.live(title, () => Effect.provide(body, hints))

  const many = Array.makeBy(50, (index) => hintOf(given.executionId(`hints-${index}`)))

  describe(`Hints contract: ${name}`, () => {
    check(
      "gives what was offered before and while somebody takes",
      Effect.gen(function* () {
        const { offer, take } = yield* Hints
        yield* Effect.forEach(many.slice(0, 25), offer)
        const taken = yield* Effect.forkChild(take.pipe(Stream.take(50), Stream.runCollect))
        yield* Effect.forEach(many.slice(25), offer)
        const byId = (yield* Fiber.join(taken)).map((hint) => hint.executionId).sort()
        assert.deepStrictEqual(byId, many.map((hint) => hint.executionId).sort())
      })
    )

    check(
      "each hint goes to one taker",
      Effect.gen(function* () {
        const { offer, take } = yield* Hints
        const taken = yield* Queue.unbounded<string>()
        const taker = Stream.runForEach(take, ({ executionId }) => Queue.offer(taken, executionId))
        const takers = yield* Effect.forEach([1, 2, 3], () => Effect.forkChild(taker))
        yield* Effect.forEach(many, offer)
        const seen: Array<string> = yield* Queue.takeN(taken, 50)
        yield* Fiber.interruptAll(takers)
        assert.deepStrictEqual(seen.sort(), many.map((hint) => hint.executionId).sort())
        assert.strictEqual(yield* Queue.size(taken), 0)
      })
    )

    check(
      "an offer made while its execution is worked on is given again",
      Effect.gen(function* () {
        const { offer, take } = yield* Hints
        const hint = hintOf(given.executionId())
        let worked = 0
        yield* offer(hint)
        yield* take.pipe(
          Stream.mapEffect((taken) => {
            worked += 1
            return Effect.as(offer(taken), taken)
          }),
          Stream.take(5),
          Stream.runDrain
        )
        assert.strictEqual(worked, 5)
      })
    )
  })
}
