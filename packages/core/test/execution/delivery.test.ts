/** MERGE and PUSH: a head that moves, conflicts, and every way a push can turn out. */
import { assert, describe, it } from "@effect/vitest"
import { next } from "../../src/execution/next.ts"
import { sha } from "../../src/testing/given.ts"
import { execution, given } from "./support/scenario.ts"
import { before, during, stages } from "./support/path.ts"
import * as say from "./support/commands.ts"
import { artifact, candidate, intent, named, prepared, redVerdict } from "./support/values.ts"

const conflictAgain: ReadonlyArray<say.Said> = [
  say.conflict,
  ...stages("PROMPT", "VERIFY"),
  say.begin("MERGE")
]

describe("MERGE", () => {
  it("prepares one commit and goes on to PUSH", () => {
    const after = given(...during("MERGE")).when(say.committed)
    after.gives({ _tag: "CommitPrepared", commit: prepared })
    assert.deepStrictEqual(next(after.history.state), { _tag: "RunStep", step: "PUSH", mode: "intend" })
  })

  it("verifies again on a head that moved", () => {
    const after = given(...during("MERGE")).when(say.rebased)
    after.gives("CandidatePrepared")
    const task = execution(after.history).inHand
    assert.strictEqual(task?.base, sha("9"))
    assert.isUndefined(task?.verdict)
    assert.deepStrictEqual(next(after.history.state), { _tag: "RunStep", step: "VERIFY" })
  })

  it("a red build on the new head spends a round", () => {
    const after = given(...during("MERGE"), say.rebased, say.begin("VERIFY")).when(say.verified(redVerdict()))
    after.gives("Verified", "RoundSpent")
    assert.strictEqual(execution(after.history).inHand?.base, sha("9"))
  })

  it("a conflict goes back to the agent once, on the new head and uncharged", () => {
    const after = given(...during("MERGE")).when(say.conflict)
    after.gives({
      _tag: "ConflictFound",
      base: sha("9"),
      baseTree: sha("7"),
      files: ["src/cart.ts"],
      log: artifact("conflict.txt")
    })
    const task = execution(after.history).inHand
    assert.deepStrictEqual(
      { base: task?.base, round: task?.round, step: task?.step, previous: task?.previous },
      {
        base: sha("9"),
        round: 1,
        step: "PROMPT",
        previous: { reason: "merge_conflict", log: artifact("conflict.txt") }
      }
    )
  })

  it("the second conflict is held with its candidate", () => {
    given(...during("MERGE"), ...conflictAgain)
      .when(say.conflict)
      .gives({
        _tag: "TaskHeld",
        ...named,
        reason: "conflict",
        message: "The change conflicts with the target again, in src/cart.ts.",
        candidate: candidate()
      })
  })

  it("a line that others ticked makes the task superseded, its candidate kept", () => {
    const after = given(...during("MERGE")).when(
      say.merged({ _tag: "Superseded", message: "Somebody else ticked 1.1." })
    )
    after.gives("TaskSuperseded").leadsTo({ status: "running", inHand: undefined })
    assert.deepStrictEqual(execution(after.history).outcomes[0]?.candidate, candidate())
    assert.deepStrictEqual(next(after.history.state), { _tag: "RunStep", step: "SELECT" })
  })

  it("a list that is invalid by then holds the task", () => {
    const after = given(...during("MERGE")).when(
      say.merged({ _tag: "ListInvalid", message: "tasks.md:3 is odd." })
    )
    after.gives("TaskHeld")
    assert.strictEqual(execution(after.history).outcomes[0]?.reason, "list_invalid")
  })
})

describe("PUSH", () => {
  it("records the intent before anything leaves", () => {
    const after = given(...during("PUSH")).when(say.intended())
    after
      .gives({ _tag: "PushIntended", intent: intent() })
      .leadsTo({ push: { intent: intent(), phase: "intended" } })
    assert.deepStrictEqual(next(after.history.state), { _tag: "RunStep", step: "PUSH", mode: "push" })
  })

  it("is unknown from the moment at which it begins", () => {
    const after = given(...before("PUSH:push")).when(say.begin("PUSH", "push"))
    after.gives("StepStarted").leadsTo({ push: { intent: intent(), phase: "unknown" } })
  })

  it("looks first after a crash", () => {
    const after = given(...during("PUSH:push")).when(say.crash)
    after.gives("StepInterrupted")
    assert.deepStrictEqual(next(after.history.state), { _tag: "RunStep", step: "PUSH", mode: "resolve" })
  })

  it("Landed: the task is reported, then completed", () => {
    const after = given(...during("PUSH:push")).when(say.landed)
    after.gives({
      _tag: "PushResolved",
      intent: intent(),
      outcome: { _tag: "Landed", commit: prepared.commit },
      inherited: false
    })
    after.leadsTo({ push: undefined })
    after
      .when(say.begin("REPORT"))
      .when(say.reported())
      .gives({
        _tag: "TaskCompleted",
        ...named,
        commit: prepared.commit,
        totals: { completed: 1, total: 3 }
      })
      .leadsTo({ inHand: undefined, totals: { completed: 1, total: 3 } })
  })

  for (const outcome of ["Again", "NotPushed"] as const) {
    it(`${outcome}: a new intent for the same commit`, () => {
      const after = given(...during("PUSH:push")).when(say.pushed({ _tag: outcome }))
      after.gives("PushResolved").leadsTo({ push: undefined, status: "running" })
      assert.deepStrictEqual(execution(after.history).inHand?.commit, prepared)
      assert.deepStrictEqual(next(after.history.state), { _tag: "RunStep", step: "PUSH", mode: "intend" })
    })
  }

  const regenerate = say.pushed({ _tag: "Regenerate", head: sha("9") })

  it("Regenerate: MERGE on the new head, one generation later", () => {
    const after = given(...during("PUSH:push")).when(regenerate)
    after.gives("PushResolved")
    const task = execution(after.history).inHand
    assert.deepStrictEqual([task?.step, task?.generation, task?.commit], ["MERGE", 2, undefined])
  })

  it("waits when the target keeps moving, and counts anew afterwards", () => {
    const round: ReadonlyArray<say.Said> = [regenerate, ...stages("MERGE", "PUSH"), say.begin("PUSH", "push")]
    const after = given(...during("PUSH:push"), ...round, ...round).when(regenerate)
    after.gives("PushResolved", "WaitStarted")
    const { waiting, inHand, updatedAt } = execution(after.history)
    assert.strictEqual(waiting?.reason, "target_busy")
    assert.strictEqual(waiting?.until, updatedAt + 60_000)
    assert.strictEqual(inHand?.generation, 1)
    const again = after.when(say.endWait).gives("WaitEnded")
    assert.deepStrictEqual(next(again.history.state), { _tag: "RunStep", step: "MERGE" })
  })

  it("does not push the same commit again and again without a pause", () => {
    const again = say.pushed({ _tag: "Again" })
    const round: ReadonlyArray<say.Said> = [again, ...stages("PUSH", "PUSH"), say.begin("PUSH", "push")]
    const after = given(...during("PUSH:push"), ...round, ...round).when(again)
    after.gives("PushResolved", "WaitStarted")
    assert.strictEqual(execution(after.history).waiting?.reason, "target_busy")
  })

  it("Removed: held, and never pushed again", () => {
    const after = given(...during("PUSH:push")).when(say.pushed({ _tag: "Removed" }))
    after.gives("PushResolved", "TaskHeld").leadsTo({ push: undefined, inHand: undefined })
    assert.strictEqual(execution(after.history).outcomes[0]?.reason, "removed_by_others")
  })

  it("TargetGone: held", () => {
    const after = given(...during("PUSH:push")).when(say.pushed({ _tag: "TargetGone" }))
    after.gives("PushResolved", "TaskHeld").leadsTo({ status: "running", inHand: undefined })
  })

  it("Superseded: nothing is pushed, the next task is selected", () => {
    given(...during("PUSH:push"))
      .when(say.pushed({ _tag: "Superseded" }))
      .gives("PushResolved", "TaskSuperseded")
      .leadsTo({ status: "running", inHand: undefined })
  })

  it("RefusedByPolicy: the candidate is held and the execution paused with the server's words", () => {
    given(...during("PUSH:push"))
      .when(say.pushed({ _tag: "RefusedByPolicy", message: "protected branch" }))
      .gives("PushResolved", "TaskHeld", {
        _tag: "Paused",
        reason: "push_refused",
        message:
          "The remote refused the push: protected branch\nThe change is kept. Deliver it to a branch of its own: resume with --deliver branch."
      })
      .leadsTo({ status: "paused", push: undefined })
  })
})
