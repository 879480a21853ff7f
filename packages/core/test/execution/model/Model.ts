/**
 * A second, smaller statement of how an execution lives: its status, and what has to be settled before it may end.
 *
 * Made from the design alone and fed with the commands alone, so that a changed table or a changed rule is noticed.
 * Where a task's end meets limits it says only which statuses are possible.
 */
import type { Report } from "../../../src/execution/Command.ts"
import type { Execution } from "../../../src/execution/State.ts"
import type { Status } from "../../../src/execution/Status.ts"
import type { Delivery } from "../../../src/model/Settings.ts"
import type { PushMode, StepName } from "../../../src/model/Step.ts"

/** What the model knows. */
export interface Model {
  readonly status: Status | "none"
  readonly resumesTo: "initializing" | "running"
  readonly waiting: boolean
  readonly urgent: boolean
  readonly running?: { readonly step: StepName; readonly mode?: PushMode | undefined } | undefined
  readonly push: "none" | "intended" | "unknown"
  readonly inherited: boolean
  readonly hasTask: boolean
  /** A push of this execution landed, and its task is not completed yet. */
  readonly landed: boolean
  /** More was asked for since the last look at the list began. */
  readonly asked: boolean
  /** A pause that waits for decisions. */
  readonly held: boolean
  readonly delivery: Delivery
}

/** No execution. */
export const noExecution: Model = {
  status: "none",
  resumesTo: "initializing",
  waiting: false,
  urgent: false,
  push: "none",
  inherited: false,
  hasTask: false,
  landed: false,
  asked: false,
  held: false,
  delivery: "main"
}

/**
 * What the model expects of a command. `rejected` and `same`: nothing changes. `free`: the task's fate decides whether
 * anything does, and then this way.
 */
export interface Expectation {
  readonly verdict: "rejected" | "same" | "accepted" | "free"
  readonly model: Model
  readonly statuses: ReadonlyArray<Model["status"]>
}

/** Whether a push has to be found out about, or its task to be completed. */
export const owes = (model: Model): boolean => model.push === "unknown" || model.landed

const due = (model: Model): Model => {
  if (model.running !== undefined) return model
  if (model.status === "pausing")
    return owes(model) && !model.waiting ? model : { ...model, status: "paused" }
  if (model.status !== "stopping" || model.landed) return model
  if (model.push !== "unknown") return { ...model, status: "stopped", push: "none" }
  return model.waiting ? { ...model, status: "stopped" } : model
}

const settled = (model: Model): Expectation => {
  const after = due(model)
  return { verdict: "accepted", model: after, statuses: [after.status] }
}

const ends = (model: Model, status: "completed" | "error"): Expectation => ({
  verdict: "accepted",
  model: { ...model, status },
  statuses: [status]
})

/** A stop comes before any other pause. */
const pauses = (model: Model): Expectation =>
  model.status === "stopping" ? settled(model) : settled({ ...model, status: "paused" })

/** At a task's end the limits are looked at, but not in a stop. */
const endsTask = (model: Model): Expectation => {
  const goesOn = settled(model)
  return model.status === "stopping"
    ? goesOn
    : { ...goesOn, statuses: [...goesOn.statuses, "paused", "error"] }
}

const stepOf: Partial<Record<Report["_tag"], StepName>> = {
  FinishInitialize: "INITIALIZE",
  FinishSelect: "SELECT",
  FinishPrep: "PREP",
  FinishPrompt: "PROMPT",
  FinishImplement: "IMPLEMENT",
  FinishVerify: "VERIFY",
  FinishMerge: "MERGE",
  IntendPush: "PUSH",
  FinishPush: "PUSH",
  FinishReport: "REPORT"
}

const mayBegin = (report: Extract<Report, { readonly _tag: "BeginStep" }>, model: Model): boolean => {
  if (model.running !== undefined || model.waiting || model.status === "paused") return false
  const { step, mode } = report
  if (model.push !== "none")
    return step === "PUSH" && mode === (model.push === "intended" ? "push" : "resolve")
  if (mode !== undefined && step !== "PUSH") return false
  if (step === "INITIALIZE") return model.resumesTo === "initializing"
  if (model.resumesTo === "initializing") return false
  if (step === "SELECT") return !model.hasTask
  if (step === "PUSH") return model.hasTask && !model.landed && mode === "intend"
  return model.hasTask && model.landed === (step === "REPORT")
}

/** Whether a report is about what goes on. */
const isAbout = (report: Report, model: Model): boolean => {
  const { running, waiting } = model
  switch (report._tag) {
    case "BeginStep":
      return mayBegin(report, model)
    case "FailStep":
    case "InterruptStep":
      return running !== undefined
    case "EndWait":
      return waiting
    case "Settle":
      return true
    default:
      return (
        running?.step === stepOf[report._tag] &&
        (report._tag === "IntendPush") === (running?.mode === "intend")
      )
  }
}

const afterPush = (report: Extract<Report, { readonly _tag: "FinishPush" }>, idle: Model): Expectation => {
  const closed: Model = { ...idle, push: "none", inherited: false }
  switch (report.outcome._tag) {
    case "Landed":
      return idle.inherited ? endsTask(closed) : settled({ ...closed, landed: true })
    case "RefusedByPolicy":
      return idle.inherited ? settled(closed) : pauses(closed)
    case "Removed":
    case "TargetGone":
    case "Superseded":
      return endsTask(closed)
    default:
      return settled(closed)
  }
}

const afterSelect = (
  report: Extract<Report, { readonly _tag: "FinishSelect" }>,
  idle: Model
): Expectation => {
  // Whatever it found nothing of: it began to look before more was asked for.
  if (idle.asked && report.selection._tag !== "Selected") return settled(idle)
  switch (report.selection._tag) {
    case "Selected":
      return settled(idle)
    case "AllDone":
      return ends(idle, "completed")
    case "ListInvalid":
      return pauses(idle)
    case "Pointless":
    case "Undeliverable":
      return endsTask(idle)
    case "NothingRunnable": {
      const held = pauses(idle)
      return { ...held, statuses: [...held.statuses, "error", "completed"] }
    }
    default:
      return ends(idle, "error")
  }
}

/** What a report is to do. It is never rejected. */
export const expectReport = (report: Report, model: Model): Expectation => {
  const over = model.status === "none" || /^(stopped|completed|error)$/.test(model.status)
  if (over || !isAbout(report, model)) return { verdict: "same", model, statuses: [model.status] }
  const idle: Model = { ...model, running: undefined }
  switch (report._tag) {
    case "BeginStep": {
      const { step, mode } = report
      const push = mode === "push" ? "unknown" : model.push
      const running = { step, mode }
      const asked = model.asked && step !== "SELECT"
      return { verdict: "accepted", model: { ...model, running, push, asked }, statuses: [model.status] }
    }
    case "Settle":
      return settled(model)
    case "EndWait":
      return settled({ ...model, waiting: false })
    case "FailStep":
      return report.failure.kind === "permanent" && !owes(model)
        ? ends(idle, "error")
        : settled({ ...idle, waiting: true })
    case "InterruptStep": {
      const capped =
        report.cause === "crashed" && model.running?.step !== "PUSH" && model.running?.step !== "REPORT"
      const goesOn = settled(idle)
      return capped ? { ...goesOn, statuses: [...goesOn.statuses, "paused", "error"] } : goesOn
    }
    case "FinishInitialize":
      return settled({
        ...idle,
        resumesTo: "running",
        status: model.status === "initializing" ? "running" : model.status
      })
    case "FinishSelect":
      return afterSelect(report, idle)
    case "FinishVerify":
      if (report.verdict.outcome !== "failed") return endsTask(idle)
      return report.verdict.attribution === "baseline_broken" ? pauses(idle) : endsTask(idle)
    case "FinishImplement":
    case "FinishMerge":
      return endsTask(idle)
    case "FinishPrep":
    case "FinishPrompt":
      return settled(idle)
    case "IntendPush":
      return settled({ ...idle, push: "intended" })
    case "FinishPush":
      return afterPush(report, idle)
    case "FinishReport":
      return endsTask({ ...idle, landed: false })
  }
}

/** Takes over what the model leaves open: which of the possible statuses came, a busy target, a task's end. */
export const adopt = (model: Model, state: Execution): Model => ({
  ...model,
  status: state.status,
  waiting: state.waiting !== undefined,
  hasTask: state.inHand !== undefined,
  held: state.pause?.reason === "held",
  delivery: state.settings.delivery
})
