/** The status projection: what people see is what the journal says, and nothing more. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { project, StatusProjection } from "../../src/execution/StatusProjection.ts"
import { execution, given } from "./support/scenario.ts"
import { before, during, failingTask } from "./support/path.ts"
import * as say from "./support/commands.ts"
import { named, prepared } from "./support/values.ts"

const shown = (...said: ReadonlyArray<say.Said>): StatusProjection => {
  const projection = project(execution(given(...said).history))
  assert.deepStrictEqual(
    Schema.decodeUnknownSync(StatusProjection)(JSON.parse(JSON.stringify(projection))),
    projection
  )
  return projection
}

describe("the status projection", () => {
  it("of a new execution", () => {
    assert.deepStrictEqual(shown(say.start({}, { userId: "ada" })), {
      projectId: say.start().projectId,
      executionId: say.start().executionId,
      customerId: "ada",
      status: "initializing",
      progress: 0,
      totals: { completed: 0, total: 0 },
      currentTask: null,
      currentStep: null,
      round: null,
      branch: null,
      startedAt: "2026-01-01T00:00:01.000Z",
      updatedAt: "2026-01-01T00:00:01.000Z",
      completed: [],
      failed: [],
      held: [],
      superseded: [],
      skipped: [],
      undone: [],
      delivery: { kind: "main", branch: null },
      remote: null,
      limits: { taskCostUsd: 2, executionCostUsd: 20 },
      artifacts: [],
      blocked: [],
      usage: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
      unresolvedPush: false
    })
  })

  it("of a running step names the task, the step and the round", () => {
    const { currentTask, currentStep, round, branch, progress } = shown(
      ...during("VERIFY"),
      say.red,
      say.begin("PROMPT")
    )
    assert.deepStrictEqual(
      { currentTask, currentStep, round, branch, progress },
      {
        currentTask: { id: "1.1", title: "Add a cart" },
        currentStep: "PROMPT",
        round: 2,
        branch: "main",
        progress: 0
      }
    )
  })

  it("of a wait says why and until when", () => {
    const { waiting } = shown(...during("IMPLEMENT"), say.fail("quota", { until: Date.UTC(2026, 0, 2) }))
    assert.deepStrictEqual(waiting, {
      reason: "quota",
      until: "2026-01-02T00:00:00.000Z",
      message: "The quota message."
    })
  })

  it("of a completed task names the commit and the progress", () => {
    const { completed, progress, totals, currentTask } = shown(...during("REPORT"), say.reported())
    assert.deepStrictEqual(
      { completed, progress, totals, currentTask },
      {
        completed: [{ id: named.taskId, title: named.title, commit: prepared.commit }],
        progress: 33,
        totals: { completed: 1, total: 3 },
        currentTask: null
      }
    )
  })

  it("of failed and blocked tasks says which and by whom", () => {
    const oneRound = say.start({ limits: { rounds: 1 } })
    const { status, failed, blocked, error, endedAt } = shown(
      ...before("SELECT", oneRound),
      ...failingTask("1.1", "Add a cart"),
      say.begin("SELECT"),
      say.nothingRunnable
    )
    assert.deepStrictEqual(
      { status, blocked, reason: error?.reason },
      { status: "error", blocked: [{ id: "1.2", by: ["1.1"] }], reason: "tasks_failed" }
    )
    assert.deepStrictEqual(
      failed.map(({ id, reason }) => [id, reason]),
      [["1.1", "rounds_used_up"]]
    )
    assert.isDefined(endedAt)
  })

  it("says that a push is unresolved", () => {
    assert.isTrue(shown(...during("PUSH:push"), say.stop, say.fail("remote")).unresolvedPush)
    assert.isFalse(shown(...during("PUSH:push"), say.landed).unresolvedPush)
  })
})
