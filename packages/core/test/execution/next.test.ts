/** What the worker is to do next, from the start of an execution to its end. */
import { assert, describe, it } from "@effect/vitest"
import { type Directive, next } from "../../src/execution/next.ts"
import { given, nothing } from "./support/scenario.ts"
import { before, during } from "./support/path.ts"
import * as say from "./support/commands.ts"

const after = (...said: ReadonlyArray<say.Said>): Directive => next(given(...said).history.state)

describe("next", () => {
  it("rests without an execution, in a pause and after the end", () => {
    assert.deepStrictEqual(next(nothing.state), { _tag: "Rest", status: "none" })
    assert.deepStrictEqual(after(...before("PREP"), say.pause, say.settle), {
      _tag: "Rest",
      status: "paused"
    })
    assert.deepStrictEqual(after(...before("PREP"), say.stop, say.settle), {
      _tag: "Rest",
      status: "stopped"
    })
    assert.deepStrictEqual(after(...during("SELECT"), say.allDone), { _tag: "Rest", status: "completed" })
  })

  const order = ["INITIALIZE", "SELECT", "PREP", "PROMPT", "IMPLEMENT", "VERIFY", "MERGE", "REPORT"] as const
  for (const step of order) {
    it(`runs ${step} when it is due`, () => {
      assert.deepStrictEqual(after(...before(step)), { _tag: "RunStep", step })
    })
    it(`recovers ${step} where its worker died`, () => {
      assert.deepStrictEqual(after(...during(step)), { _tag: "Recover", step })
    })
  }

  it("makes an intent, pushes it, and looks after anything else", () => {
    assert.deepStrictEqual(after(...before("PUSH")), { _tag: "RunStep", step: "PUSH", mode: "intend" })
    assert.deepStrictEqual(after(...before("PUSH:push")), { _tag: "RunStep", step: "PUSH", mode: "push" })
    const looks: Directive = { _tag: "RunStep", step: "PUSH", mode: "resolve" }
    assert.deepStrictEqual(after(...during("PUSH:push"), say.crash), looks)
    assert.deepStrictEqual(after(...during("PUSH:push"), say.fail("remote"), say.endWait), looks)
    assert.deepStrictEqual(after(...during("PUSH:push"), say.crash, say.stop), looks)
    assert.deepStrictEqual(after(...during("PUSH:push"), say.crash, say.pause), looks)
  })

  it("selects the next task after one is completed", () => {
    assert.deepStrictEqual(after(...during("REPORT"), say.reported()), { _tag: "RunStep", step: "SELECT" })
  })

  it("waits in a wait, also where a landed task is still to be reported and a stop is due", () => {
    assert.strictEqual(after(...during("VERIFY"), say.fail("infrastructure"))._tag, "WaitUntil")
    assert.strictEqual(after(...during("REPORT"), say.stop, say.fail("infrastructure"))._tag, "WaitUntil")
  })

  it("settles what is due once nothing runs", () => {
    assert.deepStrictEqual(after(...before("VERIFY"), say.pause), { _tag: "Settle" })
    assert.deepStrictEqual(after(...before("PUSH:push"), say.stop), { _tag: "Settle" })
    assert.strictEqual(after(...during("VERIFY"), say.pause)._tag, "Recover")
  })
})
