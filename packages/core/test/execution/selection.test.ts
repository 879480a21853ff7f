/** What SELECT finds, from all done to nothing runnable, and what the execution makes of it. */
import { assert, describe, it } from "@effect/vitest"
import type { Selection } from "../../src/execution/Command.ts"
import { next } from "../../src/execution/next.ts"
import { execution, given } from "./support/scenario.ts"
import { before, during, failingTask } from "./support/path.ts"
import * as say from "./support/commands.ts"
import { candidate } from "./support/values.ts"

describe("SELECT", () => {
  it("takes a task in hand, from PREP on", () => {
    const after = given(...during("SELECT")).when(say.selected())
    after.gives("TaskSelected")
    assert.deepStrictEqual(next(after.history.state), { _tag: "RunStep", step: "PREP" })
  })

  it("completes the execution when everything in scope is done", () => {
    given(...during("SELECT"))
      .when(say.allDone)
      .gives({ _tag: "ExecutionCompleted", totals: { completed: 3, total: 3 } })
      .leadsTo({ status: "completed", totals: { completed: 3, total: 3 } })
  })

  const ends = [
    ["NoTasks", "no_tasks"],
    ["UnknownTask", "unknown_task"],
    ["ListMissing", "list_missing"]
  ] as const
  for (const [tag, reason] of ends) {
    it(`${tag} ends it as ${reason}`, () => {
      const found: Selection = { _tag: tag, message: "Nothing." }
      given(...during("SELECT"))
        .when(say.selection(found))
        .leadsTo({ status: "error", error: { reason, message: "Nothing." } })
    })
  }

  it("pauses on a list that is invalid, and looks again after resume", () => {
    const message = "tasks.md:3:1: duplicate id 1.1"
    const paused = given(...during("SELECT")).when(say.selection({ _tag: "ListInvalid", message }))
    paused.gives({ _tag: "Paused", reason: "list_invalid", message })
    assert.deepStrictEqual(next(paused.when(say.resume).history.state), { _tag: "RunStep", step: "SELECT" })
  })

  it("is only a stop where a stop is due", () => {
    given(...during("SELECT"), say.stop)
      .when(say.selection({ _tag: "ListInvalid", message: "bad" }))
      .gives("StepInterrupted", "Stopped")
  })
})

describe("nothing runnable", () => {
  const held: ReadonlyArray<say.Said> = [
    ...during("IMPLEMENT"),
    say.implemented({ _tag: "Held", reason: "nothing_to_do", message: "It is done.", candidate: candidate() })
  ]
  const oneRound = say.start({ limits: { rounds: 1 } })

  it("waits for a decision where tasks are held", () => {
    given(...held, say.begin("SELECT"))
      .when(say.nothingRunnable)
      .gives({ _tag: "Paused", reason: "held", message: "Waiting for a decision on 1.1." })
  })

  it("is an error where tasks failed, and names what they block", () => {
    const after = given(
      ...before("SELECT", oneRound),
      ...failingTask("1.1", "Add a cart"),
      say.begin("SELECT")
    ).when(say.nothingRunnable)
    after.gives({
      _tag: "ExecutionFailed",
      reason: "tasks_failed",
      message: "Failed: 1.1. Blocked: 1.2 (by 1.1).",
      blocked: [{ id: "1.2", by: ["1.1"] }]
    })
    after.leadsTo({ status: "error", blocked: [{ id: "1.2", by: ["1.1"] }] })
    assert.strictEqual(execution(after.history).outcomes[0]?.outcome, "failed")
  })

  it("waits for a decision where some are held and others failed", () => {
    given(...held, ...failingTask("1.2", "Add prices"), say.begin("PROMPT"))
      .when(say.promptDone)
      .leadsTo({ status: "running" })
    given(
      ...before("SELECT", oneRound),
      ...failingTask("1.2", "Add prices"),
      ...held.slice(before("SELECT").length),
      say.begin("SELECT")
    )
      .when(say.nothingRunnable)
      .gives({ _tag: "Paused", reason: "held", message: "Waiting for a decision on 1.1." })
  })

  it("is said even where no task of this execution failed", () => {
    const blocked = [{ id: "2.1", by: ["1.1"] }]
    const message = "No task can run. Blocked: 2.1 (by 1.1)."
    given(...during("SELECT"))
      .when(say.selection({ _tag: "NothingRunnable", blocked }))
      .gives({ _tag: "ExecutionFailed", reason: "tasks_failed", message, blocked })
  })

  it("is the end where people took out whatever is left", () => {
    given(...during("SELECT"))
      .when(say.selection({ _tag: "NothingRunnable", blocked: [] }))
      .gives("ExecutionCompleted")
  })

  it("a task that was held is replaced in the outcomes once it is taken up again", () => {
    const again = given(...held, say.begin("SELECT"), say.selected()).history
    assert.strictEqual(execution(again).inHand?.task.id, execution(again).outcomes[0]?.taskId)
    const settled = given(
      ...held,
      say.begin("SELECT"),
      say.selected(),
      ...before("REPORT").slice(before("PREP").length),
      say.begin("REPORT")
    ).when(say.reported())
    assert.deepStrictEqual(
      execution(settled.history).outcomes.map(({ taskId, outcome }) => [taskId as string, outcome]),
      [["1.1", "completed"]]
    )
  })
})
