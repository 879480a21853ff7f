/** The pool: its end in good order, what it takes over, and work that was deferred. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Logger } from "effect"
import { Intake } from "../../src/ports/Intake.ts"
import { Leases } from "../../src/ports/Leases.ts"
import { Journal } from "../../src/ports/Journal.ts"
import * as given from "../../src/testing/given.ts"
import { addsFile, layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { accept, type Wish } from "../../src/worker/accept.ts"
import { defaultPoolOptions, runPool } from "../../src/worker/pool.ts"
import { ask, begin, eventsNamed, stateOf, stepsOf, until } from "./support.ts"

const project = given.projectId()

const quietly = () => Layer.mergeAll(layerMemory(), Logger.layer([]))

/** A pool that sweeps quickly, and the way to drain it. */
const pool = Effect.gen(function* () {
  const draining = yield* Deferred.make<void>()
  const fiber = yield* Effect.forkChild(
    runPool({ ...defaultPoolOptions, sweepMs: 20, drain: Deferred.await(draining) })
  )
  return { fiber, drain: Deferred.succeed(draining, undefined) }
})

/** An agent that waits until it is released. */
const waitingAgent = Effect.gen(function* () {
  const world = yield* World
  const started = yield* Deferred.make<void>()
  const released = yield* Deferred.make<void>()
  const good = addsFile(world.git)
  world.agent.script = (input, print) =>
    Effect.gen(function* () {
      yield* Deferred.succeed(started, undefined)
      yield* Deferred.await(released)
      return yield* good(input, print)
    })
  return { started: Deferred.await(started), release: Deferred.succeed(released, undefined) }
})

describe("a pool that drains", () => {
  it.live("lets the running step end, takes no further one, and gives the project back", () =>
    Effect.gen(function* () {
      const agent = yield* waitingAgent
      const executionId = yield* begin()
      const { fiber, drain } = yield* pool
      yield* agent.started
      yield* drain
      yield* agent.release
      yield* Fiber.join(fiber)
      const steps = yield* stepsOf(executionId)
      assert.strictEqual(steps.at(-1), "IMPLEMENT")
      const state = yield* stateOf(executionId)
      assert.isUndefined(state.active)
      assert.strictEqual(state.inHand?.step, "VERIFY")
      assert.strictEqual(yield* Leases.use((leases) => leases.count), 0)
      assert.lengthOf(yield* eventsNamed(executionId, "StepInterrupted"), 0)
    }).pipe(Effect.provide(quietly()))
  )

  it.live("takes nothing more", () =>
    Effect.gen(function* () {
      const { fiber, drain } = yield* pool
      yield* drain
      yield* Fiber.join(fiber)
      const executionId = yield* begin()
      yield* Effect.sleep("60 millis")
      assert.deepStrictEqual(yield* stepsOf(executionId), [])
    }).pipe(Effect.provide(quietly()))
  )

  it.live("interrupted meanwhile it leaves a step that counts as no crash, and the next pool goes on", () =>
    Effect.gen(function* () {
      const agent = yield* waitingAgent
      const executionId = yield* begin()
      const first = yield* pool
      yield* agent.started
      yield* first.drain
      yield* Fiber.interrupt(first.fiber)
      const state = yield* stateOf(executionId)
      assert.isUndefined(state.active)
      assert.strictEqual(state.crashes, 0)
      assert.strictEqual(yield* Leases.use((leases) => leases.count), 0)
      yield* agent.release
      yield* pool
      yield* until(executionId, ({ status }) => status === "completed")
    }).pipe(Effect.provide(quietly()))
  )
})

describe("what the sweep finds", () => {
  for (const [name, dead] of [
    ["the lease of a dead process is taken over long before it ends", true],
    ["control: that of a living one is not", false]
  ] as const) {
    it.live(name, () =>
      Effect.gen(function* () {
        const { machine } = yield* World
        const leases = yield* Leases
        const executionId = yield* begin()
        const { owner } = machine.process(300)
        yield* leases.acquire(project, owner, 60_000, () => Effect.succeed(false))
        if (dead) machine.dead.add(300)
        yield* pool
        if (dead) yield* until(executionId, ({ status }) => status === "completed")
        else {
          yield* Effect.sleep("80 millis")
          assert.deepStrictEqual(yield* stepsOf(executionId), [])
        }
      }).pipe(Effect.provide(quietly()))
    )
  }
})

const wish = (id: string): Wish => ({
  projectId: project,
  scope: { _tag: "Tasks", ids: ["1.1"] },
  event: {
    source: "test",
    id,
    type: "devteam.automation.requested",
    projectId: project,
    correlationId: "correlation-2",
    body: id,
    fingerprint: id
  },
  joins: true,
  start: () =>
    Effect.succeed({
      projectId: project,
      settings: given.settings(),
      scope: { _tag: "Tasks", ids: ["1.1"] },
      boundTo: "service",
      correlationId: given.correlationId("correlation-2"),
      workflow: "DEVTEAM_AUTOMATION",
      eventId: id
    }),
  answer: (executionId) => ({ status: 202, headers: {}, body: executionId ?? "later" })
})

describe("work that came while an execution was stopping", () => {
  it.live("is done by a new one as soon as that has stopped", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const first = yield* begin()
      yield* ask.stop
      const granted = yield* accept(wish("event-2"))
      assert(granted._tag === "Accepted")
      assert.strictEqual(granted.answer.body, "later")
      yield* pool
      const settled = Effect.gen(function* () {
        const [newest] = yield* journal.list({ projectId: project, limit: 1 })
        if (newest?.executionId !== first && newest?.status === "completed") return newest.executionId
        return yield* Effect.fail("not yet")
      })
      const second = yield* Effect.eventually(Effect.tapError(settled, () => Effect.sleep("10 millis")))
      assert.strictEqual((yield* stateOf(second)).eventId, "event-2")
      assert.deepStrictEqual(yield* Intake.use((intake) => intake.deferred), [])
    }).pipe(Effect.provide(quietly()))
  )
})
