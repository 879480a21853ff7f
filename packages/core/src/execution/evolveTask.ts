/**
 * What the events of one task do to the state: from its selection to its end.
 *
 * The other half of `evolve`; statuses and waits are there.
 */
import type { Usage } from "../model/Candidate.ts"
import type { Event } from "./Event.ts"
import type { Execution, PreviousRound, TaskInHand, TaskOutcome } from "./State.ts"

/** The events that `evolve` hands over. */
export type TaskEvent = Extract<
  Event,
  {
    readonly _tag:
      | "TaskSelected"
      | "WorkspacePrepared"
      | "PromptRendered"
      | "CandidatePrepared"
      | "Verified"
      | "RoundSpent"
      | "ConflictFound"
      | "CommitPrepared"
      | "PushIntended"
      | "PushResolved"
      | "TaskCompleted"
      | "TaskFailed"
      | "TaskHeld"
      | "TaskSuperseded"
  }
>

/** Adds two usages; exact only if both are. */
const addUsage = (a: Usage | undefined, b: Usage | undefined): Usage | undefined => {
  if (a === undefined || b === undefined) return a ?? b
  const cost =
    a.costUsd === undefined && b.costUsd === undefined ? {} : { costUsd: (a.costUsd ?? 0) + (b.costUsd ?? 0) }
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    ...cost,
    source: b.source,
    exact: a.exact && b.exact
  }
}

const stepDone = (state: Execution): Execution => {
  const { active: _, ...rest } = state
  return { ...rest, failures: 0, crashes: 0 }
}

const inHand = (state: Execution, change: (task: TaskInHand) => TaskInHand): Execution =>
  state.inHand === undefined ? state : { ...state, inHand: change(state.inHand) }

/** Counts what an agent took: for the execution, and for the task in hand. */
export const spend = (state: Execution, usage: Usage | undefined): Execution => {
  if (usage === undefined) return state
  const spent = {
    ...state,
    costUsd: state.costUsd + (usage.costUsd ?? 0),
    inputTokens: state.inputTokens + usage.inputTokens,
    outputTokens: state.outputTokens + usage.outputTokens
  }
  return inHand(spent, (task) => {
    const total = addUsage(task.usage, usage)
    return total === undefined ? task : { ...task, usage: total }
  })
}

/** A spent round has already been counted up to the next one, which never began. */
const roundsOf = (task: TaskInHand, { outcome, reason }: Pick<TaskOutcome, "outcome" | "reason">): number =>
  outcome === "failed" && reason !== "keeps_crashing" ? task.round - 1 : task.round

/** A task that is picked up again after it was held or superseded replaces what was said of it. */
const putAway = (
  state: Execution,
  at: number,
  outcome: Omit<TaskOutcome, "rounds" | "durationMs" | "normalizedTitle">
): Execution => {
  const { inHand: task, ...rest } = state
  const mine = task?.task.id === outcome.taskId ? task : undefined
  const before = state.outcomes.find((known) => known.taskId === outcome.taskId)
  const entry: TaskOutcome = {
    ...outcome,
    normalizedTitle: mine?.task.normalizedTitle ?? before?.normalizedTitle ?? outcome.title.toLowerCase(),
    rounds: mine === undefined ? 0 : roundsOf(mine, outcome),
    durationMs: mine === undefined ? 0 : at - mine.startedAt,
    ...(mine?.usage === undefined ? {} : { usage: mine.usage })
  }
  const others = state.outcomes.filter((known) => known.taskId !== outcome.taskId)
  const ordered = state.ordered.filter(({ taskId }) => mine !== undefined || taskId !== outcome.taskId)
  // Who said "skip" while it was in hand meant just this: not delivered, and nobody asked again.
  const stays = before?.outcome === "skipped" && outcome.commit === undefined
  return { ...(mine === undefined ? state : rest), ordered, outcomes: [...others, stays ? before : entry] }
}

const resolved = (
  state: Execution,
  event: Extract<TaskEvent, { readonly _tag: "PushResolved" }>
): Execution => {
  const { push: _, ...closed } = stepDone(state)
  if (event.inherited) return closed
  switch (event.outcome._tag) {
    case "Landed": {
      const landed = event.outcome.commit
      return inHand(closed, (task) => ({ ...task, landed, step: "REPORT" }))
    }
    case "Again":
      return inHand(closed, (task) => ({ ...task, generation: task.generation + 1 }))
    case "Regenerate":
      // Without its verdict MERGE knows that this move is counted already.
      return inHand(closed, ({ commit: _c, verdict: _v, ...task }) => ({
        ...task,
        generation: task.generation + 1,
        step: "MERGE"
      }))
    default:
      return closed
  }
}

/** What an agent that goes on with a red change still has to see, although the round after it built nothing. */
const redLogOf = (previous: PreviousRound | undefined) =>
  previous?.reason === "red_build" || previous?.reason === "build_timeout" ? previous.log : previous?.redLog

/** Folds a task's event into the state. */
export const evolveTask = (state: Execution, at: number, event: TaskEvent): Execution => {
  switch (event._tag) {
    case "TaskSelected": {
      const { order } = event
      return {
        ...stepDone(state),
        totals: event.totals,
        ordered: state.ordered.filter(({ taskId }) => taskId !== event.task.id),
        inHand: {
          task: event.task,
          base: event.base,
          baseTree: order?.baseTree ?? event.baseTree,
          round: 1,
          // An ordered change has only to be moved onto the head, and verified there.
          step: order === undefined ? "PREP" : "MERGE",
          ...(order === undefined ? {} : { order: order.order, candidate: order.candidate, candidateAt: at }),
          generation: 1,
          conflictShown: false,
          startedAt: at,
          warnings: []
        }
      }
    }
    case "WorkspacePrepared":
      return inHand(stepDone(state), (task) => ({ ...task, step: "PROMPT" }))
    case "PromptRendered": {
      const { sha256, artifact } = event
      return inHand(stepDone(state), (task) => ({ ...task, step: "IMPLEMENT", prompt: { sha256, artifact } }))
    }
    case "CandidatePrepared":
      return inHand(spend(stepDone(state), event.usage), ({ verdict, ...task }) => ({
        ...task,
        step: "VERIFY",
        generation: event.origin === "merge" && verdict !== undefined ? task.generation + 1 : task.generation,
        base: event.candidate.base,
        baseTree: event.baseTree,
        candidate: event.candidate,
        candidateAt: at,
        warnings: [...task.warnings, ...event.warnings]
      }))
    case "Verified":
      return inHand(stepDone(state), (task) => ({ ...task, step: "MERGE", verdict: event.verdict }))
    case "RoundSpent":
      return inHand(
        spend(stepDone(state), event.usage),
        ({ verdict: _, prompt: _p, candidate: last, ...task }) => {
          const candidate = last ?? task.previous?.candidate
          const isRed = event.reason === "red_build" || event.reason === "build_timeout"
          const redLog = isRed ? undefined : redLogOf(task.previous)
          return {
            ...task,
            round: task.round + 1,
            step: "PROMPT",
            previous: {
              reason: event.reason,
              ...(event.log === undefined ? {} : { log: event.log }),
              ...(candidate === undefined ? {} : { candidate }),
              ...(redLog === undefined ? {} : { redLog })
            }
          }
        }
      )
    case "ConflictFound":
      return inHand(stepDone(state), ({ candidate: _c, verdict: _v, prompt: _p, ...task }) => ({
        ...task,
        step: "PROMPT",
        base: event.base,
        baseTree: event.baseTree,
        conflictShown: true,
        previous: { reason: "merge_conflict", log: event.log }
      }))
    case "CommitPrepared":
      return inHand(stepDone(state), (task) => ({ ...task, step: "PUSH", commit: event.commit }))
    case "PushIntended":
      return { ...stepDone(state), push: { intent: event.intent, phase: "intended" } }
    case "PushResolved":
      return resolved(state, event)
    case "TaskCompleted": {
      const { taskId, title, commit, totals } = event
      const outcome = state.inHand?.order?._tag === "Undo" ? "undone" : "completed"
      return { ...putAway(stepDone(state), at, { taskId, title, outcome, commit }), totals }
    }
    case "TaskFailed": {
      const { taskId, title, reason, message } = event
      return putAway(stepDone(state), at, { taskId, title, outcome: "failed", reason, message })
    }
    case "TaskHeld": {
      const { _tag: _, usage, ...held } = event
      return putAway(spend(stepDone(state), usage), at, { ...held, outcome: "held" })
    }
    case "TaskSuperseded": {
      const { taskId, title, message } = event
      const candidate = state.inHand?.candidate
      const kept = candidate === undefined ? {} : { candidate }
      return putAway(stepDone(state), at, { taskId, title, outcome: "superseded", message, ...kept })
    }
  }
}
