/** Whose turn it is: priority first, then the order of coming, and nobody waits for ever. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as given from "../../src/testing/given.ts"
import { ageingMs, makeWaitingLine, type Turn } from "../../src/worker/waitingLine.ts"

const turn = (name: string, priority = 0): Turn => ({
  executionId: given.executionId(name),
  projectId: given.projectId(`acme/${name}`),
  since: 0,
  cause: "hint",
  priority
})

describe("the waiting line", () => {
  it.effect("takes the higher priority first, and of equals who came first", () =>
    Effect.gen(function* () {
      const line = yield* makeWaitingLine
      for (const one of [turn("a"), turn("b", 5), turn("c"), turn("d", 5)]) yield* line.join(one)
      const order = yield* Effect.replicateEffect(line.take, 4)
      assert.deepStrictEqual(
        order.map(({ executionId }) => String(executionId)),
        ["b", "d", "a", "c"]
      )
    })
  )

  it.effect("whoever waits long enough goes before what came later with more priority", () =>
    Effect.gen(function* () {
      const line = yield* makeWaitingLine
      yield* line.join(turn("patient"))
      yield* TestClock.adjust(Duration.millis(5 * ageingMs))
      yield* line.join(turn("urgent", 4))
      assert.strictEqual(String((yield* line.take).executionId), "patient")
      // Control: without the wait it is the other way round.
      yield* line.join(turn("new"))
      assert.strictEqual(String((yield* line.take).executionId), "urgent")
    })
  )

  it.effect("knows an execution once, until it is forgotten", () =>
    Effect.gen(function* () {
      const line = yield* makeWaitingLine
      yield* line.join(turn("a"))
      yield* line.join(turn("a"))
      assert.strictEqual(yield* line.size, 1)
      yield* line.take
      yield* line.join(turn("a"))
      assert.strictEqual(yield* line.size, 0)
      yield* line.forget(given.executionId("a"))
      yield* line.join(turn("a"))
      assert.strictEqual(yield* line.size, 1)
    })
  )

  it.effect("gives each of many that wait another one", () =>
    Effect.gen(function* () {
      const line = yield* makeWaitingLine
      const takers = yield* Effect.replicateEffect(Effect.forkChild(line.take), 3)
      for (const name of ["a", "b", "c"]) yield* line.join(turn(name))
      const taken = yield* Effect.forEach(takers, Fiber.join)
      assert.lengthOf(new Set(taken.map(({ executionId }) => executionId)), 3)
    })
  )
})
