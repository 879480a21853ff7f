/** Limits at a task's end, and what resume does to them. */
import { assert, describe, it } from "@effect/vitest"
import { execution, given } from "./support/scenario.ts"
import { before, during, failingTask, wholeTask } from "./support/path.ts"
import * as say from "./support/commands.ts"

type Start = ReturnType<typeof say.start>

const ready = (requested: Start): ReadonlyArray<say.Said> => before("SELECT", requested)
const oneRound = { limits: { rounds: 1 } }
const endOf = (said: ReadonlyArray<say.Said>): readonly [ReadonlyArray<say.Said>, say.Said] => {
  const last = said.at(-1)
  if (last === undefined) throw new Error("Nothing is said.")
  return [said.slice(0, -1), last]
}
const [cartSaid, cartDone] = endOf(wholeTask("1.1", "Add a cart"))
const [priceSaid, priceDone] = endOf(wholeTask("1.2", "Add prices"))

describe("failed tasks", () => {
  const first = failingTask("1.1", "Add a cart")
  const second = failingTask("1.2", "Add prices")
  const [third, thirdFails] = endOf(failingTask("1.3", "Add taxes"))

  it("the third ends the execution", () => {
    given(...ready(say.start(oneRound)), ...first, ...second, ...third)
      .when(thirdFails)
      .gives("RoundSpent", "TaskFailed", {
        _tag: "ExecutionFailed",
        reason: "too_many_failed_tasks",
        message: "3 failed: 1.1, 1.2, 1.3.",
        blocked: []
      })
      .leadsTo({ status: "error" })
  })

  it("two do not", () => {
    const [said, fails] = endOf(second)
    given(...ready(say.start(oneRound)), ...first, ...said)
      .when(fails)
      .leadsTo({ status: "running" })
  })

  it("the first ends it where onFailure is stop", () => {
    const [said, fails] = endOf(first)
    given(...ready(say.start({ ...oneRound, onFailure: "stop" })), ...said)
      .when(fails)
      .leadsTo({ status: "error" })
  })

  it("the third ends nothing that is stopping anyway", () => {
    given(...ready(say.start(oneRound)), ...first, ...second, ...third, say.stop)
      .when(thirdFails)
      .gives("RoundSpent", "TaskFailed", "Stopped")
  })
})

describe("a stop point", () => {
  it("pauses after its task and is used up by resume", () => {
    given(...ready(say.start({ untilTask: "1.1" })), ...cartSaid)
      .when(cartDone)
      .gives("TaskCompleted", { _tag: "Paused", reason: "until_task", message: "Task 1.1 is done." })
      .leadsTo({ status: "paused" })
      .when(say.resume)
      .leadsTo({ status: "running", pause: undefined, settings: say.start().settings })
  })

  it("is not reached by another task", () => {
    given(...ready(say.start({ untilTask: "1.2" })), ...cartSaid)
      .when(cartDone)
      .gives("TaskCompleted")
  })

  it("is not reached by a failed one", () => {
    const [said, fails] = endOf(failingTask("1.1", "Add a cart"))
    given(...ready(say.start({ ...oneRound, untilTask: "1.1" })), ...said)
      .when(fails)
      .leadsTo({ status: "running" })
  })

  it("reached while a pause is pending counts as reached", () => {
    given(...ready(say.start({ untilTask: "1.1" })), ...cartSaid, say.pause)
      .when(cartDone)
      .gives("TaskCompleted", { _tag: "Paused", reason: "until_task", message: "Task 1.1 is done." })
  })

  it("never turns a stop into a pause", () => {
    given(...ready(say.start({ untilTask: "1.1" })), ...cartSaid, say.stop)
      .when(cartDone)
      .gives("TaskCompleted", "Stopped")
  })
})

describe("a number of tasks", () => {
  it("pauses after that many and is used up by resume", () => {
    const requested = say.start({ maxTasks: 2 })
    const after = given(...ready(requested), ...cartSaid, cartDone, ...priceSaid).when(priceDone)
    after
      .gives("TaskCompleted", { _tag: "Paused", reason: "max_tasks", message: "2 tasks are done." })
      .when(say.resume)
      .leadsTo({ status: "running", settings: say.start().settings })
  })

  it("does not pause before", () => {
    given(...ready(say.start({ maxTasks: 2 })), ...cartSaid)
      .when(cartDone)
      .gives("TaskCompleted")
  })
})

describe("the limits of tokens", () => {
  // Each produced candidate says 1,000 in and 200 out.
  const [said, done] = endOf(wholeTask("1.1", "Add a cart", 0.1))
  const [more, moreDone] = endOf(wholeTask("1.2", "Add prices", 0.1))

  it("pause the execution at the task's end; resume allows as many once more", () => {
    const requested = say.start({ limits: { executionTokens: 1_200 } })
    const paused = {
      _tag: "Paused" as const,
      reason: "max_tokens" as const,
      message: "1200 of 1200 tokens spent; resume allows as many again."
    }
    const first = given(...ready(requested), ...said).when(done)
    first.gives("TaskCompleted", paused)
    assert.strictEqual(execution(first.when(say.resume).history).allowanceFromTokens, 1_200)
    given(...ready(requested), ...said, done, say.resume, ...more)
      .when(moreDone)
      .gives("TaskCompleted", paused)
  })

  it("fail a task after the round that went over", () => {
    const requested = say.start({ limits: { taskTokens: 1_200 } })
    given(...during("IMPLEMENT", requested))
      .when(say.spent("no_edit", 0.1))
      .gives("RoundSpent", "TaskFailed")
    given(...during("IMPLEMENT", say.start({ limits: { taskTokens: 1_201 } })))
      .when(say.spent("no_edit", 0.1))
      .gives("RoundSpent")
  })
})

describe("the cost limit of the execution", () => {
  const requested = say.start({ limits: { executionCostUsd: 1 } })
  const [dear, dearDone] = endOf(wholeTask("1.1", "Add a cart", 1.5))
  const [cheap, cheapDone] = endOf(wholeTask("1.2", "Add prices", 0.6))
  const [cheaper, cheaperDone] = endOf(wholeTask("1.3", "Add taxes", 0.6))
  const maxCost = (said: string) => ({
    _tag: "Paused" as const,
    reason: "max_cost" as const,
    message: `$${said} of $1.00 spent; resume allows another $1.00.`
  })

  it("pauses at the task's end, so that what was paid for is not lost", () => {
    given(...ready(requested), ...dear)
      .when(dearDone)
      .gives("TaskCompleted", maxCost("1.50"))
  })

  it("resume allows the same sum once more, and no more than that", () => {
    const resumed: ReadonlyArray<say.Said> = [...ready(requested), ...dear, dearDone, say.resume]
    given(...resumed, ...cheap)
      .when(cheapDone)
      .gives("TaskCompleted")
    const second = given(...resumed, ...cheap, cheapDone, ...cheaper).when(cheaperDone)
    second.gives("TaskCompleted", maxCost("1.20"))
    const again = second.when(say.resume)
    assert.strictEqual(execution(again.history).allowanceFromUsd, 2.7)
    assert.deepStrictEqual(execution(again.history).settings, requested.settings)
  })

  it("a resume from another pause grants nothing", () => {
    given(...ready(requested), ...cheap, cheapDone, say.pause, say.settle, say.resume, ...cheaper)
      .when(cheaperDone)
      .gives("TaskCompleted", maxCost("1.20"))
  })

  it("counts rounds of tasks that failed", () => {
    const [said, fails] = endOf(failingTask("1.1", "Add a cart", 1))
    given(...ready(say.start({ limits: { executionCostUsd: 1, rounds: 1 } })), ...said)
      .when(fails)
      .gives("RoundSpent", "TaskFailed", "Paused")
  })
})
