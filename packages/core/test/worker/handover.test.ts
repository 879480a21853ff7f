/** Giving the project back: at a task's end, while waiting, at an interruption. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { Leases } from "../../src/ports/Leases.ts"
import * as given from "../../src/testing/given.ts"
import { layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import { defaultWorkOptions, work } from "../../src/worker/work.ts"
import { ask, begin, run, stateOf, stepsOf } from "./support.ts"

const project = given.projectId()

describe("giving the project back", () => {
  it.effect("at a task boundary where others wait, and not within a task", () =>
    Effect.gen(function* () {
      let asked = 0
      const options = {
        ...defaultWorkOptions,
        yieldAtBoundary: Effect.sync(() => {
          asked += 1
          return true
        })
      }
      const executionId = yield* begin()
      const leases = yield* Leases
      assert.deepStrictEqual(yield* work(executionId, options), { _tag: "Yielded" })
      assert.deepStrictEqual(yield* stepsOf(executionId), ["INITIALIZE"])
      assert.deepStrictEqual(yield* work(executionId, options), { _tag: "Yielded" })
      assert.strictEqual((yield* stateOf(executionId)).totals.completed, 1)
      assert.isTrue(Option.isNone(yield* leases.holder(project)))
      assert.deepStrictEqual(yield* work(executionId, options), { _tag: "Yielded" })
      assert.deepStrictEqual(yield* work(executionId, options), { _tag: "Rested", status: "completed" })
      assert.strictEqual(asked, 3)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("drive takes it again and goes on to the end", () =>
    Effect.gen(function* () {
      const executionId = yield* begin()
      const options = { ...defaultWorkOptions, yieldAtBoundary: Effect.succeed(true) }
      assert.deepStrictEqual(yield* drive(executionId, options), { _tag: "Rested", status: "completed" })
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("drive of what is over returns at once", () =>
    Effect.gen(function* () {
      const executionId = yield* run()
      assert.deepStrictEqual(yield* drive(executionId), { _tag: "Rested", status: "completed" })
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a wait ends as soon as somebody asks for something", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* begin()
      world.remote.reachable = false
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* TestClock.adjust("20 minutes")
      yield* ask.pause
      // No time passes: only what was asked can have ended the wait.
      assert.deepStrictEqual(yield* Fiber.join(fiber), { _tag: "Rested", status: "paused" })
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("the interruption of a worker gives the lease back and ends what it started", () =>
    Effect.gen(function* () {
      const world = yield* World
      const building = yield* Deferred.make<void>()
      const ended = yield* Deferred.make<void>()
      world.build = () =>
        Deferred.succeed(building, undefined).pipe(
          Effect.andThen(Effect.never),
          Effect.onInterrupt(() => Deferred.succeed(ended, undefined))
        )
      const executionId = yield* begin()
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* Deferred.await(building)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(yield* Deferred.isDone(ended))
      const leases = yield* Leases
      assert.isTrue(Option.isNone(yield* leases.holder(project)))
      assert.deepStrictEqual([...world.machine.directories], [])
    }).pipe(Effect.provide(layerMemory()))
  )
})
