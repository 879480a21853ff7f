/** Every cell of the lifecycle table, and the conditions that split some of them. */
import { assert, describe, it } from "@effect/vitest"
import type { RequestName } from "../../src/execution/Command.ts"
import { describeRejection } from "../../src/execution/Rejection.ts"
import type { Status } from "../../src/execution/Status.ts"
import { type Column, columns, type Effect, legalFrom, transitions } from "../../src/execution/transitions.ts"
import { execution, from, given, happen, type History, nothing } from "./support/scenario.ts"
import { before, during } from "./support/path.ts"
import * as say from "./support/commands.ts"

const reached = (...said: ReadonlyArray<say.Said>): History => happen(nothing, ...said)

const waiting = [...during("IMPLEMENT"), say.fail("infrastructure")]
const lookFailed = [...during("PUSH:push"), say.fail("remote")]
const landedUnreported = [...before("REPORT"), say.begin("REPORT"), say.fail("infrastructure")]

/** A history in each status, in which no condition of the table holds. */
const plain: Record<Column, History> = {
  none: nothing,
  initializing: reached(...during("INITIALIZE")),
  running: reached(...during("IMPLEMENT")),
  pausing: reached(...during("IMPLEMENT"), say.pause),
  paused: reached(...before("IMPLEMENT"), say.pause, say.settle),
  stopping: reached(...during("IMPLEMENT"), say.stop),
  stopped: reached(...before("IMPLEMENT"), say.stop, say.settle),
  completed: reached(...before("SELECT"), say.begin("SELECT"), say.allDone),
  error: reached(...during("INITIALIZE"), say.fail("permanent", { error: "auth" }))
}

const requests: Record<RequestName, say.Said> = {
  start: say.start(),
  pause: say.pause,
  resume: say.resume,
  stop: say.stop,
  join: say.join(),
  accept: say.decide("accept", "2.1"),
  skip: say.decide("skip", "2.1"),
  reopen: say.decide("reopen", "2.1"),
  done: say.decide("done", "2.1")
}

const statusAfter: Record<Exclude<Effect, "reject" | "same" | "joined" | "decided">, Status> = {
  new_execution: "initializing",
  pausing: "pausing",
  paused: "paused",
  what_it_was: "running",
  stopping: "stopping",
  stopped: "stopped"
}

describe("each request in each status", () => {
  for (const column of columns) {
    it(`the history for "${column}" is ${column}`, () => {
      assert.strictEqual(plain[column].state?.status ?? "none", column)
    })
    for (const [name, request] of Object.entries(requests) as Array<[RequestName, say.Said]>) {
      const { effect } = transitions[name][column]
      it(`${name} in ${column}: ${effect}`, () => {
        const consequences = from(plain[column]).when(request)
        if (effect === "reject") {
          const rejection = consequences.isRefused(column)
          assert.deepStrictEqual(rejection.legalFrom, legalFrom(name))
          assert.match(describeRejection(rejection), /^Cannot \w.*: the execution is/)
          return
        }
        if (effect === "same") {
          consequences.changesNothing()
          return
        }
        if (effect === "new_execution" && name === "accept") {
          // Not in this journal: the worker starts an execution for the kept change.
          consequences.isRefused(column)
          return
        }
        if (effect === "new_execution") {
          consequences.gives("ExecutionRequested")
          // Its events begin a journal of their own.
          from(happen(nothing, ...consequences.events))
            .when(say.settle)
            .leadsTo({ status: "initializing" })
          return
        }
        if (effect === "decided") {
          // What a task's own fate allows is decisions.test.ts.
          if (name === "accept" || name === "reopen") return
          consequences.gives("TaskDecided").leadsTo({ status: plain[column].state?.status ?? "error" })
          return
        }
        if (effect === "joined") {
          consequences.gives("WorkRequested").leadsTo({ status: plain[column].state?.status ?? "error" })
          return
        }
        consequences.leadsTo({ status: statusAfter[effect] })
      })
    }
  }

  it("says from where a request would be possible", () => {
    const rejection = from(plain.stopping).when(say.resume).isRefused("stopping")
    assert.deepStrictEqual(rejection.legalFrom, ["running", "pausing", "paused"])
    assert.strictEqual(
      describeRejection(rejection),
      'Cannot resume: the execution is "stopping". resume is possible when it is running, pausing, paused.'
    )
    const none = from(nothing).when(say.pause).isRefused("none")
    assert.include(describeRejection(none), "none was started")
  })
})

describe("requests while the execution waits", () => {
  it("pause takes effect at once, and the wait survives it", () => {
    const paused = given(...waiting).when(say.pause)
    paused.gives(
      { _tag: "PauseRequested", mode: "step", by: "ada" },
      { _tag: "Paused", reason: "request", message: "Paused on request." }
    )
    const { waiting: wait } = execution(happen(nothing, ...waiting))
    assert.isDefined(wait)
    paused
      .leadsTo({ status: "paused", waiting: wait })
      .when(say.resume)
      .leadsTo({ status: "running", waiting: wait })
  })

  it("stop takes effect at once when no push is open", () => {
    given(...waiting)
      .when(say.stop)
      .gives({ _tag: "StopRequested", by: "ada" }, { _tag: "Stopped" })
      .leadsTo({ status: "stopped", waiting: undefined, push: undefined })
  })

  it("stop looks at the remote first when a push is open", () => {
    given(...lookFailed)
      .when(say.stop)
      .gives("StopRequested")
      .leadsTo({ status: "stopping", waiting: undefined })
  })

  it("stop waits for the report of a push that landed", () => {
    given(...landedUnreported)
      .when(say.stop)
      .gives("StopRequested")
      .when(say.begin("REPORT"))
      .when(say.reported())
      .gives("TaskCompleted", "Stopped")
  })
})

describe("stop of a paused execution", () => {
  it("ends it at once when nothing is unresolved", () => {
    from(plain.paused).when(say.stop).gives("StopRequested", "Stopped").leadsTo({ status: "stopped" })
  })

  it("looks first when a push is unresolved", () => {
    given(...lookFailed, say.pause)
      .when(say.stop)
      .gives("StopRequested")
      .leadsTo({ status: "stopping", waiting: undefined })
  })

  it("gives up a push that has not begun", () => {
    const paused = given(...during("PUSH"), say.pause, say.intended())
    paused
      .when(say.stop)
      .gives("StopRequested", "PushResolved", "Stopped")
      .leadsTo({ status: "stopped", push: undefined })
  })

  it("completes a landed task first", () => {
    given(...landedUnreported, say.pause)
      .when(say.stop)
      .gives("StopRequested")
      .leadsTo({ status: "stopping" })
  })
})

describe("a repeated request", () => {
  it("makes a pause more urgent, once", () => {
    from(plain.pausing)
      .when(say.pauseNow)
      .gives({ _tag: "PauseRequested", mode: "now", by: "ada" })
      .leadsTo({ status: "pausing", pauseMode: "now" })
      .when(say.pauseNow)
      .changesNothing()
      .when(say.pause)
      .changesNothing()
  })

  it("changes nothing in a paused execution, however urgent", () => {
    from(plain.paused).when(say.pauseNow).changesNothing()
  })
})

describe("resume", () => {
  it("goes back to initializing where the pause came before its end", () => {
    given(say.start(), say.begin("INITIALIZE"), say.pauseNow, say.interrupt("paused"))
      .when(say.resume)
      .leadsTo({ status: "initializing" })
  })

  it("goes on to running where INITIALIZE ended during the pausing", () => {
    given(...during("INITIALIZE"), say.pause)
      .when(say.initialized())
      .gives("Initialized", "Paused")
      .when(say.resume)
      .leadsTo({ status: "running", pause: undefined })
  })

  it("takes a pending pause back while the step runs", () => {
    from(plain.pausing)
      .when(say.resume)
      .leadsTo({ status: "running", pauseMode: undefined })
      .when(say.produced())
      .gives("CandidatePrepared")
  })
})
