/**
 * How an execution stands, in sentences: what it waits for, what it has in hand, and what became of its tasks.
 *
 * Says what the state says and no more; who works on it is not in the state.
 */
import type { Execution } from "./State.ts"

const iso = (millis: number): string => new Date(millis).toISOString()

/** Its status, and what that is about. Times are ISO-8601 UTC. */
export const describeStanding = (state: Execution): ReadonlyArray<string> => {
  const { status, waiting, pause, error } = state
  const said: Array<string> = [
    status === "error" ? "The execution has ended with an error." : `The execution is ${status}.`
  ]
  if (waiting !== undefined)
    said.push(`It waits until ${iso(waiting.until)} (${waiting.reason}): ${waiting.message}`)
  if (pause !== undefined) said.push(`It is paused (${pause.reason}): ${pause.message} Resume it to go on.`)
  if (error !== undefined) said.push(`The error is ${error.reason}: ${error.message}`)
  if (state.push !== undefined) said.push("A push may have happened whose outcome is not known yet.")
  return said
}

const describeTasks = ({ inHand, outcomes, blocked }: Execution): ReadonlyArray<string> => {
  const said: Array<string> = []
  if (inHand !== undefined) {
    const { task, round, step } = inHand
    said.push(`In hand is task ${task.id} (${task.title}), round ${round}, step ${step}.`)
  }
  for (const { taskId, outcome, reason, message } of outcomes) {
    if (outcome === "failed" || outcome === "held") {
      said.push(`Task ${taskId} is ${outcome}${reason === undefined ? "" : ` (${reason})`}: ${message ?? ""}`)
    }
  }
  for (const { id, by } of blocked) said.push(`Task ${id} is blocked by ${by.join(", ")}.`)
  return said
}

/** One sentence for each thing that there is to say; the status first. */
export const describeExecution = (state: Execution): ReadonlyArray<string> => [
  ...describeStanding(state),
  ...describeTasks(state)
]
