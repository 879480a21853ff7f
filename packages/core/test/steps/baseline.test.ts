/** A base that is red itself: the execution pauses, and goes on once somebody mended it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as given from "../../src/testing/given.ts"
import { exampleFiles, layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { decideOnTask } from "../../src/worker/decideOnTask.ts"
import { drive } from "../../src/worker/drive.ts"
import { ask, eventsNamed, run, stateOf, story } from "../worker/support.ts"
import { redWhile, writes } from "./scripts.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const

describe("a red base", () => {
  it.effect("pauses the execution at its first sight, naming the command, and spends no round", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.build = redWhile((read) => read("src/mended.ts") === undefined)
      const executionId = yield* run()
      const state = yield* stateOf(executionId)
      assert.deepInclude(state.pause, { reason: "baseline_broken" })
      assert.match(state.pause?.message ?? "", /^npm run build: /)
      assert.strictEqual(state.inHand?.round, 1)
      assert.lengthOf(yield* eventsNamed(executionId, "RoundSpent"), 0)
      assert.lengthOf(world.agent.runs, 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect(
    "once a person mended it, resume merges the candidate, verifies it there, and pays nobody again",
    () =>
      Effect.gen(function* () {
        const world = yield* World
        world.build = redWhile((read) => read("src/mended.ts") === undefined)
        const executionId = yield* run({}, onlyFirst)
        const mended = world.person.commit({ "src/mended.ts": "mended\n" })
        yield* ask.resume
        yield* drive(executionId)
        assert.strictEqual((yield* stateOf(executionId)).status, "completed")
        assert.lengthOf(world.agent.runs, 1)
        assert.deepStrictEqual(world.person.log()[0]?.parents, [mended])
        assert.deepStrictEqual(
          [world.person.read("src/mended.ts"), world.person.read("src/1.1.ts")],
          ["mended\n", "export const round = 1\n"]
        )
        const told = yield* story(executionId)
        assert.deepStrictEqual(told.slice(told.indexOf("Paused")), [
          "Paused",
          "Resumed",
          "CandidatePrepared",
          "Verified",
          "CommitPrepared",
          "PushIntended",
          "PushResolved",
          "TaskCompleted",
          "ExecutionCompleted"
        ])
      }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a resume while it is still red pauses again, without building the base again", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.build = redWhile(() => true)
      const executionId = yield* run({}, onlyFirst)
      yield* ask.resume
      yield* drive(executionId)
      assert.deepInclude((yield* stateOf(executionId)).pause, { reason: "baseline_broken" })
      const builds = world.commands
        .filter(({ argv }) => argv[1] === "run")
        .map(({ cwd }) => cwd.split("/").at(-1))
      assert.deepStrictEqual(builds, ["verify", "baseline", "verify"])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a change that mends it is a success", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = writes(world, () => ({ "src/mended.ts": "mended\n" }))
      world.build = redWhile((read) => read("src/mended.ts") === undefined)
      const executionId = yield* run({}, onlyFirst)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.strictEqual((yield* eventsNamed(executionId, "Verified"))[0]?.verdict.attribution, "clean")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("who skips the task in hand lets the next one mend it, and that is said to have fixed it", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = writes(world, ({ env }) => ({
        [env["DEVTEAM_TASK_ID"] === "2" ? "src/mended.ts" : "src/cart.ts"]: "done\n"
      }))
      world.build = redWhile((read) => read("src/mended.ts") === undefined)
      const executionId = yield* run()
      assert.strictEqual((yield* stateOf(executionId)).inHand?.task.id, "1")
      yield* decideOnTask(given.projectId(), {
        decision: "skip",
        taskId: "1",
        title: "Add a cart",
        by: "ada",
        boundTo: "service",
        correlationId: given.correlationId()
      })
      assert.isUndefined((yield* stateOf(executionId)).inHand)
      yield* ask.resume
      yield* drive(executionId)
      const verdicts = (yield* eventsNamed(executionId, "Verified")).map(({ verdict }) => verdict.attribution)
      assert.deepStrictEqual(verdicts, ["baseline_broken", "fixed"])
      const outcomes = (yield* stateOf(executionId)).outcomes
      assert.deepStrictEqual(
        outcomes.map(({ outcome, rounds, taskId }) => `${taskId} ${outcome} ${rounds}`),
        ["1 skipped 1", "2 completed 1"]
      )
    }).pipe(
      Effect.provide(
        layerMemory({ files: { ...exampleFiles, "tasks.md": "[ ] 1 Add a cart\n[ ] 2 Mend the build\n" } })
      )
    )
  )

  it.effect("a green change on a base that is known to be red is said to have fixed it", () =>
    Effect.gen(function* () {
      const world = yield* World
      let isRed = true
      world.build = redWhile(() => isRed)
      const executionId = yield* run({}, onlyFirst)
      isRed = false
      yield* ask.resume
      yield* drive(executionId)
      const verdicts = (yield* eventsNamed(executionId, "Verified")).map(({ verdict }) => verdict.attribution)
      assert.deepStrictEqual(verdicts, ["baseline_broken", "fixed"])
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )
})
