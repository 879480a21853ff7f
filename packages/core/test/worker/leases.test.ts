/** Who works on a project: one at a time, also when a worker stalls and comes back. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Failpoints } from "../../src/ports/Failpoints.ts"
import { Frames } from "../../src/ports/Frames.ts"
import { Journal } from "../../src/ports/Journal.ts"
import { LeaseError, Leases } from "../../src/ports/Leases.ts"
import * as given from "../../src/testing/given.ts"
import { layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import { defaultWorkOptions, work } from "../../src/worker/work.ts"
import { as, commits, stall } from "./processes.ts"
import { begin, eventsNamed, stateOf, stepsOf } from "./support.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const
const project = given.projectId()

describe("two workers", () => {
  it.effect("the second finds the project busy, and is told who holds it", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { reached, release, stalls } = yield* stall("IMPLEMENT:started")
      const executionId = yield* begin({}, onlyFirst)
      const first = yield* Effect.forkChild(drive(executionId).pipe(stalls))
      yield* reached
      const second = yield* drive(executionId).pipe(as(200))
      assert.deepStrictEqual(second, { _tag: "Busy", owner: world.host.owner })
      yield* release
      assert.deepStrictEqual(yield* Fiber.join(first), { _tag: "Rested", status: "completed" })
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a long step keeps its lease as long as its worker lives", () =>
    Effect.gen(function* () {
      const { reached, release, stalls } = yield* stall("VERIFY:started")
      const executionId = yield* begin({}, onlyFirst)
      const first = yield* Effect.forkChild(drive(executionId).pipe(stalls))
      yield* reached
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* drive(executionId).pipe(as(200)))._tag, "Busy")
      yield* release
      yield* Fiber.join(first)
      assert.strictEqual((yield* stateOf(executionId)).crashes, 0)
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("a worker that lost its lease without knowing", () => {
  const takenOver = Effect.fnUntraced(function* (place: string) {
    const world = yield* World
    const executionId = yield* begin({}, onlyFirst)
    const { reached, release, stalls } = yield* stall(place)
    const old = yield* Effect.forkChild(drive(executionId).pipe(stalls))
    yield* reached
    // The machine takes it for dead: it was stopped, and goes on later.
    world.machine.dead.add(100)
    return { executionId, old, release }
  })

  it.effect("writes nothing any more: not to the journal, not to frames, and it says Lost or Busy", () =>
    Effect.gen(function* () {
      const { executionId, old, release } = yield* takenOver("VERIFY:started")
      const next = yield* stall("MERGE:started")
      const newer = yield* Effect.forkChild(drive(executionId).pipe(next.stalls, as(200)))
      yield* next.reached
      const journal = yield* Journal
      const frames = yield* Frames
      const before = [yield* journal.records(executionId, 0), yield* frames.range(project)]
      yield* release
      assert.strictEqual((yield* Fiber.join(old))._tag, "Busy")
      assert.deepStrictEqual([yield* journal.records(executionId, 0), yield* frames.range(project)], before)
      yield* next.release
      assert.deepStrictEqual(yield* Fiber.join(newer), { _tag: "Rested", status: "completed" })
      const epochs = (yield* journal.records(executionId, 0)).map(({ epoch }) => epoch)
      assert.deepStrictEqual(
        epochs,
        epochs.toSorted((a, b) => a - b)
      )
      assert.lengthOf(yield* commits, 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("leaves the directories alone that its successor works in", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { executionId, old, release } = yield* takenOver("VERIFY:started")
      const next = yield* stall("VERIFY:effect")
      const newer = yield* Effect.forkChild(drive(executionId).pipe(next.stalls, as(200)))
      yield* next.reached
      const before = [...world.machine.directories]
      assert.isAbove(before.length, 0)
      yield* release
      yield* Fiber.join(old)
      assert.deepStrictEqual(
        before.filter((directory) => !world.machine.directories.has(directory)),
        []
      )
      yield* next.release
      yield* Fiber.join(newer)
      assert.deepStrictEqual([...world.machine.directories], [])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("is cut off by the failed renewal, in the middle of a step", () =>
    Effect.gen(function* () {
      const world = yield* World
      const leases = yield* Leases
      const lost = Effect.fail(new LeaseError({ reason: "lost", message: "taken" }))
      const building = yield* Deferred.make<void>()
      world.build = () => Effect.andThen(Deferred.succeed(building, undefined), Effect.never)
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(
        work(executionId, defaultWorkOptions).pipe(
          Effect.provideService(Leases, { ...leases, renew: () => lost })
        )
      )
      yield* Deferred.await(building)
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual(yield* Fiber.join(fiber), { _tag: "Lost" })
      assert.deepStrictEqual((yield* stepsOf(executionId)).at(-1), "VERIFY")
      assert.lengthOf(yield* eventsNamed(executionId, "Verified"), 0)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a database that is away for a moment is no lost lease", () =>
    Effect.gen(function* () {
      const leases = yield* Leases
      let fails = 3
      const flaky = {
        ...leases,
        renew: (...input: Parameters<typeof leases.renew>) =>
          fails-- > 0
            ? Effect.fail(new LeaseError({ reason: "unavailable", message: "busy" }))
            : leases.renew(...input)
      }
      const { reached, release, stalls } = yield* stall("VERIFY:started")
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(
        drive(executionId).pipe(stalls, Effect.provideService(Leases, flaky))
      )
      yield* reached
      yield* TestClock.adjust("2 minutes")
      yield* release
      assert.deepStrictEqual(yield* Fiber.join(fiber), { _tag: "Rested", status: "completed" })
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("cannot push: its fence is sealed over by the successor", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { executionId, old, release } = yield* takenOver("MERGE:ended")
      yield* drive(executionId).pipe(as(200))
      const head = world.person.head()
      yield* release
      yield* Fiber.join(old)
      assert.strictEqual(world.person.head(), head)
      assert.lengthOf(yield* commits, 1)
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("a worker that is closed in an orderly way", () => {
  it.effect("says that its step was cut off, and that counts as no crash", () =>
    Effect.gen(function* () {
      const executionId = yield* begin({}, onlyFirst)
      const { reached, stalls } = yield* stall("IMPLEMENT:started")
      const fiber = yield* Effect.forkChild(drive(executionId).pipe(stalls))
      yield* reached
      yield* Fiber.interrupt(fiber)
      const state = yield* stateOf(executionId)
      assert.deepStrictEqual([state.active, state.crashes], [undefined, 0])
      assert.deepStrictEqual(yield* drive(executionId), { _tag: "Rested", status: "completed" })
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("finishes a push, and says what became of it", () =>
    Effect.gen(function* () {
      const executionId = yield* begin({}, onlyFirst)
      const pushed = yield* Deferred.make<void>()
      const answered = yield* Deferred.make<void>()
      const waits = Effect.andThen(Deferred.succeed(pushed, undefined), Deferred.await(answered))
      const fiber = yield* Effect.forkChild(
        drive(executionId).pipe(
          Effect.provideService(Failpoints, (name) => (name === "PUSH:effect" ? waits : Effect.void))
        )
      )
      yield* Deferred.await(pushed)
      const closing = yield* Effect.forkChild(Fiber.interrupt(fiber), { startImmediately: true })
      yield* Deferred.succeed(answered, undefined)
      yield* Fiber.join(closing)
      const resolved = yield* eventsNamed(executionId, "PushResolved")
      assert.deepStrictEqual(
        resolved.map(({ outcome }) => outcome._tag),
        ["Landed"]
      )
      assert.isUndefined((yield* stateOf(executionId)).active)
    }).pipe(Effect.provide(layerMemory()))
  )
})
