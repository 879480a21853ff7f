/**
 * What an execution came to: a table of its tasks, and a sentence.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { Style } from "../terminal/style.ts"
import { table } from "../terminal/table.ts"
import { count, duration, plain, shortSha } from "../terminal/words.ts"

/** One row for each task that was worked on or is blocked; no lines where there is none. */
export const summaryTable = (state: Execution, style: Style): ReadonlyArray<string> => {
  const colour = { completed: style.good, failed: style.bad, held: style.warn, superseded: style.dim }
  const rows = state.outcomes.map((task) => [
    `${task.taskId} ${plain(task.title)}`,
    String(task.rounds),
    duration(task.durationMs),
    colour[task.outcome](task.outcome === "completed" ? "done" : task.outcome),
    task.commit === undefined ? (task.reason ?? "") : shortSha(task.commit)
  ])
  const blocked = state.blocked.map(({ id, by }) => [
    id,
    "",
    "",
    style.warn("blocked"),
    `by ${by.join(", ")}`
  ])
  const all = [...rows, ...blocked]
  return all.length === 0
    ? []
    : table([["TASK", "ROUNDS", "TIME", "RESULT", "COMMIT"].map(style.dim), ...all])
}

/** Places in a list stand at the beginning of their lines, where editors find them. */
const because = (reason: { readonly reason: string; readonly message: string } | undefined): string =>
  reason === undefined ? "" : `${reason.reason === "list_invalid" ? "\n" : " "}${plain(reason.message)}`

/** How the execution stands, in a sentence. */
export const verdictOf = (state: Execution): string => {
  const { projectId, totals } = state
  const progress = `${totals.completed} of ${count(totals.total, "task")} done`
  switch (state.status) {
    case "completed":
      return `${projectId} is completed: ${progress}.`
    case "paused":
      return `${projectId} is paused, ${progress}.${because(state.pause)}`
    case "stopped":
      return state.push === undefined
        ? `${projectId} is stopped, ${progress}.`
        : `${projectId} is stopped, ${progress}. Whether the last push arrived is not known; the next run finds out first.`
    case "error":
      return `${projectId} ended with an error, ${progress}.${because(state.error)}`
    default:
      return `${projectId} is ${state.status}, ${progress}.`
  }
}
