/**
 * What follows from the end of a task's step: rounds, holds, commits, pushes; and the limits at a task's end.
 *
 * A build that is red spends a round; what only people can decide is held; nothing here retries infrastructure.
 */
import type { Report } from "./Command.ts"
import type { Event } from "./Event.ts"
import { executionOverspent, taskOverspent } from "./spending.ts"
import type { Execution, TaskInHand } from "./State.ts"
import type { HoldReason, PauseReason } from "./Status.ts"

type TaskReport = Extract<
  Report,
  {
    readonly _tag:
      | "FinishPrep"
      | "FinishPrompt"
      | "FinishImplement"
      | "FinishVerify"
      | "FinishMerge"
      | "IntendPush"
      | "FinishPush"
      | "FinishReport"
  }
>

const named = (task: TaskInHand) => ({ taskId: task.task.id, title: task.task.title })

const hold = (
  task: TaskInHand,
  reason: HoldReason,
  message: string,
  candidate = task.candidate ?? task.previous?.candidate
): Extract<Event, { readonly _tag: "TaskHeld" }> => ({
  _tag: "TaskHeld",
  ...named(task),
  reason,
  message,
  ...(candidate === undefined ? {} : { candidate })
})

const paused = (reason: PauseReason, message: string): Event => ({ _tag: "Paused", reason, message })

const spendRound = (
  state: Execution,
  task: TaskInHand,
  spent: Omit<Extract<Event, { readonly _tag: "RoundSpent" }>, "_tag" | "round">
): ReadonlyArray<Event> => {
  const { limits } = state.settings
  const event: Event = { _tag: "RoundSpent", round: task.round, ...spent }
  if (task.round >= limits.rounds) {
    const message = `${task.round} of ${limits.rounds} rounds used up; the last: ${spent.message}`
    return [event, { _tag: "TaskFailed", ...named(task), reason: "rounds_used_up", message }]
  }
  const overspent = taskOverspent(limits, [task.usage, spent.usage])
  return overspent === undefined ? [event] : [event, { _tag: "TaskFailed", ...named(task), ...overspent }]
}

const afterImplement = (
  state: Execution,
  task: TaskInHand,
  { result }: Extract<TaskReport, { readonly _tag: "FinishImplement" }>
): ReadonlyArray<Event> => {
  switch (result._tag) {
    case "Produced": {
      const { _tag: _, ...candidate } = result
      return [{ _tag: "CandidatePrepared", ...candidate }]
    }
    case "Spent": {
      const { _tag: _, ...spent } = result
      return spendRound(state, task, spent)
    }
    case "Held": {
      const { reason, message, candidate, usage } = result
      const held = hold(task, reason, message, candidate)
      return [usage === undefined ? held : { ...held, usage }]
    }
  }
}

const afterVerify = (
  state: Execution,
  task: TaskInHand,
  { verdict, message }: Extract<TaskReport, { readonly _tag: "FinishVerify" }>
): ReadonlyArray<Event> => {
  const verified: Event = { _tag: "Verified", verdict }
  if (verdict.outcome === "unverified" && state.settings.requireVerify && task.order === undefined) {
    return [verified, hold(task, "unverified", `${message} It is held, because verification is required.`)]
  }
  if (verdict.outcome !== "failed") return [verified]
  if (verdict.attribution === "baseline_broken") return [verified, paused("baseline_broken", message)]
  if (task.order !== undefined) {
    return [
      verified,
      hold(task, "verification_failed", `What was ordered is red on the target's head: ${message}`)
    ]
  }
  const timedOut = verdict.commands.some((command) => command.outcome === "timed_out")
  const reason = timedOut ? "build_timeout" : "red_build"
  return [verified, ...spendRound(state, task, { reason, message, log: verdict.log })]
}

const busy = (state: Execution, task: TaskInHand, at: number): ReadonlyArray<Event> =>
  task.generation < state.settings.limits.generations
    ? []
    : [
        {
          _tag: "WaitStarted",
          waiting: {
            reason: "target_busy",
            until: at + 60_000,
            message: `${task.generation} tries in a row did not land: the target or its fence kept moving.`
          }
        }
      ]

/** A target that moved while the change was verified on it: as good as a push that came too late. */
const movedMeanwhile = (state: Execution, task: TaskInHand, at: number): ReadonlyArray<Event> => {
  const waiting = task.verdict === undefined ? [] : busy(state, task, at)
  if (waiting.length === 0 || state.active === undefined) return []
  const { step, attempt } = state.active
  const message = "The target moved again while the change was verified on it."
  return [{ _tag: "StepFailed", step, attempt, reason: "target_busy", message }, ...waiting]
}

const afterMerge = (
  state: Execution,
  task: TaskInHand,
  { result }: Extract<TaskReport, { readonly _tag: "FinishMerge" }>,
  at: number
): ReadonlyArray<Event> => {
  switch (result._tag) {
    case "Committed":
      return [{ _tag: "CommitPrepared", commit: result.commit }]
    case "Rebased": {
      const wait = movedMeanwhile(state, task, at)
      if (wait.length > 0) return wait
      const { _tag: _, ...rebased } = result
      return [{ _tag: "CandidatePrepared", ...rebased, origin: "merge", warnings: [] }]
    }
    case "Conflict": {
      const { base, baseTree, files, log } = result
      if (task.order !== undefined) {
        return [hold(task, "conflict", `The change conflicts with the target in ${files.join(", ")}.`)]
      }
      return task.conflictShown
        ? [hold(task, "conflict", `The change conflicts with the target again, in ${files.join(", ")}.`)]
        : [{ _tag: "ConflictFound", base, baseTree, files, log }]
    }
    case "Superseded":
      return [{ _tag: "TaskSuperseded", ...named(task), message: result.message }]
    case "ListInvalid":
      return [hold(task, "list_invalid", result.message)]
    case "TargetGone":
      return [hold(task, "removed_by_others", result.message)]
  }
}

const refusedPush = (task: TaskInHand, message: string): ReadonlyArray<Event> => [
  hold(task, "push_refused", message),
  paused(
    "push_refused",
    `The remote refused the push: ${message}\nThe change is kept. Deliver it to a branch of its own: resume with --deliver branch.`
  )
]

const afterOwnPush = (
  state: Execution,
  task: TaskInHand,
  { outcome }: Extract<TaskReport, { readonly _tag: "FinishPush" }>,
  at: number
): ReadonlyArray<Event> => {
  switch (outcome._tag) {
    case "Landed":
    case "NotPushed":
      return []
    case "Again":
    case "Regenerate":
      return busy(state, task, at)
    case "Removed":
      return [
        hold(task, "removed_by_others", "The pushed commit was removed from the target by somebody else.")
      ]
    case "TargetGone":
      return [hold(task, "removed_by_others", "The target branch is gone from the remote.")]
    case "Superseded":
      return [
        { _tag: "TaskSuperseded", ...named(task), message: "The list says done, gone or retitled by now." }
      ]
    case "RefusedByPolicy":
      return refusedPush(task, outcome.message)
  }
}

/** A push that an earlier execution left: what landed is a completed task here, what was removed is held. */
const afterInheritedPush = (
  state: Execution,
  { outcome }: Extract<TaskReport, { readonly _tag: "FinishPush" }>
): ReadonlyArray<Event> => {
  const inherited = state.push?.inherited
  if (inherited === undefined) return []
  const name = { taskId: inherited.intent.taskId, title: inherited.taskTitle }
  if (outcome._tag === "Landed") {
    return [{ _tag: "TaskCompleted", ...name, commit: outcome.commit, totals: state.totals }]
  }
  const message = "The commit that an earlier execution pushed was removed from the target by somebody else."
  return outcome._tag === "Removed"
    ? [{ _tag: "TaskHeld", ...name, reason: "removed_by_others", message }]
    : []
}

const afterPush = (
  state: Execution,
  report: Extract<TaskReport, { readonly _tag: "FinishPush" }>,
  at: number
): ReadonlyArray<Event> => {
  if (state.push === undefined) return []
  const { intent, inherited } = state.push
  const event: Event = {
    _tag: "PushResolved",
    intent,
    outcome: report.outcome,
    inherited: inherited !== undefined
  }
  if (inherited !== undefined) return [event, ...afterInheritedPush(state, report)]
  return state.inHand === undefined ? [event] : [event, ...afterOwnPush(state, state.inHand, report, at)]
}

/** Decides the end of a task's step. */
export const decideTask = (state: Execution, report: TaskReport, at: number): ReadonlyArray<Event> => {
  if (report._tag === "FinishPush") return afterPush(state, report, at)
  const task = state.inHand
  if (task === undefined) return []
  switch (report._tag) {
    case "FinishPrep":
      return [{ _tag: "WorkspacePrepared", directory: report.directory, durationMs: report.durationMs }]
    case "FinishPrompt":
      return [{ _tag: "PromptRendered", sha256: report.sha256, artifact: report.artifact }]
    case "FinishImplement":
      return afterImplement(state, task, report)
    case "FinishVerify":
      return afterVerify(state, task, report)
    case "FinishMerge":
      return afterMerge(state, task, report, at)
    case "IntendPush":
      return [{ _tag: "PushIntended", intent: report.intent }]
    case "FinishReport":
      return task.landed === undefined
        ? []
        : [{ _tag: "TaskCompleted", ...named(task), commit: task.landed, totals: report.totals }]
  }
}

/** At a task's end: too many failures, the money is spent, a stop point is reached. */
export const taskLimits = (state: Execution): ReadonlyArray<Event> => {
  if (state.status === "stopping") return []
  const { settings, outcomes } = state
  const last = outcomes.at(-1)
  const failures = outcomes.filter((task) => task.outcome === "failed")
  const most = settings.onFailure === "stop" ? 1 : settings.limits.failedTasks
  const mayEnd = state.push?.phase !== "unknown"
  if (mayEnd && last?.outcome === "failed" && failures.length >= most) {
    const message = `${failures.length} failed: ${failures.map((task) => task.taskId).join(", ")}.`
    return [{ _tag: "ExecutionFailed", reason: "too_many_failed_tasks", message, blocked: state.blocked }]
  }
  if (state.status !== "running" && state.status !== "pausing") return []
  const overspent = executionOverspent(state)
  if (overspent !== undefined) return [paused(overspent.reason, overspent.message)]
  if (last?.outcome !== "completed") return []
  if (settings.untilTask === last.taskId) return [paused("until_task", `Task ${last.taskId} is done.`)]
  const completed = outcomes.filter((task) => task.outcome === "completed").length
  return settings.maxTasks !== undefined && completed >= settings.maxTasks
    ? [paused("max_tasks", `${completed} tasks are done.`)]
    : []
}
