/** Commands as tests write them: without times, with as few words as the case needs. */
import type {
  Implementation,
  Merging,
  Report,
  Request,
  Selection,
  StepFailure
} from "../../../src/execution/Command.ts"
import type { InheritedPush, Interruption, PushOutcome } from "../../../src/execution/Event.ts"
import type { RoundReason } from "../../../src/execution/Status.ts"
import type { DecisionKind, TaskOrder } from "../../../src/model/Decision.ts"
import { defaultLimits, type Limits } from "../../../src/model/Limits.ts"
import type { ExecutionSettings } from "../../../src/model/Settings.ts"
import type { PushMode, StepName } from "../../../src/model/Step.ts"
import type { Verdict } from "../../../src/model/Verdict.ts"
import * as given from "../../../src/testing/given.ts"
import { artifact, candidate, intent, prepared, redVerdict, usage, verdict } from "./values.ts"

/** A command before its time is known. */
export type Said = Request | Report

/** A request of that kind. */
export type Asked<Tag extends Request["_tag"]> = Extract<Request, { readonly _tag: Tag }>

/** Asks for an execution with settings of this case. */
export const start = (
  overrides: Partial<Omit<ExecutionSettings, "limits">> & { readonly limits?: Partial<Limits> } = {},
  rest: Partial<Pick<Asked<"Start">, "executionId" | "correlationId" | "eventId" | "userId" | "scope">> & {
    readonly inherited?: InheritedPush
  } = {}
): Asked<"Start"> => {
  const { _tag: _, ...fields } = given.executionRequested()
  const settings = given.settings({ ...overrides, limits: { ...defaultLimits, ...overrides.limits } })
  return { _tag: "Start", ...fields, settings, ...rest }
}

export const pause: Asked<"Pause"> = { _tag: "Pause", mode: "step", by: "ada" }
export const pauseNow: Asked<"Pause"> = { ...pause, mode: "now" }
export const resume: Asked<"Resume"> = { _tag: "Resume", by: "ada" }
export const stop: Asked<"Stop"> = { _tag: "Stop", by: "ada" }

/** An event asks for more: the whole list, or some ids. */
export const join = (...ids: ReadonlyArray<string>): Asked<"Join"> => ({
  _tag: "Join",
  scope: ids.length === 0 ? { _tag: "List" } : { _tag: "Tasks", ids },
  eventId: "event-2"
})

/** A person's decision on a task. */
export const decide = (decision: DecisionKind, taskId: string): Asked<"Decide"> => {
  const { title, normalizedTitle } = given.task({ id: taskId })
  return { _tag: "Decide", decision, taskId, title, normalizedTitle, by: "ada" }
}

export const begin = (step: StepName, mode?: PushMode): Report => ({
  _tag: "BeginStep",
  step,
  ...(mode === undefined ? {} : { mode })
})
export const fail = (
  kind: StepFailure["kind"],
  rest: Partial<Pick<StepFailure, "until" | "error">> = {}
): Report => ({
  _tag: "FailStep",
  failure: { kind, reason: `${kind}_reason`, message: `The ${kind} message.`, ...rest }
})
export const interrupt = (cause: Interruption): Report => ({ _tag: "InterruptStep", cause })
export const crash = interrupt("crashed")
export const endWait: Report = { _tag: "EndWait" }
export const settle: Report = { _tag: "Settle" }

export const initialized = (): Report => {
  const { _tag: _, ...found } = given.initialized()
  return { _tag: "FinishInitialize", ...found }
}

/** SELECT picked the task with this id and title. */
export const selected = (id = "1.1", title = "Add a cart"): Report => {
  const { _tag: _, ...found } = given.taskSelected({ task: given.task({ id, title }) })
  return { _tag: "FinishSelect", selection: { _tag: "Selected", ...found } }
}
/** SELECT made what a person ordered ready to be delivered. */
export const selectedByOrder = (id: string, kind: TaskOrder["_tag"]): Report => {
  const { _tag: _, ...found } = given.taskSelected({ task: given.task({ id }) })
  const commit = given.sha("9")
  const made: TaskOrder = kind === "Undo" ? { _tag: kind, commit } : { _tag: kind }
  const order = { order: made, candidate: candidate({ base: given.sha("7") }), baseTree: given.sha("8") }
  return { _tag: "FinishSelect", selection: { _tag: "Selected", ...found, order } }
}
export const selection = (found: Selection): Report => ({ _tag: "FinishSelect", selection: found })
export const allDone = selection({ _tag: "AllDone", totals: { completed: 3, total: 3 } })
export const nothingRunnable = selection({
  _tag: "NothingRunnable",
  blocked: [{ id: "1.2", by: ["1.1"] }]
})

export const prepDone: Report = { _tag: "FinishPrep", directory: "checkout", durationMs: 12 }
export const promptDone: Report = { _tag: "FinishPrompt", sha256: "ab12", artifact: artifact("prompt.md") }

export const implemented = (result: Implementation): Report => ({ _tag: "FinishImplement", result })
export const produced = (costUsd?: number, overrides: Parameters<typeof candidate>[0] = {}): Report =>
  implemented({
    _tag: "Produced",
    candidate: candidate(overrides),
    origin: "agent",
    baseTree: given.sha("b"),
    durationMs: 3000,
    warnings: [],
    ...(costUsd === undefined ? {} : { usage: usage(costUsd) })
  })
export const spent = (reason: RoundReason, costUsd?: number): Report =>
  implemented({
    _tag: "Spent",
    reason,
    message: `It was ${reason}.`,
    log: artifact("stdout.log"),
    ...(costUsd === undefined ? {} : { usage: usage(costUsd) })
  })

export const verified = (said: Verdict = verdict(), message = "npm run build failed."): Report => ({
  _tag: "FinishVerify",
  verdict: said,
  message
})
export const red = verified(redVerdict())

export const merged = (result: Merging): Report => ({ _tag: "FinishMerge", result })
export const committed = merged({ _tag: "Committed", commit: prepared })
/** The head moved to `9…`, and the change lies on it. */
export const rebased = merged({
  _tag: "Rebased",
  candidate: candidate({ base: given.sha("9"), tree: given.sha("8") }),
  baseTree: given.sha("7"),
  durationMs: 5
})
export const conflict = merged({
  _tag: "Conflict",
  base: given.sha("9"),
  baseTree: given.sha("7"),
  files: ["src/cart.ts"],
  log: artifact("conflict.txt")
})

export const intended = (overrides: Parameters<typeof intent>[0] = {}): Report => ({
  _tag: "IntendPush",
  intent: intent(overrides)
})
export const pushed = (outcome: PushOutcome): Report => ({ _tag: "FinishPush", outcome })
export const landed = pushed({ _tag: "Landed", commit: prepared.commit })
export const reported = (completed = 1): Report => ({
  _tag: "FinishReport",
  totals: { completed, total: 3 }
})
