/**
 * What a person's decision on a task does to the state: how the task came out, and what is to be delivered next.
 *
 * The third part of `evolve`.
 */
import type { Ordered } from "../model/Decision.ts"
import type { Event } from "./Event.ts"
import type { Execution, TaskInHand, TaskOutcome } from "./State.ts"

type TaskDecided = Extract<Event, { readonly _tag: "TaskDecided" }>

const orderOf = (
  { decision, taskId, title }: TaskDecided,
  known: TaskOutcome | undefined
): Ordered | undefined => {
  if (decision === "done") return { _tag: "Done", taskId, title }
  if (decision !== "accept") return undefined
  // A held "nothing to do" has no change: its tick alone is delivered.
  return known?.candidate === undefined
    ? { _tag: "Done", taskId, title }
    : { _tag: "Accept", taskId, title, candidate: known.candidate }
}

/** The task in hand, where a decision gives it up: nobody works on it while the execution is paused. */
const givenUp = (state: Execution, { decision, taskId }: TaskDecided): TaskInHand | undefined => {
  const { inHand, push, status } = state
  const isFree = status === "paused" && push === undefined && inHand?.landed === undefined
  return isFree && decision !== "accept" && inHand?.task.id === taskId ? inHand : undefined
}

const skipped = (
  { taskId, title, normalizedTitle, by }: TaskDecided,
  known: TaskOutcome | undefined,
  task: TaskInHand | undefined
): TaskOutcome => ({
  rounds: task?.round ?? 0,
  durationMs: 0,
  ...(task?.usage === undefined ? {} : { usage: task.usage }),
  ...(known === undefined ? {} : known),
  taskId,
  title,
  normalizedTitle,
  outcome: "skipped",
  message: `Skipped by ${by}.`
})

const withoutReason = ({ reason: _, ...rest }: TaskOutcome): TaskOutcome => rest

/** Folds a decision into the state. A look at the list that began before does not count where it found nothing. */
export const evolveDecision = (state: Execution, event: TaskDecided): Execution => {
  const known = state.outcomes.find(({ taskId }) => taskId === event.taskId)
  const others = state.outcomes.filter(({ taskId }) => taskId !== event.taskId)
  const order = orderOf(event, known)
  const ordered = [
    ...state.ordered.filter(({ taskId }) => taskId !== event.taskId),
    ...(order === undefined ? [] : [order])
  ]
  const task = givenUp(state, event)
  const { inHand: _, ...without } = state
  const decided: Execution = { ...(task === undefined ? state : without), ordered, lookAgain: true }
  if (event.decision === "skip")
    return { ...decided, outcomes: [...others, withoutReason(skipped(event, known, task))] }
  return event.decision === "reopen" ? { ...decided, outcomes: others } : decided
}

/** What the remote refused is delivered to the other place first. */
export const redelivered = (state: Execution): ReadonlyArray<Ordered> => [
  ...state.ordered,
  ...state.outcomes.flatMap(({ outcome, reason, candidate, taskId, title }): ReadonlyArray<Ordered> =>
    outcome === "held" &&
    reason === "push_refused" &&
    candidate !== undefined &&
    !state.ordered.some((order) => order.taskId === taskId)
      ? [{ _tag: "Accept", taskId, title, candidate }]
      : []
  )
]
