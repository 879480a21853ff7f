/** Pauses and stops that come while something runs, and above all while a push is on its way. */
import { assert, describe, it } from "@effect/vitest"
import { next } from "../../src/execution/next.ts"
import { execution, given } from "./support/scenario.ts"
import { before, during } from "./support/path.ts"
import * as say from "./support/commands.ts"
import { intent, prepared } from "./support/values.ts"

describe("a pause", () => {
  it("at the step's end takes effect in the same append as its result", () => {
    given(...during("IMPLEMENT"), say.pause)
      .when(say.produced())
      .gives("CandidatePrepared", { _tag: "Paused", reason: "request", message: "Paused on request." })
      .leadsTo({ status: "paused", pauseMode: undefined, active: undefined })
      .when(say.resume)
      .gives({ _tag: "Resumed", by: "ada" })
      .leadsTo({ status: "running" })
  })

  it("now cuts the step off, and resume begins it again", () => {
    const paused = given(...during("IMPLEMENT"), say.pauseNow).when(say.interrupt("paused"))
    paused.gives("StepInterrupted", "Paused").leadsTo({ status: "paused", crashes: 0 })
    const resumed = paused.when(say.resume)
    assert.deepStrictEqual(next(resumed.history.state), { _tag: "RunStep", step: "IMPLEMENT" })
  })

  it("whose worker died is settled by the next one", () => {
    const recovered = given(...during("IMPLEMENT"), say.pause)
    assert.deepStrictEqual(next(recovered.history.state), { _tag: "Recover", step: "IMPLEMENT" })
    recovered.when(say.crash).gives("StepInterrupted", "Paused").leadsTo({ status: "paused" })
  })

  it("with nothing running only needs to be settled", () => {
    const due = given(...before("VERIFY"), say.pause)
    assert.deepStrictEqual(next(due.history.state), { _tag: "Settle" })
    due.when(say.settle).gives("Paused")
  })

  it("a failing step takes its wait into the pause", () => {
    const paused = given(...during("VERIFY"), say.pause).when(say.fail("infrastructure"))
    paused.gives("StepFailed", "WaitStarted", "Paused").leadsTo({ status: "paused" })
    assert.isDefined(execution(paused.history).waiting)
  })

  it("waits for the end of a push, and for its report", () => {
    given(...during("PUSH:push"), say.pauseNow)
      .when(say.landed)
      .gives("PushResolved")
      .leadsTo({ status: "pausing" })
      .when(say.begin("REPORT"))
      .when(say.reported())
      .gives("TaskCompleted", "Paused")
  })

  it("does not wait for a remote that cannot be asked; resume looks first", () => {
    const paused = given(...during("PUSH:push"), say.pause).when(say.fail("remote"))
    paused.gives("StepFailed", "WaitStarted", "Paused").leadsTo({ status: "paused" })
    const resumed = paused.when(say.resume).when(say.endWait)
    assert.deepStrictEqual(next(resumed.history.state), { _tag: "RunStep", step: "PUSH", mode: "resolve" })
  })

  it("between intent and push keeps the intent", () => {
    const paused = given(...during("PUSH"), say.pause).when(say.intended())
    paused.gives("PushIntended", "Paused")
    const resumed = paused.when(say.resume)
    assert.deepStrictEqual(next(resumed.history.state), { _tag: "RunStep", step: "PUSH", mode: "push" })
  })

  it("gives way to the end of the execution", () => {
    given(...during("SELECT"), say.pause)
      .when(say.allDone)
      .gives("ExecutionCompleted")
      .leadsTo({ status: "completed" })
    given(...during("IMPLEMENT"), say.pause)
      .when(say.fail("permanent", { error: "agent" }))
      .gives("StepFailed", "ExecutionFailed")
      .leadsTo({ status: "error" })
  })
})

describe("a stop", () => {
  it("cuts the step off and ends the execution, the task open", () => {
    given(...during("IMPLEMENT"), say.stop)
      .when(say.interrupt("stopped"))
      .gives("StepInterrupted", { _tag: "Stopped" })
      .leadsTo({ status: "stopped", inHand: undefined, active: undefined, outcomes: [] })
  })

  it("after a pause wins", () => {
    given(...during("IMPLEMENT"), say.pause, say.stop)
      .when(say.interrupt("stopped"))
      .gives("StepInterrupted", "Stopped")
  })

  it("before the push gives the intent up: nothing has left", () => {
    const due = given(...during("PUSH"), say.stop).when(say.intended())
    due.gives(
      "PushIntended",
      { _tag: "PushResolved", intent: intent(), outcome: { _tag: "NotPushed" }, inherited: false },
      { _tag: "Stopped" }
    )
    due.leadsTo({ status: "stopped", push: undefined })
  })

  it("settles an intent that a dead worker left", () => {
    const due = given(...before("PUSH:push"), say.stop)
    assert.deepStrictEqual(next(due.history.state), { _tag: "Settle" })
    due.when(say.settle).gives("PushResolved", "Stopped")
  })

  it("racing a push that lands: the task is completed and the execution stopped", () => {
    given(...during("PUSH:push"), say.stop)
      .when(say.landed)
      .gives("PushResolved")
      .leadsTo({ status: "stopping" })
      .when(say.begin("REPORT"))
      .when(say.reported())
      .gives(
        {
          _tag: "TaskCompleted",
          taskId: intent().taskId,
          title: "Add a cart",
          commit: prepared.commit,
          totals: { completed: 1, total: 3 }
        },
        { _tag: "Stopped" }
      )
      .leadsTo({ status: "stopped", push: undefined })
  })

  it("a report of a landed push that fails is tried again before the stop", () => {
    const failed = given(...during("REPORT"), say.stop).when(say.fail("infrastructure"))
    failed.gives("StepFailed", "WaitStarted").leadsTo({ status: "stopping" })
    assert.strictEqual(next(failed.history.state)._tag, "WaitUntil")
    failed.when(say.endWait).when(say.begin("REPORT")).when(say.reported()).gives("TaskCompleted", "Stopped")
  })

  for (const tag of ["Again", "NotPushed", "Superseded", "Removed"] as const) {
    it(`racing a push that did not land (${tag}): stopped`, () => {
      const after = given(...during("PUSH:push"), say.stop).when(say.pushed({ _tag: tag }))
      assert.strictEqual(after.events.at(0)?._tag, "PushResolved")
      assert.deepStrictEqual(after.events.at(-1), { _tag: "Stopped" })
    })
  }

  it("refused by the server: stopped, not paused", () => {
    given(...during("PUSH:push"), say.stop)
      .when(say.pushed({ _tag: "RefusedByPolicy", message: "no" }))
      .leadsTo({ status: "stopped", pause: undefined })
  })

  it("with the worker dead in PUSH looks first", () => {
    const crashed = given(...during("PUSH:push"), say.stop).when(say.crash)
    crashed.gives("StepInterrupted").leadsTo({ status: "stopping" })
    assert.deepStrictEqual(next(crashed.history.state), { _tag: "RunStep", step: "PUSH", mode: "resolve" })
  })

  it("with the remote out of reach leaves the intent to the project", () => {
    given(...during("PUSH:push"), say.stop)
      .when(say.fail("remote"))
      .gives("StepFailed", "WaitStarted", { _tag: "Stopped", unresolvedPush: intent() })
      .leadsTo({ status: "stopped", push: { intent: intent(), phase: "unknown" } })
  })
})
