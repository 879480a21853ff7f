/** What people decide about tasks: which decisions a task's fate allows, and what is delivered then. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decide } from "../../src/execution/decide.ts"
import { describeRejection } from "../../src/execution/Rejection.ts"
import { project } from "../../src/execution/StatusProjection.ts"
import { sha } from "../../src/testing/given.ts"
import * as say from "./support/commands.ts"
import { before, during } from "./support/path.ts"
import { execution, given } from "./support/scenario.ts"
import { candidate, redVerdict, verdict } from "./support/values.ts"

const holds = (reason: "policy" | "nothing_to_do" = "policy") =>
  say.implemented({
    _tag: "Held",
    reason,
    message: "CI files",
    ...(reason === "policy" ? { candidate: candidate() } : {})
  })
const held = [...during("IMPLEMENT"), holds()]
const waitsForDecision = [...held, say.begin("SELECT"), say.nothingRunnable]
const completed = [...before("REPORT"), say.begin("REPORT"), say.reported()]

const refusal = (said: ReadonlyArray<say.Said>, request: say.Said): string => {
  const decided = decide({ ...request, at: 9_000_000 }, given(...said).history.state)
  assert.isTrue(Result.isFailure(decided))
  return Result.isFailure(decided) ? describeRejection(decided.failure) : ""
}

describe("a decision on a task", () => {
  it("accept is only for a held task", () => {
    assert.include(
      refusal(during("IMPLEMENT"), say.decide("accept", "1.1")),
      "only the change of a held task"
    )
    assert.include(refusal(completed, say.decide("accept", "1.1")), "Task 1.1 is completed")
  })

  it("a completed task is neither reopened nor skipped nor ticked", () => {
    assert.include(refusal(completed, say.decide("reopen", "1.1")), "undo")
    assert.include(refusal(completed, say.decide("skip", "1.1")), "completed already")
    assert.include(refusal(completed, say.decide("done", "1.1")), "completed already")
  })

  it("is the same when it is repeated", () => {
    for (const decision of ["accept", "skip", "done"] as const) {
      given(...held, say.decide(decision, "1.1"))
        .when(say.decide(decision, "1.1"))
        .changesNothing()
    }
    given(...held, say.decide("reopen", "1.1"))
      .when(say.decide("reopen", "1.1"))
      .changesNothing()
  })

  it("ends a pause that waited for it, and no other", () => {
    given(...waitsForDecision)
      .when(say.decide("accept", "1.1"))
      .gives("TaskDecided", { _tag: "Resumed", by: "ada" })
      .leadsTo({ status: "running" })
    given(...held, say.pause, say.settle)
      .when(say.decide("accept", "1.1"))
      .gives("TaskDecided")
      .leadsTo({ status: "paused" })
  })

  it("the last one counts", () => {
    const { state } = given(...held, say.decide("accept", "1.1"), say.decide("skip", "1.1")).history
    assert.deepStrictEqual(state?.ordered, [])
    assert.deepStrictEqual(
      state?.outcomes.map(({ outcome, message }) => ({ outcome, message })),
      [{ outcome: "skipped", message: "Skipped by ada." }]
    )
  })

  it("reopen forgets how the task came out", () => {
    assert.deepStrictEqual(given(...held, say.decide("reopen", "1.1")).history.state?.outcomes, [])
  })

  it("a skip of the task in hand keeps it from being held or failed, and not from being completed", () => {
    const skipped = given(...during("IMPLEMENT"), say.decide("skip", "1.1"), holds()).history
    assert.deepStrictEqual(
      execution(skipped).outcomes.map((task) => task.outcome),
      ["skipped"]
    )
    const landed = given(...before("REPORT"), say.decide("skip", "1.1"), say.begin("REPORT"), say.reported())
    assert.deepStrictEqual(
      execution(landed.history).outcomes.map((task) => task.outcome),
      ["completed"]
    )
  })

  it("counts although SELECT looked before it was made", () => {
    const looking = [...held, say.begin("SELECT")]
    given(...looking, say.decide("accept", "1.1"))
      .when(say.nothingRunnable)
      .gives({ _tag: "StepInterrupted", step: "SELECT", attempt: 1, cause: "work_requested" })
    given(...looking, say.decide("skip", "1.2"))
      .when(say.selected("1.2"))
      .gives({ _tag: "StepInterrupted", step: "SELECT", attempt: 1, cause: "work_requested" })
    given(...looking, say.decide("skip", "1.2"))
      .when(say.selected("1.3"))
      .gives("TaskSelected")
  })
})

const accepted = [...waitsForDecision, say.decide("accept", "1.1"), say.begin("SELECT")]

describe("what a person ordered", () => {
  it("is moved onto the head and verified there, without an agent", () => {
    const { state } = given(...accepted, say.selectedByOrder("1.1", "Accept")).history
    assert.strictEqual(state?.inHand?.step, "MERGE")
    assert.strictEqual(state?.inHand?.candidate?.base, sha("7"))
    assert.strictEqual(state?.inHand?.baseTree, sha("8"))
    assert.isUndefined(state?.inHand?.verdict)
    assert.deepStrictEqual(state?.ordered, [])
    given(...accepted, say.selectedByOrder("1.1", "Accept"), say.begin("MERGE"))
      .when(say.rebased)
      .gives("CandidatePrepared")
      .leadsTo({ status: "running" })
  })

  const onHead = (kind: "Accept" | "Undo") => [
    ...accepted,
    say.selectedByOrder("1.1", kind),
    say.begin("MERGE"),
    say.rebased,
    say.begin("VERIFY")
  ]

  it("is held where it is red or conflicts: no agent mends it", () => {
    given(...onHead("Accept"))
      .when(say.verified(redVerdict()))
      .gives("Verified", "TaskHeld")
    assert.strictEqual(
      given(...onHead("Accept"), say.verified(redVerdict())).history.state?.outcomes[0]?.reason,
      "verification_failed"
    )
    given(...accepted, say.selectedByOrder("1.1", "Accept"), say.begin("MERGE"))
      .when(say.conflict)
      .gives("TaskHeld")
  })

  it("is delivered although nothing verifies the project: a person said so", () => {
    const unverified = say.verified(verdict({ outcome: "unverified", commands: [] }))
    const start = say.start({ requireVerify: true })
    given(start, ...onHead("Accept").slice(1))
      .when(unverified)
      .gives("Verified")
  })

  it("an undone task is not completed, and not taken again", () => {
    const { state } = given(
      ...onHead("Undo"),
      say.verified(),
      say.begin("MERGE"),
      say.committed,
      say.begin("PUSH", "intend"),
      say.intended(),
      say.begin("PUSH", "push"),
      say.landed,
      say.begin("REPORT"),
      say.reported()
    ).history
    assert.deepStrictEqual(
      state?.outcomes.map(({ outcome }) => outcome),
      ["undone"]
    )
    assert.strictEqual(state === undefined ? "" : project(state).undone[0]?.id, "1.1")
  })
})

describe("another delivery", () => {
  const refused = [
    ...during("PUSH:push"),
    say.pushed({ _tag: "RefusedByPolicy", message: "protected branch" })
  ]

  it("is prepared anew, and delivers first what the remote refused", () => {
    const { state } = given(...refused, { ...say.resume, delivery: "branch" }).history
    assert.strictEqual(state?.status, "initializing")
    assert.strictEqual(state?.settings.delivery, "branch")
    assert.deepStrictEqual(
      state?.ordered.map(({ _tag, taskId }) => [_tag, taskId]),
      [["Accept", "1.1"]]
    )
    given(...refused, { ...say.resume, delivery: "branch" }, say.begin("INITIALIZE"))
      .when(say.initialized())
      .leadsTo({ status: "running" })
  })

  it("the same one is an ordinary resume", () => {
    const { state } = given(...refused, { ...say.resume, delivery: "main" }).history
    assert.strictEqual(state?.status, "running")
    assert.deepStrictEqual(state?.ordered, [])
  })

  it("is refused while something runs, while a push is open, and for another repository", () => {
    const branch = { ...say.resume, delivery: "branch" } as const
    assert.include(refusal(during("IMPLEMENT"), branch), "only while the execution is paused")
    const open = [...during("PUSH:push"), say.fail("remote"), say.pause]
    assert.include(refusal(open, branch), "no push is open")
    assert.include(refusal(refused, { ...say.resume, delivery: "local" }), "another repository")
  })
})
