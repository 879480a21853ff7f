/**
 * What follows from a person's decision on a task, where the table lets it be made.
 *
 * The table knows statuses; here is what the task's own fate allows. Nothing is delivered here: an order is kept until
 * the next SELECT.
 */
import { Result } from "effect"
import type { Request } from "./Command.ts"
import type { Event } from "./Event.ts"
import { notPossible, type Rejection } from "./Rejection.ts"
import type { Execution, TaskOutcome } from "./State.ts"

type Decide = Extract<Request, { readonly _tag: "Decide" }>

/** Why this task's fate speaks against a decision; undefined: nothing does. */
const objection = ({ decision, taskId }: Decide, known: TaskOutcome | undefined): string | undefined => {
  const outcome = known?.outcome
  switch (decision) {
    case "accept":
      if (outcome !== "held") {
        return `Task ${taskId} is ${outcome ?? "not held"}; only the change of a held task can be accepted.`
      }
      return known?.candidate !== undefined || known?.reason === "nothing_to_do"
        ? undefined
        : `Task ${taskId} is held without a change that could be delivered. Let it be made again: reopen.`
    case "reopen":
      return outcome === "completed"
        ? `Task ${taskId} is completed, and a completed task is not reopened. Take its commit back with undo.`
        : undefined
    case "skip":
    case "done":
      return outcome === "completed" ? `Task ${taskId} is completed already.` : undefined
  }
}

/** Whether the decision is in force already, so that a repeat is safe. */
const isInForce = (
  { decision, taskId }: Decide,
  known: TaskOutcome | undefined,
  { ordered }: Execution
): boolean => {
  const order = ordered.find((one) => one.taskId === taskId)
  switch (decision) {
    case "accept":
      return order?._tag === "Accept" || (order !== undefined && known?.candidate === undefined)
    case "done":
      return order?._tag === "Done"
    case "skip":
      return known?.outcome === "skipped" && order === undefined
    case "reopen":
      return known === undefined && order === undefined
  }
}

/** The events of a decision, none where it is in force already, or why it cannot be made. */
export const decideDecision = (
  request: Decide,
  state: Execution,
  goesOn: boolean
): Result.Result<ReadonlyArray<Event>, Rejection> => {
  const known = state.outcomes.find(({ taskId }) => taskId === request.taskId)
  const why = objection(request, known)
  if (why !== undefined) return Result.fail(notPossible(request.decision, state.status, why))
  if (isInForce(request, known, state)) return Result.succeed([])
  const { _tag: _, ...fields } = request
  const decided: Event = { _tag: "TaskDecided", ...fields }
  return Result.succeed(goesOn ? [decided, { _tag: "Resumed", by: request.by }] : [decided])
}
