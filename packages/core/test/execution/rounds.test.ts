/** Rounds: what spends one, what follows, and when the task has failed. */
import { assert, describe, it } from "@effect/vitest"
import type { RoundReason } from "../../src/execution/Status.ts"
import { sha } from "../../src/testing/given.ts"
import { execution, from, given, happen } from "./support/scenario.ts"
import { before, during, stages } from "./support/path.ts"
import * as say from "./support/commands.ts"
import { artifact, candidate, named, redVerdict, usage, verdict } from "./support/values.ts"

const failedRounds = (count: number): ReadonlyArray<say.Said> =>
  Array.from({ length: count }).flatMap(() => [
    ...stages("PROMPT", "PROMPT"),
    say.begin("IMPLEMENT"),
    say.spent("no_edit")
  ])

describe("a green round", () => {
  it("goes from the candidate to the verdict to the merge", () => {
    given(...during("IMPLEMENT"))
      .when(say.produced(0.25))
      .gives({
        _tag: "CandidatePrepared",
        candidate: candidate(),
        origin: "agent",
        baseTree: sha("b"),
        durationMs: 3000,
        usage: usage(0.25),
        warnings: []
      })
      .leadsTo({ costUsd: 0.25, inputTokens: 1000, outputTokens: 200 })
      .when(say.begin("VERIFY"))
      .when(say.verified())
      .gives({ _tag: "Verified", verdict: verdict() })
  })

  it("counts a green change on a red base as success", () => {
    given(...during("VERIFY"))
      .when(say.verified(verdict({ attribution: "fixed" })))
      .gives("Verified")
  })
})

describe("a spent round", () => {
  it("a red build goes back to PROMPT with the log and the candidate", () => {
    const after = given(...during("VERIFY")).when(say.red)
    after.gives(
      { _tag: "Verified", verdict: redVerdict() },
      {
        _tag: "RoundSpent",
        round: 1,
        reason: "red_build",
        message: "npm run build failed.",
        log: artifact("verify.log")
      }
    )
    const task = execution(after.history).inHand
    assert.strictEqual(task?.round, 2)
    assert.strictEqual(task?.step, "PROMPT")
    assert.deepStrictEqual(task?.previous, {
      reason: "red_build",
      log: artifact("verify.log"),
      candidate: candidate()
    })
    assert.isUndefined(task?.verdict)
    assert.isUndefined(task?.candidate)
  })

  it("a build that ran out of time is a round of its own kind", () => {
    const timedOut = redVerdict({
      commands: [{ name: "build", argv: ["npm", "run", "build"], outcome: "timed_out", durationMs: 900_000 }]
    })
    const { events } = given(...during("VERIFY")).when(say.verified(timedOut))
    assert.strictEqual(events[1]?._tag === "RoundSpent" ? events[1].reason : undefined, "build_timeout")
  })

  const reasons: ReadonlyArray<RoundReason> = ["no_edit", "malformed_edit", "agent_failed", "agent_timeout"]
  for (const reason of reasons) {
    it(`${reason} costs a round and its money`, () => {
      given(...during("IMPLEMENT"))
        .when(say.spent(reason, 0.5))
        .gives({
          _tag: "RoundSpent",
          round: 1,
          reason,
          message: `It was ${reason}.`,
          log: artifact("stdout.log"),
          usage: usage(0.5)
        })
        .leadsTo({ costUsd: 0.5 })
    })
  }

  it("keeps the candidate of an earlier round when the next one made none", () => {
    const after = given(
      ...during("VERIFY"),
      say.red,
      ...stages("PROMPT", "PROMPT"),
      say.begin("IMPLEMENT")
    ).when(say.spent("no_edit"))
    assert.deepStrictEqual(execution(after.history).inHand?.previous?.candidate, candidate())
  })
})

describe("the last round", () => {
  it("fails the task, and the execution goes on", () => {
    const after = given(
      ...before("PROMPT"),
      ...failedRounds(2),
      ...stages("PROMPT", "PROMPT"),
      say.begin("IMPLEMENT")
    ).when(say.spent("agent_timeout"))
    after.gives("RoundSpent", {
      _tag: "TaskFailed",
      ...named,
      reason: "rounds_used_up",
      message: "3 of 3 rounds used up; the last: It was agent_timeout."
    })
    after.leadsTo({ status: "running", inHand: undefined })
    assert.strictEqual(execution(after.history).outcomes[0]?.rounds, 3)
  })

  it("is not reached by a conflict, which is not charged", () => {
    const after = given(...during("MERGE")).when(say.conflict)
    assert.strictEqual(execution(after.history).inHand?.round, 1)
  })
})

describe("the cost limit of a task", () => {
  it("fails it after the round that went over", () => {
    given(...during("IMPLEMENT", say.start({ limits: { taskCostUsd: 1 } })))
      .when(say.spent("no_edit", 1))
      .gives("RoundSpent", {
        _tag: "TaskFailed",
        ...named,
        reason: "max_cost",
        message: "$1.00 spent of $1.00 for this task."
      })
  })

  it("adds up the rounds, also those whose candidate was red", () => {
    const first = given(
      ...before("IMPLEMENT", say.start({ limits: { taskCostUsd: 1 } })),
      say.begin("IMPLEMENT"),
      say.produced(0.6),
      say.begin("VERIFY")
    )
    const second = happen(
      first.when(say.red).gives("Verified", "RoundSpent").history,
      ...stages("PROMPT", "PROMPT"),
      say.begin("IMPLEMENT")
    )
    from(second).when(say.spent("no_edit", 0.4)).gives("RoundSpent", "TaskFailed")
  })

  it("never throws a green candidate away", () => {
    given(...during("IMPLEMENT", say.start({ limits: { taskCostUsd: 1 } })))
      .when(say.produced(5))
      .gives("CandidatePrepared")
  })
})

describe("what only people can decide", () => {
  it("is held with its candidate", () => {
    given(...during("IMPLEMENT"))
      .when(
        say.implemented({
          _tag: "Held",
          reason: "policy",
          message: "It changes CI files.",
          candidate: candidate()
        })
      )
      .gives({
        _tag: "TaskHeld",
        ...named,
        reason: "policy",
        message: "It changes CI files.",
        candidate: candidate()
      })
      .leadsTo({ status: "running", inHand: undefined })
  })

  it("an unverified change is held only where requireVerify is set", () => {
    const unverified = say.verified(verdict({ outcome: "unverified", commands: [] }))
    given(...during("VERIFY"))
      .when(unverified)
      .gives("Verified")
    const held = given(...during("VERIFY", say.start({ requireVerify: true }))).when(unverified)
    held.gives("Verified", "TaskHeld")
    assert.strictEqual(execution(held.history).outcomes[0]?.reason, "unverified")
  })
})

describe("a base that is red without the change too", () => {
  const broken = say.verified(
    redVerdict({ attribution: "baseline_broken" }),
    "npm run build fails on the base too."
  )

  it("pauses the execution and keeps the candidate", () => {
    const after = given(...during("VERIFY")).when(broken)
    after.gives("Verified", {
      _tag: "Paused",
      reason: "baseline_broken",
      message: "npm run build fails on the base too."
    })
    assert.deepStrictEqual(execution(after.history).inHand?.candidate, candidate())
    assert.strictEqual(execution(after.history).inHand?.round, 1)
  })

  it("goes by MERGE to VERIFY after resume, and never pushes what was red", () => {
    const resumed = given(...during("VERIFY"), broken).when(say.resume)
    resumed.leadsTo({ status: "running", pause: undefined })
    assert.strictEqual(execution(resumed.history).inHand?.step, "MERGE")
    assert.isUndefined(execution(resumed.history).inHand?.verdict)
    const moved = resumed.when(say.begin("MERGE")).when(say.rebased).gives("CandidatePrepared")
    assert.strictEqual(execution(moved.history).inHand?.step, "VERIFY")
    moved.when(say.begin("VERIFY")).when(say.verified()).gives("Verified").leadsTo({ status: "running" })
  })

  it("is only a stop where a stop is due", () => {
    given(...during("VERIFY"), say.stop)
      .when(broken)
      .gives("Verified", "StepInterrupted", "Stopped")
      .leadsTo({ status: "stopped", pause: undefined })
  })
})
