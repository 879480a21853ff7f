/**
 * Whether a report can be about this state: it ends the step that runs, or begins one while none does.
 *
 * A worker that obeys `next` and the journal's version says nothing else. What does not fit is not refused; nothing
 * follows from it, so that no muddled report can end an execution whose push is open.
 */
import type { PushMode, StepName } from "../model/Step.ts"
import type { Report } from "./Command.ts"
import type { Execution } from "./State.ts"

const endedBy = {
  FinishInitialize: "INITIALIZE",
  FinishSelect: "SELECT",
  FinishPrep: "PREP",
  FinishPrompt: "PROMPT",
  FinishImplement: "IMPLEMENT",
  FinishVerify: "VERIFY",
  FinishMerge: "MERGE",
  FinishReport: "REPORT"
} as const

const apart: ReadonlySet<StepName> = new Set(["INITIALIZE", "SELECT", "REPORT"])

/** Guards what a muddle could not take back, above all a push. The order of a task's steps is `next`'s. */
const mayBegin = (state: Execution, step: StepName, mode: PushMode | undefined): boolean => {
  if (state.active !== undefined || state.waiting !== undefined || state.status === "paused") return false
  if ((step === "PUSH") === (mode === undefined)) return false
  if (state.push !== undefined) return mode === (state.push.phase === "intended" ? "push" : "resolve")
  if (state.resumesTo === "initializing") return step === "INITIALIZE"
  if (state.inHand === undefined) return step === "SELECT"
  if (state.inHand.landed !== undefined) return step === "REPORT"
  return !apart.has(step) && mode !== "push" && mode !== "resolve"
}

/** Whether a report fits. `Settle` always does. */
export const fits = (report: Report, state: Execution): boolean => {
  switch (report._tag) {
    case "BeginStep":
      return mayBegin(state, report.step, report.mode)
    case "FailStep":
    case "InterruptStep":
      return state.active !== undefined
    case "EndWait":
      return state.waiting !== undefined
    case "Settle":
      return true
    case "IntendPush":
    case "FinishPush":
      return (
        state.active?.step === "PUSH" && (state.active.mode === "intend") === (report._tag === "IntendPush")
      )
    default:
      return state.active?.step === endedBy[report._tag]
  }
}
