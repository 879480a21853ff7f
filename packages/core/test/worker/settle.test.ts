/** Whoever settles an abandoned pause does not become the worker of what somebody else resumes meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Leases } from "../../src/ports/Leases.ts"
import * as given from "../../src/testing/given.ts"
import { layerMemory } from "../../src/testing/memory/Everything.ts"
import { settleIfAbandoned } from "../../src/worker/settle.ts"
import { defaultWorkOptions, work } from "../../src/worker/work.ts"
import { as, diesAt } from "./processes.ts"
import { ask, begin, stateOf, stepsOf } from "./support.ts"

const project = given.projectId()
const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const

/** Somebody resumes just after the lease was taken. */
const resumedMeanwhile = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const leases = yield* Leases
    const acquire: typeof leases.acquire = (...input) =>
      Effect.tap(leases.acquire(...input), () => Effect.ignore(Effect.provideService(resume, Leases, leases)))
    const resume = yield* Effect.map(Effect.context<Effect.Services<typeof ask.resume>>(), (context) =>
      Effect.provide(ask.resume, context)
    )
    return yield* Effect.provideService(self, Leases, { ...leases, acquire })
  })

const abandonedPause = Effect.gen(function* () {
  const executionId = yield* begin({}, onlyFirst)
  yield* diesAt(100, executionId, "SELECT:ended")
  yield* ask.pause
  return executionId
})

describe("settling a pause that somebody takes back", () => {
  it.effect("leaves the rest to others", () =>
    Effect.gen(function* () {
      const executionId = yield* abandonedPause
      const before = yield* stepsOf(executionId)
      yield* settleIfAbandoned(project).pipe(as(200), resumedMeanwhile)
      assert.strictEqual((yield* stateOf(executionId)).status, "running")
      assert.deepStrictEqual(yield* stepsOf(executionId), before)
      assert.isTrue(Option.isNone(yield* (yield* Leases).holder(project)))
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("control: a worker would have gone on to the end", () =>
    Effect.gen(function* () {
      const executionId = yield* abandonedPause
      yield* work(executionId, defaultWorkOptions).pipe(as(200), resumedMeanwhile)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )
})
