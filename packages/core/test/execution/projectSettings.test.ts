/** What INITIALIZE found about the project's settings, in the task context. */
import { assert, describe, it } from "@effect/vitest"
import { evolve } from "../../src/execution/evolve.ts"
import { type Execution, initial, type State } from "../../src/execution/State.ts"
import type { Event } from "../../src/execution/Event.ts"
import type { ExecutionSettings } from "../../src/model/Settings.ts"
import { executionRequested, initialized, settings, startedAt } from "../../src/testing/given.ts"

const fold = (...events: ReadonlyArray<Event>): Execution => {
  const state = events.reduce<State>((folded, event) => evolve(folded, { at: startedAt, event }), initial)
  if (state === undefined) throw new Error("There is no execution.")
  return state
}

const asked = settings({ explicit: ["verify"], verify: [["make"]] })
const applied: ExecutionSettings = { ...asked, noChange: "accept" }

describe("settings in the task context", () => {
  it("are the caller's until INITIALIZE, then what it found", () => {
    assert.deepStrictEqual(fold(executionRequested({ settings: asked })).settings, asked)
    const state = fold(executionRequested({ settings: asked }), initialized({ settings: applied }))
    assert.deepStrictEqual(state.settings, applied)
    assert.notProperty(state.ready, "settings")
  })

  it("stay the caller's where INITIALIZE found nothing, as in older journals", () => {
    assert.deepStrictEqual(fold(executionRequested({ settings: asked }), initialized()).settings, asked)
  })

  it("a delivery that a person names while paused is theirs from then on", () => {
    const paused: ReadonlyArray<Event> = [
      executionRequested({ settings: asked }),
      initialized({ settings: applied }),
      { _tag: "Paused", reason: "push_refused", message: "protected" }
    ]
    const resumed = fold(...paused, { _tag: "Resumed", by: "ada", delivery: "branch" })
    assert.strictEqual(resumed.settings.delivery, "branch")
    assert.deepStrictEqual(resumed.settings.explicit, ["verify", "delivery"])
    assert.deepStrictEqual(fold(...paused, { _tag: "Resumed", by: "ada" }).settings.explicit, ["verify"])
  })
})
