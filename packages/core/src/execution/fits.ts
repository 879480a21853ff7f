/**
 * Whether a report can be about this state: it ends the step that runs, or begins one while none does.
 *
 * A worker that obeys `next` and the journal's version says nothing else. What does not fit is not refused; nothing
 * follows from it, so that no muddled report can end an execution whose push is open.
 */
import type { PushMode, StepName } from "../model/Step.ts"
import type { Report } from "./Command.ts"
import type { Execution } from "./State.ts"

const endedBy: Partial<Record<Report["_tag"], StepName>> = {
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

const mayBegin = (state: Execution, step: StepName, mode: PushMode | undefined): boolean => {
  if (state.active !== undefined || state.waiting !== undefined || state.status === "paused") return false
  if (state.push === undefined) return step !== "PUSH" || mode === "intend"
  return step === "PUSH" && mode === (state.push.phase === "intended" ? "push" : "resolve")
}

/** Whether a report fits; `Settle` and `EndWait` always do. */
export const fits = (report: Report, state: Execution): boolean => {
  if (report._tag === "BeginStep") return mayBegin(state, report.step, report.mode)
  const step = endedBy[report._tag]
  if (step === undefined) return true
  if (state.active?.step !== step) return false
  return step !== "PUSH" || (state.active.mode === "intend") === (report._tag === "IntendPush")
}
