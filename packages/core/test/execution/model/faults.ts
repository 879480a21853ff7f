/**
 * Machines with one fault each, for the control: the same laws have to catch every one of them.
 */
import { Result } from "effect"
import { type Command, isRequest } from "../../../src/execution/Command.ts"
import { decide } from "../../../src/execution/decide.ts"
import type { Event } from "../../../src/execution/Event.ts"
import { evolve } from "../../../src/execution/evolve.ts"
import { next } from "../../../src/execution/next.ts"
import { notLegal } from "../../../src/execution/Rejection.ts"
import type { Execution, State } from "../../../src/execution/State.ts"
import { isEnded } from "../../../src/execution/Status.ts"
import type { Machine } from "./lookAhead.ts"

/** The machine as it is. */
export const sound: Machine = { decide, evolve, next }

const fold = (state: State, events: ReadonlyArray<Event>, at: number): State =>
  events.reduce<State>((folded, event) => evolve(folded, { at, event }), state)

type Decide = Machine["decide"]

const deciding = (
  faulty: (command: Command, state: Execution) => ReturnType<Decide> | undefined
): Machine => ({
  ...sound,
  decide: (command, state) =>
    (state === undefined ? undefined : faulty(command, state)) ?? decide(command, state)
})

/** Adds events where a state is reached. */
const adding = (extra: (after: Execution) => ReadonlyArray<Event>): Machine => ({
  ...sound,
  decide: (command, state) =>
    Result.map(decide(command, state), (events) => {
      const after = events.length === 0 ? undefined : fold(state, events, command.at)
      return after === undefined ? events : [...events, ...extra(after)]
    })
})

const replacing = (change: (event: Event, state: Execution) => ReadonlyArray<Event>): Machine =>
  deciding((command, state) =>
    Result.map(decide(command, state), (events) => events.flatMap((event) => change(event, state)))
  )

const evolving = (faulty: (after: Execution, event: Event, before: State) => State): Machine => ({
  ...sound,
  evolve: (state, recorded) => {
    const after = evolve(state, recorded)
    return after === undefined ? after : faulty(after, recorded.event, state)
  }
})

const idle = ({ status, active }: Execution): boolean => status === "stopping" && active === undefined

/** Each fault by what it does. */
export const faults: Readonly<Record<string, Machine>> = {
  "settles a stop although a push is open": adding((after) =>
    idle(after) && after.push?.phase === "unknown" ? [{ _tag: "Stopped" }] : []
  ),
  "settles a stop although a landed task is not completed": adding((after) =>
    idle(after) && after.inHand?.landed !== undefined ? [{ _tag: "Stopped" }] : []
  ),
  "rejects reports while pausing": deciding((command, state) =>
    state.status === "pausing" && !isRequest(command) ? Result.fail(notLegal("pause", "pausing")) : undefined
  ),
  "ends by a permanent failure although a push is open": deciding((command, state) =>
    command._tag === "FailStep" &&
    command.failure.kind === "permanent" &&
    state.active !== undefined &&
    !isEnded(state.status)
      ? Result.succeed([{ _tag: "ExecutionFailed", reason: "auth", message: "", blocked: [] }])
      : undefined
  ),
  "lets something happen after the end": deciding((command, state) =>
    isEnded(state.status) && command._tag === "EndWait" ? Result.succeed([{ _tag: "WaitEnded" }]) : undefined
  ),
  "pauses where it should stop": replacing((event, state) =>
    state.status === "stopping" && event._tag === "Stopped"
      ? [{ _tag: "Paused", reason: "request", message: "" }]
      : [event]
  ),
  "accepts a pause while stopping": deciding((command, state) =>
    command._tag === "Pause" && state.status === "stopping"
      ? Result.succeed([{ _tag: "PauseRequested", mode: "step", by: "" }])
      : undefined
  ),
  "refuses a repeated stop": deciding((command, state) =>
    command._tag === "Stop" && state.status === "stopping"
      ? Result.fail(notLegal("stop", "stopping"))
      : undefined
  ),
  "lets a report begin a step beside an open push": deciding((command, state) =>
    command._tag === "BeginStep" &&
    state.push !== undefined &&
    state.active === undefined &&
    !isEnded(state.status)
      ? Result.succeed([{ _tag: "StepStarted", step: command.step, attempt: 1 }])
      : undefined
  ),
  "throws on an unexpected report": deciding((command, state) => {
    if (command._tag === "FinishVerify" && state.active?.step !== "VERIFY") throw new Error("not verifying")
    return undefined
  }),
  "says that a push is resolved which nobody resolved": adding((after) =>
    after.status === "stopped" && after.push?.phase === "unknown" ? [{ _tag: "WaitEnded" }] : []
  ),
  "completes a task without a push": replacing((event, state) =>
    event._tag === "CommitPrepared" && state.inHand !== undefined
      ? [
          event,
          {
            _tag: "TaskCompleted",
            taskId: state.inHand.task.id,
            title: state.inHand.task.title,
            commit: event.commit.commit,
            totals: state.totals
          }
        ]
      : [event]
  ),
  "forgets a push that landed": evolving((after, event) => {
    if (event._tag !== "PushResolved" || event.outcome._tag !== "Landed") return after
    const { inHand: _, ...rest } = after
    return rest
  }),
  "goes back to running after INITIALIZE although a pause is due": evolving((after, event, before) =>
    event._tag === "Initialized" && before?.status === "pausing" ? { ...after, status: "running" } : after
  ),
  "does not count an event": evolving((after, event, before) =>
    event._tag === "WaitEnded" ? { ...after, version: before?.version ?? 0 } : after
  ),
  "changes the state in place": evolving((after, event, before) => {
    if (event._tag === "RoundSpent" && before !== undefined) Object.assign(before, { failures: 9 })
    return after
  }),
  "leaves what no store can keep": evolving((after, event) =>
    event._tag === "Resumed" ? { ...after, pauseMode: undefined as never } : after
  ),
  "folds differently the second time": (() => {
    let turns = 0
    return evolving((after, event) =>
      event._tag === "TaskSelected" ? { ...after, failures: turns++ } : after
    )
  })(),
  "never looks for an open push": {
    ...sound,
    next: (state) =>
      state?.push?.phase === "unknown" && !isEnded(state.status)
        ? { _tag: "Rest", status: state.status }
        : next(state)
  },
  "pushes again instead of looking": {
    ...sound,
    next: (state) => {
      const directive = next(state)
      return directive._tag === "RunStep" && directive.mode === "resolve"
        ? { ...directive, mode: "push" }
        : directive
    }
  },
  "reports a landed task over and over while it waits": {
    ...sound,
    next: (state) => {
      const directive = next(state)
      return directive._tag === "WaitUntil" && state?.inHand?.landed !== undefined
        ? { _tag: "RunStep", step: "REPORT" }
        : directive
    }
  }
}
