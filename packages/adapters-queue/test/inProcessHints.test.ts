import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Fiber, Queue, Stream } from "effect"
import { type Hint, Hints, type HintsShape } from "@devteam/core/ports/Hints"
import { hintOf, hintsContract } from "@devteam/core/testing/contracts/HintsContract"
import { executionId } from "@devteam/core/testing/given"
import { layer } from "../src/InProcessHints.ts"

hintsContract("in process", layer)

const [a, b] = [hintOf(executionId("a")), hintOf(executionId("b"))]

/** The same queue with a dedupe that is wrong: an id is forgotten when its work is done, not when it is taken. */
const forgetful = Effect.map(Queue.unbounded<Hint>(), (queue): HintsShape => {
  const known = new Set<string>()
  return {
    offer: (hint) =>
      Effect.sync(() => {
        if (known.has(hint.executionId)) return
        known.add(hint.executionId)
        Queue.offerUnsafe(queue, hint)
      }),
    take: Stream.fromEffectRepeat(Queue.take(queue))
  }
})

/** Takes a hint, and while it works on it the same execution is offered again. */
const offeredWhileWorking = ({ offer, take }: HintsShape) =>
  Effect.gen(function* () {
    yield* offer(a)
    yield* offer(b)
    const taken = take.pipe(
      Stream.mapEffect((hint) => Effect.as(hint === a ? offer(a) : Effect.void, hint.executionId)),
      Stream.take(3),
      Stream.runCollect
    )
    return yield* Effect.timeoutOrElse(taken, {
      duration: "200 millis",
      orElse: () => Effect.succeed(["lost"])
    })
  })

describe("InProcessHints", () => {
  it.live("drops a hint whose like still waits", () =>
    Effect.gen(function* () {
      const { offer, take } = yield* Hints
      for (const hint of [a, a, b, a, b]) yield* offer(hint)
      yield* offer(hintOf(executionId("last")))
      const taken = yield* take.pipe(Stream.take(3), Stream.runCollect)
      assert.deepStrictEqual(
        taken.map((hint) => hint.executionId),
        ["a", "b", "last"]
      )
    }).pipe(Effect.provide(layer))
  )

  it.live("never drops one that came while its execution was worked on", () =>
    Effect.gen(function* () {
      const seen = yield* offeredWhileWorking(yield* Hints)
      assert.deepStrictEqual(seen, ["a", "b", "a"])
      const control = yield* offeredWhileWorking(yield* forgetful)
      assert.deepStrictEqual(control, ["lost"], "control: the other dedupe loses it")
    }).pipe(Effect.provide(layer))
  )

  it.live("takers that are interrupted block no execution", () =>
    Effect.gen(function* () {
      const { offer, take } = yield* Hints
      const rounds = Number(process.env["DEVTEAM_ROUNDS"] ?? 200)
      for (let round = 0; round < rounds; round += 1) {
        const takers = yield* Effect.forEach(Array.range(1, 3), () => Effect.forkChild(Stream.runDrain(take)))
        if (round % 2 === 0) yield* Effect.yieldNow
        yield* offer(a)
        if (round % 3 === 0) yield* Effect.yieldNow
        yield* Fiber.interruptAll(takers)
        yield* offer(a)
        const [taken] = yield* take.pipe(Stream.take(1), Stream.runCollect)
        assert.strictEqual(taken?.executionId, a.executionId)
      }
    }).pipe(Effect.provide(layer))
  )
})
