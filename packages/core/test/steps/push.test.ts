/** Pushes that do not simply land: refused, lost, removed, unanswered; and what is said of them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option } from "effect"
import { TestClock } from "effect/testing"
import { DeliveryRemote } from "../../src/ports/DeliveryRemote.ts"
import { Leases } from "../../src/ports/Leases.ts"
import * as given from "../../src/testing/given.ts"
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
  until
} from "../worker/support.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const

/** The commits of a task on the target. */
const commitsOf = ({ person }: WorldShape, taskId = "1.1") =>
  person.log().filter(({ message }) => message.includes(`DevTeam-Task: ${taskId}\n`))

const outcomes = (executionId: Parameters<typeof stateOf>[0]) =>
  Effect.map(eventsNamed(executionId, "PushResolved"), (events) => events.map(({ outcome }) => outcome._tag))

describe("a push", () => {
  it.effect("that is refused by policy holds the task and pauses with the server's words", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.remote.fates.push({ _tag: "Refuse", message: "protected branch: use a pull request" })
      const executionId = yield* run()
      const state = yield* stateOf(executionId)
      assert.deepInclude(state.outcomes[0], { outcome: "held", reason: "push_refused" })
      assert.deepInclude(state.pause, { reason: "push_refused" })
      assert.include(state.pause?.message ?? "", "protected branch: use a pull request")
      assert.lengthOf(world.agent.runs, 1)
      assert.lengthOf(commitsOf(world), 0)
      assert.deepStrictEqual(state.outcomes[0]?.candidate?.filesModified, ["src/1.1.ts"])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("whose request was lost is sealed off and made again: one commit, the same", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.remote.fates.push({ _tag: "LoseRequest" })
      const executionId = yield* run({}, onlyFirst)
      assert.deepStrictEqual(yield* outcomes(executionId), ["Again", "Landed"])
      const intents = (yield* eventsNamed(executionId, "PushIntended")).map(({ intent }) => intent)
      assert.strictEqual(intents[0]?.commit, intents[1]?.commit)
      assert.notStrictEqual(intents[0]?.fenceNew, intents[1]?.fenceNew)
      assert.lengthOf(commitsOf(world), 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("whose answer was lost is found on the target and not made again", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.remote.fates.push({ _tag: "LoseAnswer" })
      const executionId = yield* run({}, onlyFirst)
      assert.deepStrictEqual(yield* outcomes(executionId), ["Landed"])
      assert.lengthOf(commitsOf(world), 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("that landed and was removed by force is held, and never pushed again", () =>
    Effect.gen(function* () {
      const world = yield* World
      const base = world.person.head()
      const act = Effect.sync(() => world.person.forceTo(base))
      const executionId = yield* run({}, onlyFirst).pipe(atPass("PUSH:effect", act))
      const state = yield* stateOf(executionId)
      assert.deepInclude(state.outcomes[0], { outcome: "held", reason: "removed_by_others" })
      assert.strictEqual(world.person.head(), base)
      yield* ask.resume
      yield* drive(executionId)
      assert.strictEqual(world.person.head(), base)
      assert.deepStrictEqual(yield* outcomes(executionId), ["Removed"])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect(
    "that a person rewrote, with our change kept under another name, has landed under that name",
    () =>
      Effect.gen(function* () {
        const world = yield* World
        const base = world.person.head()
        const act = Effect.sync(() => {
          const [ours] = world.person.log()
          world.person.forceTo(base)
          const list = "[x] 1.1 Add a cart\n[ ] 1.2 Add a checkout (deps: 1.1)\n"
          world.person.commit({ "src/1.1.ts": "squashed\n", "tasks.md": list }, ours?.message)
        })
        const executionId = yield* run({}, onlyFirst).pipe(atPass("PUSH:effect", act))
        const [landed] = yield* eventsNamed(executionId, "TaskCompleted")
        assert.strictEqual(landed?.commit, world.person.head())
        assert.lengthOf(commitsOf(world), 1)
      }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("to a branch that was deleted is held, and names what is gone", () =>
    Effect.gen(function* () {
      const world = yield* World
      const act = Effect.sync(() => world.git.setRef(world.remote.url, "refs/heads/main", undefined))
      const executionId = yield* run({}, onlyFirst).pipe(atPass("MERGE:ended", act))
      const state = yield* stateOf(executionId)
      assert.deepInclude(state.outcomes[0], { outcome: "held", reason: "removed_by_others" })
      assert.isFalse(world.remote.refs.has("refs/heads/main"))
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("changes the fence every time, and needs no seal when the last one was clean", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* run()
      const intents = (yield* eventsNamed(executionId, "PushIntended")).map(({ intent }) => intent)
      assert.lengthOf(intents, 2)
      assert.strictEqual(intents[1]?.fenceOld, intents[0]?.fenceNew)
      const leases = yield* Leases
      const fence = Option.getOrThrow(yield* leases.knownFence(given.projectId(), "main"))
      assert.strictEqual(fence.sha, intents[1]?.fenceNew)
      assert.isTrue(fence.clean)
      assert.lengthOf(world.person.log(), 3)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("of a database that was restored from a backup raises its epoch above the fence's first", () =>
    Effect.gen(function* () {
      const remote = yield* DeliveryRemote
      const before = yield* run({}, onlyFirst)
      const { instance, ready, settings } = yield* stateOf(before)
      const capabilities = ready?.capabilities ?? given.capabilities
      const repository = { projectId: given.projectId(), url: settings.repository.url }
      const fence = { repository, target: "main", capabilities }
      const tip = yield* remote.fenceTip(fence)
      // What the database has forgotten: a later worker of its own.
      yield* remote.seal(fence, tip, { instance, epoch: 41, seq: 99, nonce: "later" })
      const executionId = yield* run()
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      const epochs = (yield* eventsNamed(executionId, "PushIntended")).map(({ intent }) => intent.epoch)
      assert.deepStrictEqual(epochs, [42])
      const newest = Option.getOrThrow(yield* remote.fenceTip(fence)).content
      assert.deepInclude(newest, { instance, epoch: 42 })
    }).pipe(Effect.provide(layerMemory()))
  )
})

for (const rule of ["branches_only", "no_fence", "no_atomic"] as const) {
  describe(`a remote of the rule ${rule}`, () => {
    it.effect("is delivered to, exactly once also when the first request is lost", () =>
      Effect.gen(function* () {
        const world = yield* World
        world.remote.rule = rule
        world.remote.fates.push({ _tag: "LoseRequest" })
        const executionId = yield* run()
        assert.strictEqual((yield* stateOf(executionId)).status, "completed")
        const fences = { branches_only: "branch_ref", no_fence: "cas_only", no_atomic: "cas_only" } as const
        assert.strictEqual((yield* stateOf(executionId)).ready?.capabilities.fence, fences[rule])
        assert.lengthOf(commitsOf(world), 1)
        assert.lengthOf(commitsOf(world, "1.2"), 1)
      }).pipe(Effect.provide(layerMemory()))
    )
  })
}

describe("a remote that goes away", () => {
  it.effect("before the push: the intent is recorded once it is back, and the push lands", () =>
    Effect.gen(function* () {
      const world = yield* World
      const act = Effect.sync(() => void (world.remote.reachable = false))
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId).pipe(atPass("MERGE:ended", act)))
      const { push, waiting } = yield* until(executionId, (state) => state.waiting !== undefined)
      assert.strictEqual(waiting?.reason, "remote_unreachable")
      assert.isUndefined(push)
      yield* TestClock.adjust("20 minutes")
      world.remote.reachable = true
      yield* joinInTime(fiber)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.lengthOf(commitsOf(world), 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  for (const landed of [true, false]) {
    const fate = landed ? "LoseAnswer" : "LoseRequest"
    const goesAway = (world: WorldShape) =>
      atPass(
        "PUSH:effect",
        Effect.sync(() => void (world.remote.reachable = false))
      )

    it.effect(`after a push (${fate}): waits, looks, and goes on`, () =>
      Effect.gen(function* () {
        const world = yield* World
        world.remote.fates.push({ _tag: fate })
        const executionId = yield* begin({}, onlyFirst)
        const fiber = yield* Effect.forkChild(drive(executionId).pipe(goesAway(world)))
        const { push } = yield* until(executionId, (state) => state.waiting !== undefined)
        assert.strictEqual(push?.phase, "unknown")
        yield* TestClock.adjust("20 minutes")
        world.remote.reachable = true
        yield* joinInTime(fiber)
        assert.strictEqual((yield* stateOf(executionId)).status, "completed")
        assert.lengthOf(commitsOf(world), 1)
        assert.deepStrictEqual(yield* outcomes(executionId), landed ? ["Landed"] : ["Again", "Landed"])
        assert.include(yield* stepsOf(executionId), "PUSH:resolve")
      }).pipe(Effect.provide(layerMemory()))
    )

    it.effect(
      `and a stop (${fate}): stopped with the push unresolved; the next execution resolves it first`,
      () =>
        Effect.gen(function* () {
          const world = yield* World
          world.remote.fates.push({ _tag: fate })
          const first = yield* begin({}, onlyFirst)
          const fiber = yield* Effect.forkChild(drive(first).pipe(goesAway(world)))
          yield* until(first, (state) => state.waiting !== undefined)
          yield* ask.stop
          assert.deepStrictEqual(yield* joinInTime(fiber), { _tag: "Rested", status: "stopped" })
          const [stopped] = yield* eventsNamed(first, "Stopped")
          const [intended] = yield* eventsNamed(first, "PushIntended")
          assert.deepStrictEqual(stopped?.unresolvedPush, intended?.intent)

          world.remote.reachable = true
          const second = yield* run({}, onlyFirst)
          assert.strictEqual((yield* stateOf(second)).status, "completed")
          assert.strictEqual((yield* stepsOf(second))[0], "PUSH:resolve")
          assert.lengthOf(commitsOf(world), 1)
          const [resolved] = yield* eventsNamed(second, "PushResolved")
          assert.isTrue(resolved?.inherited)
          assert.strictEqual(resolved?.outcome._tag, landed ? "Landed" : "Again")
          assert.deepInclude((yield* stateOf(second)).outcomes[0], { taskId: "1.1", outcome: "completed" })
          assert.lengthOf(world.agent.runs, landed ? 1 : 2)
          const trailer = `DevTeam-Execution: ${landed ? first : second}`
          assert.include(commitsOf(world)[0]?.message ?? "", trailer)
        }).pipe(Effect.provide(layerMemory()))
    )
  }

  it.effect(
    "and stays away: the next execution waits for it, and hands the push on when it is stopped as well",
    () =>
      Effect.gen(function* () {
        const world = yield* World
        world.remote.fates.push({ _tag: "LoseAnswer" })
        const act = Effect.sync(() => void (world.remote.reachable = false))
        const stopIt = Effect.fnUntraced(function* (executionId: Parameters<typeof stateOf>[0]) {
          const fiber = yield* Effect.forkChild(drive(executionId).pipe(atPass("PUSH:effect", act)))
          yield* until(executionId, (state) => state.waiting !== undefined)
          yield* ask.stop
          yield* Fiber.join(fiber)
          return (yield* eventsNamed(executionId, "Stopped"))[0]?.unresolvedPush
        })
        const left = yield* stopIt(yield* begin({}, onlyFirst))
        const again = yield* stopIt(yield* begin({}, onlyFirst))
        assert.isDefined(left)
        assert.deepStrictEqual(again, left)
        world.remote.reachable = true
        const last = yield* run({}, onlyFirst)
        assert.strictEqual((yield* stateOf(last)).status, "completed")
        assert.lengthOf(commitsOf(world), 1)
        assert.lengthOf(world.agent.runs, 1)
      }).pipe(Effect.provide(layerMemory()))
  )
})
