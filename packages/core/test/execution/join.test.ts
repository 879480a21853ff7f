/** More work for an active execution: its scope grows, and "nothing left" from before does not count. */
import { assert, describe, it } from "@effect/vitest"
import { next } from "../../src/execution/next.ts"
import { execution, given } from "./support/scenario.ts"
import { before, during } from "./support/path.ts"
import * as say from "./support/commands.ts"

const scoped = say.start({}, { scope: { _tag: "Tasks", ids: ["1.1"] } })

describe("join", () => {
  it("adds ids to ids, each once", () => {
    const after = given(...during("IMPLEMENT", scoped)).when(say.join("1.1", "2.1"))
    after.gives("WorkRequested").leadsTo({ scope: { _tag: "Tasks", ids: ["1.1", "2.1"] } })
  })

  it("a whole list takes everything in", () => {
    given(...during("IMPLEMENT", scoped))
      .when(say.join())
      .leadsTo({ scope: { _tag: "List" } })
  })

  it("looks at the list once more before it ends", () => {
    const looked = given(...during("SELECT"), say.join("2.1")).when(say.allDone)
    looked.gives("StepInterrupted").leadsTo({ status: "running" })
    assert.deepStrictEqual(next(looked.history.state), { _tag: "RunStep", step: "SELECT" })
  })

  it("a look that began afterwards counts", () => {
    const after = given(...before("SELECT"), say.join("2.1"), say.begin("SELECT")).when(say.allDone)
    after.gives("ExecutionCompleted")
  })

  it("does not wake a paused execution", () => {
    const after = given(...before("IMPLEMENT"), say.pause, say.settle).when(say.join())
    assert.strictEqual(execution(after.history).status, "paused")
  })
})
