/** Workers that die at every place, are taken over, and may come back from the dead. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Artifacts } from "../../src/ports/Artifacts.ts"
import { Leases } from "../../src/ports/Leases.ts"
import * as given from "../../src/testing/given.ts"
import { layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import { settleIfAbandoned } from "../../src/worker/settle.ts"
import { as, commits, diesAt, stall } from "./processes.ts"
import { ask, begin, eventsNamed, joinInTime, stateOf, stepsOf } from "./support.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const
const project = given.projectId()

describe("a worker that died", () => {
  for (const place of [
    "INITIALIZE:started",
    "SELECT:ended",
    "PREP:started",
    "IMPLEMENT:ending",
    "VERIFY:started",
    "MERGE:ended"
  ]) {
    it.effect(`at ${place} is taken over at once, and the task is one commit`, () =>
      Effect.gen(function* () {
        const executionId = yield* begin({}, onlyFirst)
        const dead = yield* diesAt(100, executionId, place)
        assert.deepStrictEqual(yield* drive(executionId).pipe(as(200)), {
          _tag: "Rested",
          status: "completed"
        })
        assert.lengthOf(yield* commits, 1)
        const interrupted = yield* eventsNamed(executionId, "StepInterrupted")
        assert.deepStrictEqual(
          interrupted.map(({ cause, step }) => `${step} ${cause}`),
          place.endsWith(":ended") ? [] : [`${place.split(":")[0]} crashed`]
        )
        yield* dead.comesBack
        assert.lengthOf(yield* commits, 1)
      }).pipe(Effect.provide(layerMemory()))
    )
  }

  it.effect("after its candidate was stored: the agent is not paid twice", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* begin({}, onlyFirst)
      const dead = yield* diesAt(100, executionId, "IMPLEMENT:ending")
      yield* drive(executionId).pipe(as(200))
      assert.lengthOf(world.agent.runs, 1)
      yield* dead.comesBack
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("control: without the stored result the agent would be paid twice", () =>
    Effect.gen(function* () {
      const world = yield* World
      const artifacts = yield* Artifacts
      const forgetful = {
        ...artifacts,
        get: (...[id, key, visibility]: Parameters<typeof artifacts.get>) =>
          visibility === "private" && key.kind.endsWith(".json")
            ? Effect.succeedNone
            : artifacts.get(id, key, visibility)
      }
      const executionId = yield* begin({}, onlyFirst)
      const dead = yield* diesAt(100, executionId, "IMPLEMENT:ending")
      yield* drive(executionId).pipe(as(200), Effect.provideService(Artifacts, forgetful))
      assert.lengthOf(world.agent.runs, 2)
      yield* dead.comesBack
    }).pipe(Effect.provide(layerMemory()))
  )

  for (const [place, pass] of [
    ["VERIFY:started", 1],
    ["MERGE:ended", 1],
    ["PUSH:started", 2],
    ["REPORT:started", 1]
  ] as const) {
    it.effect(
      `at ${place}, and its machine is lost: cache and checkouts are made anew, nobody is paid again`,
      () =>
        Effect.gen(function* () {
          const world = yield* World
          const executionId = yield* begin({}, onlyFirst)
          const dead = yield* diesAt(100, executionId, place, pass)
          world.git.loseCache()
          world.git.checkouts.clear()
          assert.deepStrictEqual(yield* drive(executionId).pipe(as(200)), {
            _tag: "Rested",
            status: "completed"
          })
          assert.lengthOf(world.agent.runs, 1)
          assert.lengthOf(yield* commits, 1)
          yield* dead.comesBack
          assert.lengthOf(yield* commits, 1)
        }).pipe(Effect.provide(layerMemory()))
    )
  }

  const pushes: ReadonlyArray<readonly [string, string, number, ReadonlyArray<string>]> = [
    ["before its intent was recorded", "PUSH:started", 1, ["PUSH:intend", "PUSH:intend", "PUSH:push"]],
    [
      "before its push",
      "PUSH:started",
      2,
      ["PUSH:intend", "PUSH:push", "PUSH:resolve", "PUSH:intend", "PUSH:push"]
    ],
    ["after its push", "PUSH:effect", 1, ["PUSH:intend", "PUSH:push", "PUSH:resolve"]],
    ["after it had looked", "PUSH:ending", 2, ["PUSH:intend", "PUSH:push", "PUSH:resolve"]],
    ["after it had said so", "PUSH:ended", 2, ["PUSH:intend", "PUSH:push"]]
  ]
  for (const [when, place, pass, expected] of pushes) {
    it.effect(
      `${when}: the next one looks first, and there is one commit, also when the dead one comes back`,
      () =>
        Effect.gen(function* () {
          const executionId = yield* begin({}, onlyFirst)
          const dead = yield* diesAt(100, executionId, place, pass)
          yield* drive(executionId).pipe(as(200))
          assert.strictEqual((yield* stateOf(executionId)).status, "completed")
          assert.deepStrictEqual(
            (yield* stepsOf(executionId)).filter((step) => step.startsWith("PUSH")),
            expected
          )
          assert.lengthOf(yield* commits, 1)
          yield* dead.comesBack
          assert.lengthOf(yield* commits, 1)
        }).pipe(Effect.provide(layerMemory()))
    )
  }

  it.effect("is waited for where nobody knows that it is dead: until its lease ran out", () =>
    Effect.gen(function* () {
      const executionId = yield* begin({}, onlyFirst)
      const leases = yield* Leases
      const silent = { ...leases, renew: () => Effect.never }
      const { reached, release, stalls } = yield* stall("VERIFY:started")
      const old = yield* Effect.forkChild(
        drive(executionId).pipe(stalls, Effect.provideService(Leases, silent))
      )
      yield* reached
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual((yield* drive(executionId).pipe(as(200)))._tag, "Busy")
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* drive(executionId).pipe(as(200)))._tag, "Rested")
      yield* release
      yield* Fiber.join(old)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("again and again: the task fails after the fourth time, and other tasks go on", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* begin({}, onlyFirst)
      for (const pid of [101, 102, 103, 104]) yield* diesAt(pid, executionId, "VERIFY:started")
      yield* drive(executionId).pipe(as(200))
      const state = yield* stateOf(executionId)
      assert.deepInclude(state.outcomes[0], { outcome: "failed", reason: "keeps_crashing" })
      assert.lengthOf(yield* eventsNamed(executionId, "StepInterrupted"), 4)
      assert.lengthOf(world.agent.runs, 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("again and again before any task: the execution ends", () =>
    Effect.gen(function* () {
      const executionId = yield* begin({}, onlyFirst)
      for (const pid of [101, 102, 103, 104]) yield* diesAt(pid, executionId, "INITIALIZE:started")
      yield* drive(executionId).pipe(as(200))
      assert.strictEqual((yield* stateOf(executionId)).error?.reason, "keeps_crashing")
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("settleIfAbandoned", () => {
  it.effect("ends a stop whose worker is dead", () =>
    Effect.gen(function* () {
      const executionId = yield* begin({}, onlyFirst)
      const dead = yield* diesAt(100, executionId, "IMPLEMENT:ending")
      yield* ask.stop
      assert.strictEqual((yield* stateOf(executionId)).status, "stopping")
      yield* settleIfAbandoned(project).pipe(as(200))
      assert.strictEqual((yield* stateOf(executionId)).status, "stopped")
      yield* dead.comesBack
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("ends a stop whose worker died in a push by looking: what landed is completed", () =>
    Effect.gen(function* () {
      const executionId = yield* begin({}, onlyFirst)
      const dead = yield* diesAt(100, executionId, "PUSH:effect")
      yield* ask.stop
      yield* settleIfAbandoned(project).pipe(as(200))
      const state = yield* stateOf(executionId)
      assert.strictEqual(state.status, "stopped")
      assert.deepInclude(state.outcomes[0], { taskId: "1.1", outcome: "completed" })
      assert.lengthOf(yield* commits, 1)
      yield* dead.comesBack
      assert.lengthOf(yield* commits, 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("leaves a live worker alone, and what needs no settling", () =>
    Effect.gen(function* () {
      yield* settleIfAbandoned(project)
      const { reached, release, stalls } = yield* stall("VERIFY:ending")
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId).pipe(stalls))
      yield* reached
      yield* settleIfAbandoned(project).pipe(as(200))
      yield* ask.pause
      yield* settleIfAbandoned(project).pipe(as(200))
      assert.strictEqual((yield* stateOf(executionId)).status, "pausing")
      yield* release
      assert.deepStrictEqual(yield* joinInTime(fiber), { _tag: "Rested", status: "paused" })
    }).pipe(Effect.provide(layerMemory()))
  )
})
