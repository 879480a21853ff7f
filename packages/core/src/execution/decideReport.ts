/**
 * Reports: what follows from what the worker says happened.
 *
 * Never rejected in a status that is not an end: a fact is a fact, also while a pause or stop is pending. Whatever
 * ends a step is followed by `settle`, so a due pause or stop takes effect in the same append.
 */
import { delayAfter } from "./backoff.ts"
import type { Command, Report, Selection, StepFailure } from "./Command.ts"
import { decideTask, taskLimits } from "./decideTask.ts"
import type { Event } from "./Event.ts"
import { evolve } from "./evolve.ts"
import { fits } from "./fits.ts"
import { pushIsUnsettled, settle } from "./settle.ts"
import type { Execution, State } from "./State.ts"
import { type ErrorReason, isEnded, type Waiting } from "./Status.ts"

const failed = (state: Execution, reason: ErrorReason, message: string): Event => ({
  _tag: "ExecutionFailed",
  reason,
  message,
  blocked: state.blocked
})

const waitingFor = (state: Execution, failure: StepFailure, at: number): Waiting => {
  if (failure.kind === "quota") {
    return { reason: "quota", until: failure.until ?? at + 5 * 60_000, message: failure.message }
  }
  const failures = state.failures + 1
  const { attempts } = state.settings.limits
  const remote = failure.kind === "remote" || (failure.kind === "permanent" && state.push !== undefined)
  const reason = remote ? "remote_unreachable" : failures < attempts ? "backoff" : "infrastructure"
  return { reason, until: at + delayAfter(failures, attempts), message: failure.message }
}

/** While a push is unsettled no failure may end the execution: what became of it has to be on record first. */
const failStep = (state: Execution, failure: StepFailure, at: number): ReadonlyArray<Event> => {
  if (state.active === undefined) return []
  const { step, attempt } = state.active
  const stepFailed: Event = {
    _tag: "StepFailed",
    step,
    attempt,
    reason: failure.reason,
    message: failure.message,
    ...(failure.usage === undefined ? {} : { usage: failure.usage })
  }
  if (failure.kind === "permanent" && !pushIsUnsettled(state)) {
    return [stepFailed, failed(state, failure.error ?? "environment", failure.message)]
  }
  return [stepFailed, { _tag: "WaitStarted", waiting: waitingFor(state, failure, at) }]
}

const uncapped = new Set(["PUSH", "REPORT"])

const interruptStep = (state: Execution, report: Extract<Report, { readonly _tag: "InterruptStep" }>) => {
  if (state.active === undefined) return []
  const { step, attempt } = state.active
  const events: Array<Event> = [{ _tag: "StepInterrupted", step, attempt, cause: report.cause }]
  const tooOften = report.cause === "crashed" && state.crashes + 1 > state.settings.limits.crashes
  if (!tooOften || uncapped.has(step) || state.push?.phase === "unknown") return events
  const message = `The step ${step} was cut off ${state.crashes + 1} times: its worker died each time.`
  if (state.inHand === undefined) return [...events, failed(state, "keeps_crashing", message)]
  const { id: taskId, title } = state.inHand.task
  return [
    ...events,
    { _tag: "TaskFailed" as const, taskId, title, reason: "keeps_crashing" as const, message }
  ]
}

const paused = (reason: "held" | "list_invalid", message: string): Event => ({
  _tag: "Paused",
  reason,
  message
})

const nothingRunnable = (state: Execution, blocked: Execution["blocked"]): Event => {
  const held = state.outcomes.filter((task) => task.outcome === "held").map((task) => task.taskId)
  if (held.length > 0) return paused("held", `Waiting for a decision on ${held.join(", ")}.`)
  const names = state.outcomes.filter((task) => task.outcome === "failed").map((task) => task.taskId)
  // Whatever is left was taken out by people.
  if (names.length === 0 && blocked.length === 0) return { _tag: "ExecutionCompleted", totals: state.totals }
  const who = names.length === 0 ? "No task can run" : `Failed: ${names.join(", ")}`
  const waits = blocked.map((task) => `${task.id} (by ${task.by.join(", ")})`).join(", ")
  const message = waits === "" ? `${who}.` : `${who}. Blocked: ${waits}.`
  return { _tag: "ExecutionFailed", reason: "tasks_failed", message, blocked }
}

const afterSelect = (state: Execution, selection: Selection): Event => {
  switch (selection._tag) {
    case "Selected": {
      return { ...selection, _tag: "TaskSelected" }
    }
    case "Pointless": {
      const { taskId, title, message } = selection
      return { _tag: "TaskSuperseded", taskId, title, message }
    }
    case "Undeliverable": {
      const { taskId, title, message } = selection
      return { _tag: "TaskHeld", taskId, title, reason: "undeliverable", message }
    }
    case "AllDone":
      return { _tag: "ExecutionCompleted", totals: selection.totals }
    case "NothingRunnable":
      return nothingRunnable(state, selection.blocked)
    case "NoTasks":
      return failed(state, "no_tasks", selection.message)
    case "UnknownTask":
      return failed(state, "unknown_task", selection.message)
    case "ListMissing":
      return failed(state, "list_missing", selection.message)
    case "ListInvalid":
      return paused("list_invalid", selection.message)
  }
}

const isSkipped = ({ outcomes }: Execution, id: string): boolean =>
  outcomes.some(({ taskId, outcome }) => taskId === id && outcome === "skipped")

/** "Nothing left" is not taken from a look that began before somebody asked for more, nor a task just skipped. */
const selected = (state: Execution, selection: Selection): ReadonlyArray<Event> => {
  const found = selection._tag === "Selected" && !isSkipped(state, selection.task.id)
  if (state.lookAgain === undefined || found || state.active === undefined) {
    return [afterSelect(state, selection)]
  }
  const { step, attempt } = state.active
  return [{ _tag: "StepInterrupted", step, attempt, cause: "work_requested" }]
}

const outcome = (state: Execution, report: Report, at: number): ReadonlyArray<Event> => {
  switch (report._tag) {
    case "BeginStep": {
      const { step, mode } = report
      const attempt = state.failures + state.crashes + 1
      const base = { _tag: "StepStarted" as const, step, attempt, ...(mode === undefined ? {} : { mode }) }
      const task = state.inHand
      return [task === undefined ? base : { ...base, taskId: task.task.id, round: task.round }]
    }
    case "FailStep":
      return failStep(state, report.failure, at)
    case "InterruptStep":
      return interruptStep(state, report)
    case "EndWait":
      return state.waiting === undefined ? [] : [{ _tag: "WaitEnded" }]
    case "Settle":
      return []
    case "FinishInitialize": {
      const { _tag: _, ...found } = report
      return [{ _tag: "Initialized", ...found }]
    }
    case "FinishSelect":
      return selected(state, report.selection)
    default:
      return decideTask(state, report, at)
  }
}

const fold = (from: State, events: ReadonlyArray<Event>, at: number): State =>
  events.reduce<State>((folded, event) => evolve(folded, { at, event }), from)

/** Somebody asked to stop: what would pause the execution only ends its step. */
const stopWins = (state: Execution, events: ReadonlyArray<Event>): ReadonlyArray<Event> => {
  if (state.status !== "stopping" || state.active === undefined) return events
  const { step, attempt } = state.active
  return events.map((event) =>
    event._tag === "Paused" ? { _tag: "StepInterrupted", step, attempt, cause: "stopped" } : event
  )
}

const endsTask = (event: Event): boolean =>
  event._tag === "TaskCompleted" ||
  event._tag === "TaskFailed" ||
  event._tag === "TaskHeld" ||
  event._tag === "TaskSuperseded"

/** Decides a report. In an ended execution nothing follows any more, nor from a report that fits no running step. */
export const decideReport = ({ at, ...report }: Command & Report, state: State): ReadonlyArray<Event> => {
  if (state === undefined || isEnded(state.status) || !fits(report, state)) return []
  const events = stopWins(state, outcome(state, report, at))
  if (report._tag === "BeginStep") return events
  const after = fold(state, events, at)
  if (after === undefined || isEnded(after.status) || after.status === "paused") return events
  const limits = events.some(endsTask) ? taskLimits(after) : []
  return [...events, ...(limits.length > 0 ? limits : settle(after))]
}
