/** What people decide, all the way: kept changes on a moved target, ticks alone, tasks left out, commits taken back. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { exampleFiles, layerMemory, World, type WorldShape } from "../../src/testing/memory/Everything.ts"
import type { DecisionKind } from "../../src/model/Decision.ts"
import * as given from "../../src/testing/given.ts"
import { decideOnTask } from "../../src/worker/decideOnTask.ts"
import { drive } from "../../src/worker/drive.ts"
import { request } from "../../src/worker/request.ts"
import { undo } from "../../src/worker/undo.ts"
import { run, stateOf, stepsOf } from "../worker/support.ts"
import { redWhile, writes } from "./scripts.ts"

const titles: Readonly<Record<string, string>> = {
  "1.1": "Add a cart",
  "1.2": "Add a checkout",
  "2": "Add docs"
}

const decide = (decision: DecisionKind, taskId: string) =>
  decideOnTask(given.projectId(), {
    decision,
    taskId,
    title: titles[taskId] ?? taskId,
    by: "ada",
    boundTo: "service",
    correlationId: given.correlationId()
  })

const takeBack = (taskId: string) =>
  undo({
    projectId: given.projectId(),
    taskId,
    by: "ada",
    boundTo: "service",
    correlationId: given.correlationId()
  })

const isRefused = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.map(Effect.exit(effect), Exit.isFailure)

/** The first task's change touches CI, and is held. */
const holdsFirst = (world: WorldShape): void => {
  const add = world.agent.script
  world.agent.script = (input, print) =>
    input.env["DEVTEAM_TASK_ID"] === "1.1"
      ? writes(world, () => ({ "src/cart.ts": "cart\n", ".github/workflows/ci.yml": "on: push\n" }))(
          input,
          print
        )
      : add(input, print)
}

const outcomesOf = (state: { readonly outcomes: ReadonlyArray<{ readonly outcome: string }> }) =>
  state.outcomes.map(({ outcome }) => outcome)

const twoApart = { ...exampleFiles, "tasks.md": "[ ] 1.1 Add a cart\n[ ] 2 Add docs\n" }

describe("accept", () => {
  it.effect("delivers the held change on the moved target, built again there", () =>
    Effect.gen(function* () {
      const world = yield* World
      holdsFirst(world)
      const executionId = yield* run()
      assert.deepInclude((yield* stateOf(executionId)).pause, { reason: "held" })
      world.person.commit({ "README.md": "theirs\n" })
      const builds = world.commands.length
      yield* decide("accept", "1.1")
      yield* drive(executionId)
      const state = yield* stateOf(executionId)
      assert.strictEqual(state.status, "completed")
      assert.strictEqual(world.person.read(".github/workflows/ci.yml"), "on: push\n")
      assert.strictEqual(world.person.read("README.md"), "theirs\n")
      assert.strictEqual(world.person.read("tasks.md"), "[x] 1.1 Add a cart\n[x] 2 Add docs\n")
      assert.isAbove(world.commands.length, builds)
      assert.lengthOf(world.agent.runs, 2)
    }).pipe(Effect.provide(layerMemory({ files: twoApart })))
  )

  it.effect("is not possible for what was skipped, or made anew", () =>
    Effect.gen(function* () {
      const world = yield* World
      holdsFirst(world)
      const executionId = yield* run()
      yield* decide("skip", "1.1")
      yield* drive(executionId)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.isTrue(yield* isRefused(decide("accept", "1.1")))
      assert.isTrue(yield* isRefused(decide("accept", "2")))
    }).pipe(Effect.provide(layerMemory({ files: twoApart })))
  )

  it.effect(
    "after the end starts an execution of that change alone, which takes the patch from where it was kept",
    () =>
      Effect.gen(function* () {
        const world = yield* World
        holdsFirst(world)
        const first = yield* run()
        yield* request(given.projectId(), { _tag: "Stop", by: "ada" })
        world.git.loseCache()
        const decided = yield* decide("accept", "1.1")
        assert.strictEqual(decided._tag, "Started")
        if (decided._tag !== "Started") return
        const second = decided.execution.executionId
        assert.notStrictEqual(second, first)
        yield* drive(second)
        const state = yield* stateOf(second)
        assert.deepStrictEqual([state.status, ...outcomesOf(state)], ["completed", "completed"])
        assert.strictEqual(world.person.read("src/cart.ts"), "cart\n")
        assert.notInclude(yield* stepsOf(second), "IMPLEMENT")
      }).pipe(Effect.provide(layerMemory({ files: twoApart })))
  )

  it.effect("holds it again where it is red on the head, or conflicts with it", () =>
    Effect.gen(function* () {
      const world = yield* World
      holdsFirst(world)
      const executionId = yield* run()
      world.build = redWhile((read) => read("src/cart.ts") !== undefined)
      yield* decide("accept", "1.1")
      yield* drive(executionId)
      const red = yield* stateOf(executionId)
      assert.deepInclude(red.outcomes.at(-1), {
        taskId: "1.1",
        outcome: "held",
        reason: "verification_failed"
      })
      assert.deepInclude(red.pause, { reason: "held" })
      world.person.commit({ "src/cart.ts": "another cart\n" })
      yield* decide("accept", "1.1")
      yield* drive(executionId)
      const conflict = yield* stateOf(executionId)
      assert.deepInclude(conflict.outcomes.at(-1), { outcome: "held", reason: "conflict" })
      assert.strictEqual(world.person.read("src/cart.ts"), "another cart\n")
    }).pipe(Effect.provide(layerMemory({ files: twoApart })))
  )

  it.effect("of a task that people ticked meanwhile delivers nothing", () =>
    Effect.gen(function* () {
      const world = yield* World
      holdsFirst(world)
      const executionId = yield* run()
      world.person.commit({ "tasks.md": "[x] 1.1 Add a cart\n[x] 2 Add docs\n" })
      yield* decide("accept", "1.1")
      yield* drive(executionId)
      const state = yield* stateOf(executionId)
      assert.deepInclude(state.outcomes.at(-1), { taskId: "1.1", outcome: "superseded" })
      assert.strictEqual(state.status, "completed")
      assert.isUndefined(world.person.read(".github/workflows/ci.yml"))
    }).pipe(Effect.provide(layerMemory({ files: twoApart })))
  )

  it.effect("says so where the change's base is gone from the remote's history", () =>
    Effect.gen(function* () {
      const world = yield* World
      holdsFirst(world)
      const executionId = yield* run({}, { scope: { _tag: "Tasks", ids: ["1.1"] } })
      const unrelated = world.git.commitTo(world.remote.url, "elsewhere", twoApart)
      world.person.forceTo(unrelated)
      world.git.loseCache()
      yield* decide("accept", "1.1")
      yield* drive(executionId)
      const state = yield* stateOf(executionId)
      assert.deepInclude(state.outcomes.at(-1), { outcome: "held", reason: "undeliverable" })
      assert.include(state.outcomes.at(-1)?.message ?? "", "is no longer in")
    }).pipe(Effect.provide(layerMemory({ files: twoApart })))
  )
})

describe("done, skip and reopen", () => {
  it.effect("done delivers the tick alone, verified like any other change", () =>
    Effect.gen(function* () {
      const world = yield* World
      holdsFirst(world)
      const executionId = yield* run()
      yield* decide("done", "1.1")
      yield* drive(executionId)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.strictEqual(world.person.read("tasks.md"), "[x] 1.1 Add a cart\n[x] 2 Add docs\n")
      assert.isUndefined(world.person.read("src/cart.ts"))
    }).pipe(Effect.provide(layerMemory({ files: twoApart })))
  )

  it.effect("skip leaves a task open; what depends on it is blocked by it", () =>
    Effect.gen(function* () {
      const world = yield* World
      holdsFirst(world)
      const executionId = yield* run()
      yield* decide("skip", "1.1")
      yield* drive(executionId)
      const state = yield* stateOf(executionId)
      assert.strictEqual(state.error?.reason, "tasks_failed")
      assert.deepStrictEqual(
        state.blocked.map(({ id, by }) => [id, by]),
        [["1.2", ["1.1"]]]
      )
      assert.lengthOf(world.person.log(), 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("skip in the settings takes it out from the beginning; an unknown one is an error", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* run({ skip: ["1.1"] })
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.strictEqual(world.person.read("tasks.md"), "[ ] 1.1 Add a cart\n[x] 2 Add docs\n")
      const unknown = yield* run({ skip: ["9.9"] })
      assert.deepInclude((yield* stateOf(unknown)).error, { reason: "unknown_task" })
      assert.lengthOf(world.agent.runs, 1)
    }).pipe(Effect.provide(layerMemory({ files: twoApart })))
  )

  it.effect("reopen lets the agent make it again", () =>
    Effect.gen(function* () {
      const world = yield* World
      const good = world.agent.script
      holdsFirst(world)
      const executionId = yield* run()
      world.agent.script = good
      yield* decide("reopen", "1.1")
      yield* drive(executionId)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.lengthOf(world.agent.runs, 3)
    }).pipe(Effect.provide(layerMemory({ files: twoApart })))
  )
})

describe("undo", () => {
  it.effect("takes the commit back, with its tick, on the moved head, built there", () =>
    Effect.gen(function* () {
      const world = yield* World
      yield* run()
      world.person.commit({ "README.md": "theirs\n" })
      const { executionId } = yield* takeBack("1.2")
      yield* drive(executionId)
      const state = yield* stateOf(executionId)
      assert.deepStrictEqual([state.status, ...outcomesOf(state)], ["completed", "undone"])
      assert.isUndefined(world.person.read("src/1.2.ts"))
      assert.strictEqual(world.person.read("src/1.1.ts"), "export const round = 1\n")
      assert.strictEqual(world.person.read("README.md"), "theirs\n")
      assert.include(world.person.read("tasks.md") ?? "", "[ ] 1.2 Add a checkout")
      assert.match(world.person.log()[0]?.message ?? "", /^Undo 1\.2: Add a checkout\n/)
      assert.lengthOf(world.agent.runs, 2)
      assert.isTrue(yield* isRefused(takeBack("1.2")))
      // It is an open task again, for the next execution.
      yield* run()
      assert.include(world.person.read("tasks.md") ?? "", "[x] 1.2 Add a checkout")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("is held where the build needs what it takes away, and where others built on it", () =>
    Effect.gen(function* () {
      const world = yield* World
      yield* run()
      world.build = redWhile((read) => read("src/1.1.ts") === undefined)
      const red = yield* takeBack("1.1")
      yield* drive(red.executionId)
      assert.deepInclude((yield* stateOf(red.executionId)).outcomes[0], {
        outcome: "held",
        reason: "verification_failed"
      })
      assert.isDefined(world.person.read("src/1.1.ts"))
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("of a task that nobody completed here says so", () =>
    Effect.gen(function* () {
      yield* run({}, { scope: { _tag: "Tasks", ids: ["1.1"] } })
      assert.isTrue(yield* isRefused(takeBack("1.2")))
    }).pipe(Effect.provide(layerMemory()))
  )
})
