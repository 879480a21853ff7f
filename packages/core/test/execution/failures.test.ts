/** Steps that fail or are cut off: attempts with backoff, quotas, permanent errors, crashes. */
import { assert, describe, it } from "@effect/vitest"
import { delayAfter } from "../../src/execution/backoff.ts"
import { next } from "../../src/execution/next.ts"
import { execution, from, given, happen, type History } from "./support/scenario.ts"
import { before, during } from "./support/path.ts"
import * as say from "./support/commands.ts"
import { named } from "./support/values.ts"

const failAgain = (history: History, times: number): History =>
  Array.from({ length: times }).reduce<History>(
    (sofar) => happen(sofar, say.endWait, say.begin("IMPLEMENT"), say.fail("infrastructure")),
    history
  )

describe("an infrastructure failure", () => {
  it("is an attempt: the execution waits, and the step runs again", () => {
    const failed = given(...during("IMPLEMENT")).when(say.fail("infrastructure"))
    const until = execution(failed.history).updatedAt + 1000
    failed.gives(
      {
        _tag: "StepFailed",
        step: "IMPLEMENT",
        attempt: 1,
        reason: "infrastructure_reason",
        message: "The infrastructure message."
      },
      {
        _tag: "WaitStarted",
        waiting: { reason: "backoff", until, message: "The infrastructure message." }
      }
    )
    failed.leadsTo({ status: "running", active: undefined })
    assert.strictEqual(next(failed.history.state)._tag, "WaitUntil")
    failed
      .when(say.endWait)
      .gives("WaitEnded")
      .when(say.begin("IMPLEMENT"))
      .gives({ _tag: "StepStarted", step: "IMPLEMENT", attempt: 2, taskId: named.taskId, round: 1 })
  })

  it("waits twice as long each time, then every five minutes, for ever", () => {
    assert.deepStrictEqual(
      [1, 2, 3, 4, 5, 6, 100].map((failures) => delayAfter(failures, 5)),
      [1000, 2000, 4000, 8000, 300_000, 300_000, 300_000]
    )
    const first = given(...during("IMPLEMENT")).when(say.fail("infrastructure")).history
    const reasons = [0, 1, 2, 3, 4, 20].map((times) => {
      const { waiting, status, inHand, updatedAt } = execution(failAgain(first, times))
      return [waiting?.reason, (waiting?.until ?? 0) - updatedAt, status, inHand?.round]
    })
    assert.deepStrictEqual(reasons, [
      ["backoff", 1000, "running", 1],
      ["backoff", 2000, "running", 1],
      ["backoff", 4000, "running", 1],
      ["backoff", 8000, "running", 1],
      ["infrastructure", 300_000, "running", 1],
      ["infrastructure", 300_000, "running", 1]
    ])
  })

  it("is forgotten once the step succeeds", () => {
    const failing = failAgain(given(...during("IMPLEMENT")).when(say.fail("infrastructure")).history, 2)
    const done = happen(failing, say.endWait, say.begin("IMPLEMENT"), say.produced(), say.begin("VERIFY"))
    from(done).when(say.fail("infrastructure")).leadsTo({ failures: 1 })
  })

  it("of the remote says so", () => {
    const { history } = given(...during("SELECT")).when(say.fail("remote"))
    assert.strictEqual(execution(history).waiting?.reason, "remote_unreachable")
  })
})

describe("a quota", () => {
  it("waits until its reset", () => {
    const { history } = given(...during("IMPLEMENT")).when(say.fail("quota", { until: 1_900_000_000_000 }))
    assert.deepStrictEqual(execution(history).waiting, {
      reason: "quota",
      until: 1_900_000_000_000,
      message: "The quota message."
    })
  })

  it("waits five minutes when nobody says until when", () => {
    const { history } = given(...during("IMPLEMENT")).when(say.fail("quota"))
    const { waiting, updatedAt } = execution(history)
    assert.strictEqual(waiting?.until, updatedAt + 300_000)
  })
})

describe("a permanent failure", () => {
  it("ends the execution with what to do", () => {
    given(...during("IMPLEMENT"))
      .when(say.fail("permanent", { error: "agent" }))
      .gives("StepFailed", {
        _tag: "ExecutionFailed",
        reason: "agent",
        message: "The permanent message.",
        blocked: []
      })
      .leadsTo({
        status: "error",
        error: { reason: "agent", message: "The permanent message." },
        inHand: undefined
      })
  })

  it("is the environment's when nobody says whose", () => {
    const { history } = given(...during("INITIALIZE")).when(say.fail("permanent"))
    assert.strictEqual(execution(history).error?.reason, "environment")
  })

  it("ends nothing while a push is open: somebody has to look first", () => {
    const failed = given(...during("PUSH:push")).when(say.fail("permanent", { error: "auth" }))
    failed.gives("StepFailed", "WaitStarted").leadsTo({ status: "running" })
    assert.strictEqual(execution(failed.history).push?.phase, "unknown")
    assert.strictEqual(execution(failed.history).waiting?.reason, "remote_unreachable")
    const after = failed.when(say.endWait)
    assert.deepStrictEqual(next(after.history.state), { _tag: "RunStep", step: "PUSH", mode: "resolve" })
  })

  it("ends nothing before a landed task is completed", () => {
    const failed = given(...during("REPORT")).when(say.fail("permanent"))
    failed.gives("StepFailed", "WaitStarted").leadsTo({ status: "running" })
    failed.when(say.endWait).when(say.begin("REPORT")).when(say.reported()).gives("TaskCompleted")
  })

  it("ends the execution while an intent is only being made", () => {
    given(...during("PUSH"))
      .when(say.fail("permanent"))
      .gives("StepFailed", "ExecutionFailed")
  })
})

const crashes = (step: "IMPLEMENT" | "INITIALIZE" | "REPORT", times: number): ReadonlyArray<say.Said> =>
  Array.from({ length: times }).flatMap(() => [say.crash, say.begin(step)])

describe("a crash", () => {
  it("is counted, and the step runs again", () => {
    const after = given(...during("IMPLEMENT")).when(say.crash)
    after
      .gives({ _tag: "StepInterrupted", step: "IMPLEMENT", attempt: 1, cause: "crashed" })
      .leadsTo({ crashes: 1, active: undefined })
    assert.deepStrictEqual(next(after.history.state), { _tag: "RunStep", step: "IMPLEMENT" })
  })

  it("the fourth fails the task, and the others go on", () => {
    given(...during("IMPLEMENT"), ...crashes("IMPLEMENT", 3))
      .when(say.crash)
      .gives("StepInterrupted", {
        _tag: "TaskFailed",
        ...named,
        reason: "keeps_crashing",
        message: "The step IMPLEMENT was cut off 4 times: its worker died each time."
      })
      .leadsTo({ status: "running", inHand: undefined, crashes: 0 })
  })

  it("the fourth of INITIALIZE ends the execution", () => {
    const after = given(...during("INITIALIZE"), ...crashes("INITIALIZE", 3)).when(say.crash)
    after.gives("StepInterrupted", "ExecutionFailed")
    assert.strictEqual(execution(after.history).error?.reason, "keeps_crashing")
  })

  it("of REPORT never fails the task: it has landed", () => {
    given(...during("REPORT"), ...crashes("REPORT", 9))
      .when(say.crash)
      .gives("StepInterrupted")
      .leadsTo({ status: "running", crashes: 10 })
  })

  it("of PUSH never fails the task", () => {
    const look: ReadonlyArray<say.Said> = [say.crash, say.begin("PUSH", "resolve")]
    given(...during("PUSH:push"), ...Array.from({ length: 9 }).flatMap(() => look))
      .when(say.crash)
      .gives("StepInterrupted")
      .leadsTo({ status: "running" })
  })

  it("only deaths count: a lost lease, a pause or a stop does not", () => {
    given(...during("IMPLEMENT"))
      .when(say.interrupt("worker_closed"))
      .gives("StepInterrupted")
      .leadsTo({ crashes: 0 })
  })

  it("is forgotten once the step succeeds", () => {
    given(...during("IMPLEMENT"), ...crashes("IMPLEMENT", 2))
      .when(say.produced())
      .leadsTo({ crashes: 0 })
  })
})

describe("a report that fits no running step", () => {
  it("changes nothing", () => {
    given(...before("VERIFY"))
      .when(say.verified())
      .changesNothing()
    given(...during("VERIFY"))
      .when(say.produced())
      .changesNothing()
    given(...during("PUSH:push"))
      .when(say.intended({ nonce: "other" }))
      .changesNothing()
    given(...before("VERIFY"))
      .when(say.crash)
      .changesNothing()
    given(...before("VERIFY"))
      .when(say.fail("permanent"))
      .changesNothing()
    given(...before("VERIFY"))
      .when(say.endWait)
      .changesNothing()
    given(...during("VERIFY"))
      .when(say.begin("VERIFY"))
      .changesNothing()
  })

  it("begins nothing beside an open push, in a pause or in a wait", () => {
    given(...during("PUSH:push"), say.crash)
      .when(say.begin("SELECT"))
      .changesNothing()
    given(...during("PUSH:push"), say.crash)
      .when(say.begin("PUSH", "push"))
      .changesNothing()
    given(...during("IMPLEMENT"), say.fail("infrastructure"))
      .when(say.begin("IMPLEMENT"))
      .changesNothing()
    given(...before("VERIFY"), say.pause, say.settle)
      .when(say.begin("VERIFY"))
      .changesNothing()
  })

  it("changes nothing in an ended execution", () => {
    const ended = [...before("VERIFY"), say.stop, say.settle]
    for (const report of [say.settle, say.endWait, say.begin("VERIFY"), say.crash, say.landed]) {
      given(...ended)
        .when(report)
        .changesNothing()
    }
  })
})
