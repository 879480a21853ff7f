/** Pause, resume and stop: at every step, in every order, and when two ask at once. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import type { StepName } from "../../src/model/Step.ts"
import { evidenceOf } from "../../src/testing/memory/CodingAgents.ts"
import { layerMemory, World, type WorldShape } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import {
  ask,
  atPass,
  begin,
  eventsNamed,
  joinInTime,
  run,
  stateOf,
  stepsOf,
  story,
  until
} from "./support.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const
const steps: ReadonlyArray<StepName> = [
  "INITIALIZE",
  "SELECT",
  "PREP",
  "PROMPT",
  "IMPLEMENT",
  "VERIFY",
  "MERGE",
  "PUSH",
  "REPORT"
]

/** An agent whose first run never ends; says when it began and when it was cut off. */
const stuckAgent = ({ agent }: WorldShape) =>
  Effect.gen(function* () {
    const began = yield* Deferred.make<void>()
    const ended = yield* Deferred.make<void>()
    const change = agent.script
    agent.script = (input, print) => {
      if (agent.runs.length > 1) return change(input, print)
      return Deferred.succeed(began, undefined).pipe(
        Effect.andThen(Effect.never),
        Effect.onInterrupt(() => Deferred.succeed(ended, undefined)),
        Effect.as(evidenceOf(""))
      )
    }
    return { began: Deferred.await(began), ended }
  })

const commits = ({ person }: WorldShape) =>
  person.log().filter(({ message }) => message.includes("DevTeam-Task: "))

describe("pause", () => {
  it.effect("takes effect at the end of the running step, and resume goes on behind it", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* run({}, onlyFirst).pipe(atPass("IMPLEMENT:started", ask.pause))
      assert.deepInclude((yield* stateOf(executionId)).pause, { reason: "request" })
      assert.strictEqual((yield* stateOf(executionId)).inHand?.step, "VERIFY")
      assert.lengthOf(yield* eventsNamed(executionId, "CandidatePrepared"), 1)
      yield* ask.resume
      yield* drive(executionId)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.lengthOf(world.agent.runs, 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect(
    "now interrupts the agent, whose end is waited for; it runs again on resume, in the same round",
    () =>
      Effect.gen(function* () {
        const world = yield* World
        const stuck = yield* stuckAgent(world)
        const executionId = yield* begin({}, onlyFirst)
        const fiber = yield* Effect.forkChild(drive(executionId))
        yield* stuck.began
        yield* ask.pauseNow
        assert.deepStrictEqual(yield* Fiber.join(fiber), { _tag: "Rested", status: "paused" })
        assert.isTrue(yield* Deferred.isDone(stuck.ended))
        assert.deepInclude((yield* eventsNamed(executionId, "StepInterrupted"))[0], {
          step: "IMPLEMENT",
          cause: "paused"
        })
        yield* ask.resume
        yield* drive(executionId)
        const state = yield* stateOf(executionId)
        assert.deepInclude(state.outcomes[0], { outcome: "completed", rounds: 1 })
        assert.strictEqual(state.crashes, 0)
        assert.lengthOf(world.agent.runs, 2)
      }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("at the step's end becomes now when that is asked for as well", () =>
    Effect.gen(function* () {
      const world = yield* World
      const stuck = yield* stuckAgent(world)
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* stuck.began
      yield* ask.pause
      assert.isUndefined(fiber.pollUnsafe())
      yield* ask.pauseNow
      assert.deepStrictEqual(yield* Fiber.join(fiber), { _tag: "Rested", status: "paused" })
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("that is taken back before the step ends changes nothing", () =>
    Effect.gen(function* () {
      const twice = Effect.andThen(ask.pause, ask.resume)
      const executionId = yield* run({}, onlyFirst).pipe(atPass("VERIFY:started", twice))
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.notInclude(yield* story(executionId), "Paused")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("asked for twice is accepted twice and recorded once", () =>
    Effect.gen(function* () {
      const executionId = yield* begin()
      assert.isTrue((yield* ask.pause).changed)
      assert.isFalse((yield* ask.pause).changed)
      yield* drive(executionId)
      assert.isFalse((yield* ask.pause).changed)
      assert.lengthOf(yield* eventsNamed(executionId, "PauseRequested"), 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  for (const step of steps) {
    it.effect(`now in ${step}: resume completes, one commit, nothing done twice on the remote`, () =>
      Effect.gen(function* () {
        const world = yield* World
        const executionId = yield* run({}, onlyFirst).pipe(atPass(`${step}:started`, ask.pauseNow))
        assert.strictEqual((yield* stateOf(executionId)).status, "paused")
        yield* ask.resume
        yield* drive(executionId)
        assert.strictEqual((yield* stateOf(executionId)).status, "completed")
        assert.lengthOf(commits(world), 1)
      }).pipe(Effect.provide(layerMemory()))
    )
  }
})

describe("stop", () => {
  for (const step of steps) {
    it.effect(`in ${step}: stopped, and what is said of the task is what is on the remote`, () =>
      Effect.gen(function* () {
        const world = yield* World
        const executionId = yield* run({}, onlyFirst).pipe(atPass(`${step}:started`, ask.stop))
        const state = yield* stateOf(executionId)
        assert.strictEqual(state.status, "stopped")
        assert.isUndefined(state.push)
        const completed = state.outcomes.filter(({ outcome }) => outcome === "completed")
        assert.lengthOf(completed, step === "REPORT" ? 1 : 0)
        assert.lengthOf(commits(world), completed.length)
        const again = yield* run({}, onlyFirst)
        assert.strictEqual((yield* stateOf(again)).status, "completed")
        assert.lengthOf(commits(world), 1)
      }).pipe(Effect.provide(layerMemory()))
    )
  }

  it.effect("during the push itself waits for it: what landed is a completed task", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* run().pipe(atPass("PUSH:started", ask.stop, [2]))
      assert.strictEqual((yield* stateOf(executionId)).status, "stopped")
      assert.deepInclude((yield* stateOf(executionId)).outcomes[0], { taskId: "1.1", outcome: "completed" })
      assert.deepStrictEqual((yield* stepsOf(executionId)).slice(-2), ["PUSH:push", "REPORT"])
      assert.lengthOf(commits(world), 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("interrupts the agent, and its end is waited for before anything is said", () =>
    Effect.gen(function* () {
      const world = yield* World
      const stuck = yield* stuckAgent(world)
      const executionId = yield* begin()
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* stuck.began
      yield* ask.stop
      assert.deepStrictEqual(yield* Fiber.join(fiber), { _tag: "Rested", status: "stopped" })
      assert.isTrue(yield* Deferred.isDone(stuck.ended))
    }).pipe(Effect.provide(layerMemory()))
  )

  for (const [what, asked, status] of [
    ["stop", ask.stop, "stopped"],
    ["pause now", ask.pauseNow, "paused"]
  ] as const) {
    it.effect(`a push that is under way is not cut off by a ${what}: it takes effect behind its task`, () =>
      Effect.gen(function* () {
        const world = yield* World
        const executionId = yield* begin()
        const slow = Effect.andThen(asked, Effect.sleep("5 seconds"))
        const fiber = yield* Effect.forkChild(drive(executionId).pipe(atPass("PUSH:effect", slow)))
        yield* joinInTime(fiber)
        const state = yield* stateOf(executionId)
        assert.strictEqual(state.status, status)
        assert.deepInclude(state.outcomes[0], { taskId: "1.1", outcome: "completed" })
        assert.lengthOf(yield* eventsNamed(executionId, "StepInterrupted"), 0)
        assert.notInclude(yield* stepsOf(executionId), "PUSH:resolve")
        assert.lengthOf(commits(world), 1)
      }).pipe(Effect.provide(layerMemory()))
    )
  }

  it.effect("beats a pause that was asked for before", () =>
    Effect.gen(function* () {
      const executionId = yield* begin()
      yield* ask.pause
      yield* ask.stop
      yield* drive(executionId)
      assert.strictEqual((yield* stateOf(executionId)).status, "stopped")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("is rejected once everything is done, and names where it is legal", () =>
    Effect.gen(function* () {
      yield* run()
      const rejected = yield* Effect.flip(ask.stop)
      assert.strictEqual(rejected._tag, "RequestRejected")
      assert.match(
        rejected.message,
        /^Cannot stop: the execution is "completed"\. stop is possible when it is .*running/
      )
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("a request for a project without an execution", () => {
  it.effect("is rejected", () =>
    Effect.gen(function* () {
      const rejected = yield* Effect.flip(ask.pause)
      assert.match(rejected.message, /none was started/)
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("stop points", () => {
  it.effect("after a task, and a resume goes on behind it", () =>
    Effect.gen(function* () {
      const executionId = yield* run({ untilTask: "1.1" })
      assert.deepInclude((yield* stateOf(executionId)).pause, { reason: "until_task" })
      yield* ask.resume
      yield* drive(executionId)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("after a number of tasks", () =>
    Effect.gen(function* () {
      const executionId = yield* run({ maxTasks: 1 })
      assert.deepInclude((yield* stateOf(executionId)).pause, { reason: "max_tasks" })
      yield* until(executionId, ({ totals }) => totals.completed === 1)
    }).pipe(Effect.provide(layerMemory()))
  )
})
