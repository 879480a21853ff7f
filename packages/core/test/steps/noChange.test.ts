/** An agent that says that there is nothing to do. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { parseTrailers } from "../../src/delivery/CommitMessage.ts"
import * as given from "../../src/testing/given.ts"
import { layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { eventsNamed, run, stateOf } from "../worker/support.ts"
import { inTurn, redWhile, says, writes } from "./scripts.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const
const nothing = says("Looked at it.\nDEVTEAM: NOTHING-TO-DO there is a cart already\n")

describe("nothing to do", () => {
  it.effect("holds the task, and the execution pauses when nothing else can run", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = nothing
      const executionId = yield* run()
      const state = yield* stateOf(executionId)
      assert.deepInclude(state.outcomes[0], { outcome: "held", reason: "nothing_to_do" })
      assert.include(state.outcomes[0]?.message ?? "", "there is a cart already")
      assert.deepInclude(state.pause, { reason: "held" })
      assert.lengthOf(yield* eventsNamed(executionId, "RoundSpent"), 0)
      assert.lengthOf(world.person.log(), 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("is a commit of the tick alone where that is accepted, verified like any other", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = nothing
      const executionId = yield* run({ noChange: "accept" }, onlyFirst)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.strictEqual(
        world.person.read("tasks.md"),
        "[x] 1.1 Add a cart\n[ ] 1.2 Add a checkout (deps: 1.1)\n"
      )
      const [commit, before] = world.person.log()
      const [after, earlier] = [commit, before].map((at) => world.git.trees.get(at?.tree ?? given.sha()))
      assert.deepStrictEqual([...(after ?? []).keys()], [...(earlier ?? []).keys()])
      assert.strictEqual(parseTrailers(commit?.message ?? "").verify, "passed npm ci, npm run build")
      const [candidate] = yield* eventsNamed(executionId, "CandidatePrepared")
      assert.deepInclude(candidate?.candidate, { empty: true, filesModified: [] })
      assert.strictEqual(candidate?.origin, "no_change")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("is no success on a red base: that pauses as for any other change", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = nothing
      world.build = redWhile(() => true)
      const executionId = yield* run({ noChange: "accept" }, onlyFirst)
      assert.deepInclude((yield* stateOf(executionId)).pause, { reason: "baseline_broken" })
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("is not believed when files did change", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = (input, print) =>
        Effect.andThen(
          writes(world, () => ({ "src/cart.ts": "cart\n" }))(input, print),
          nothing(input, print)
        )
      yield* run({}, onlyFirst)
      assert.strictEqual(world.person.read("src/cart.ts"), "cart\n")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect.each(["hold", "accept"] as const)(
    "after a red build stands by the change, which is verified again (noChange: %s)",
    (noChange) =>
      Effect.gen(function* () {
        const world = yield* World
        world.agent.script = inTurn(
          writes(world, () => ({ "src/cart.ts": "cart\n" })),
          nothing
        )
        let looks = 0
        world.build = redWhile((read) => read("src/cart.ts") !== undefined && ++looks === 1)
        const executionId = yield* run({ noChange }, onlyFirst)
        assert.strictEqual((yield* stateOf(executionId)).status, "completed")
        assert.strictEqual(world.person.read("src/cart.ts"), "cart\n", "the tick does not go without it")
        const [spent, ...more] = yield* eventsNamed(executionId, "RoundSpent")
        assert.strictEqual(spent?.reason, "red_build")
        assert.isEmpty(more)
        const [, stood] = yield* eventsNamed(executionId, "CandidatePrepared")
        assert.deepInclude(stood, { origin: "agent" })
        assert.include(stood?.warnings.join(), "left its change as it was: there is a cart already")
      }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("silence after an edit of the list alone says that the edit was undone", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = writes(world, () => ({ "tasks.md": "[x] 1.1 Add a cart\n" }))
      const executionId = yield* run({}, onlyFirst)
      const [spent] = yield* eventsNamed(executionId, "RoundSpent")
      assert.strictEqual(spent?.reason, "no_edit")
      assert.include(spent?.message, "The agent edited tasks.md; that was undone.")
    }).pipe(Effect.provide(layerMemory()))
  )
})
