/** A push that a stopped execution could not resolve: the next one does, before anything else. */
import { assert, describe, it } from "@effect/vitest"
import type { PushOutcome } from "../../src/execution/Event.ts"
import { next } from "../../src/execution/next.ts"
import { capabilities, executionId } from "../../src/testing/given.ts"
import { execution, given } from "./support/scenario.ts"
import { during } from "./support/path.ts"
import * as say from "./support/commands.ts"
import { intent, named, prepared } from "./support/values.ts"

const inherited = {
  executionId: executionId("execution-0"),
  taskTitle: "Add a cart",
  intent: intent(),
  capabilities
}
const successor = say.start({}, { inherited })
const looking: ReadonlyArray<say.Said> = [successor, say.begin("PUSH", "resolve")]

describe("an inherited push", () => {
  it("comes from an execution that was stopped", () => {
    const { state } = given(...during("PUSH:push"), say.stop, say.fail("remote")).history
    assert.deepStrictEqual(state?.push?.intent, inherited.intent)
    assert.strictEqual(state?.inHand?.task.title, inherited.taskTitle)
  })

  it("is looked for first", () => {
    const { history } = given(successor)
    assert.strictEqual(history.state?.status, "initializing")
    assert.deepStrictEqual(next(history.state), { _tag: "RunStep", step: "PUSH", mode: "resolve" })
  })

  it("Landed: a completed task of this execution, then INITIALIZE", () => {
    const after = given(...looking).when(say.landed)
    after.gives(
      {
        _tag: "PushResolved",
        intent: intent(),
        outcome: { _tag: "Landed", commit: prepared.commit },
        inherited: true
      },
      { _tag: "TaskCompleted", ...named, commit: prepared.commit, totals: { completed: 0, total: 0 } }
    )
    after.leadsTo({ status: "initializing", push: undefined })
    assert.deepStrictEqual(next(after.history.state), { _tag: "RunStep", step: "INITIALIZE" })
  })

  it("Removed: held", () => {
    const after = given(...looking).when(say.pushed({ _tag: "Removed" }))
    after.gives("PushResolved", "TaskHeld").leadsTo({ push: undefined, status: "initializing" })
    assert.strictEqual(execution(after.history).outcomes[0]?.reason, "removed_by_others")
  })

  const open: ReadonlyArray<PushOutcome> = [
    { _tag: "Again" },
    { _tag: "Regenerate", head: prepared.commit },
    { _tag: "Superseded" },
    { _tag: "TargetGone" }
  ]
  for (const outcome of open) {
    it(`${outcome._tag}: the list decides what becomes of the task`, () => {
      given(...looking)
        .when(say.pushed(outcome))
        .gives("PushResolved")
        .leadsTo({ status: "initializing", push: undefined, outcomes: [] })
    })
  }

  it("waits while the remote is out of reach, for ever if need be", () => {
    const failed = given(...looking).when(say.fail("remote"))
    failed.gives("StepFailed", "WaitStarted").leadsTo({ status: "initializing" })
    assert.strictEqual(execution(failed.history).waiting?.reason, "remote_unreachable")
    failed
      .when(say.endWait)
      .when(say.begin("PUSH", "resolve"))
      .when(say.fail("permanent", { error: "auth" }))
      .gives("StepFailed", "WaitStarted")
  })

  it("is handed on when this execution is stopped as well", () => {
    given(...looking, say.stop)
      .when(say.fail("remote"))
      .gives("StepFailed", "WaitStarted", { _tag: "Stopped", unresolvedPush: intent() })
      .leadsTo({ status: "stopped", push: { intent: intent(), phase: "unknown", inherited } })
  })

  it("landed while this execution stops: completed and stopped", () => {
    given(...looking, say.stop)
      .when(say.landed)
      .gives("PushResolved", "TaskCompleted", "Stopped")
  })
})
