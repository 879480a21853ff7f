/**
 * What an execution came to: a table of its tasks, a sentence, and what to do next.
 */
import type { Execution, TaskOutcome } from "@devteam/core/execution/State"
import { isEnded } from "@devteam/core/execution/Status"
import type { Style } from "../terminal/style.ts"
import { table } from "../terminal/table.ts"
import { commandLine, count, dollars, duration, plain, shortSha } from "../terminal/words.ts"
import { spentText } from "./spent.ts"

const words: Record<TaskOutcome["outcome"], string> = {
  completed: "done",
  failed: "failed",
  held: "held",
  superseded: "superseded",
  skipped: "skipped",
  undone: "taken back"
}

const coloured = (outcome: TaskOutcome["outcome"], style: Style): string =>
  ({
    completed: style.good,
    failed: style.bad,
    held: style.warn,
    superseded: style.dim,
    skipped: style.dim,
    undone: style.warn
  })[outcome](words[outcome])

/** One row for each task that was worked on or is blocked; no lines where there is none. */
export const summaryTable = (state: Execution, style: Style): ReadonlyArray<string> => {
  // A column of dollars only where an agent says what it cost.
  const costs = state.outcomes.some(({ usage }) => usage?.costUsd !== undefined)
  const cost = (usd: number | undefined) => (costs ? [usd === undefined ? "" : dollars(usd)] : [])
  const rows = state.outcomes.map((task) => [
    `${task.taskId} ${plain(task.title)}`,
    task.rounds === 0 ? "" : String(task.rounds),
    task.durationMs === 0 ? "" : duration(task.durationMs),
    ...cost(task.usage?.costUsd),
    coloured(task.outcome, style),
    task.commit === undefined ? (task.reason ?? "") : shortSha(task.commit)
  ])
  const blocked = state.blocked.map(({ id, title, by }) => [
    title === undefined ? id : `${id} ${plain(title)}`,
    "",
    "",
    ...cost(undefined),
    style.warn("blocked"),
    `by ${by.join(", ")}`
  ])
  const all = [...rows, ...blocked]
  const heading = ["TASK", "ROUNDS", "TIME", ...(costs ? ["COST"] : []), "RESULT", "COMMIT"]
  return all.length === 0 ? [] : table([heading.map(style.dim), ...all])
}

/** Places in a list stand at the beginning of their lines, where editors find them. */
const because = (reason: { readonly reason: string; readonly message: string } | undefined): string =>
  reason === undefined ? "" : `${reason.reason === "list_invalid" ? "\n" : " "}${plain(reason.message)}`

/** How the execution stands, in a sentence. */
export const verdictOf = (state: Execution): string => {
  const { projectId, totals } = state
  const spent = spentText(state, state.settings.limits.executionCostUsd)
  const progress = `${totals.completed} of ${count(totals.total, "task")} done${spent === undefined ? "" : `, ${spent}`}`
  switch (state.status) {
    case "completed": {
      const undone = state.outcomes.filter(({ outcome }) => outcome === "undone").map(({ taskId }) => taskId)
      return undone.length === 0
        ? `${projectId} is completed: ${progress}.`
        : `${projectId} is completed: ${undone.join(", ")} taken back.`
    }
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

/** The commands that help now, with what each is for. `resume` are the words that go on with the project. */
export const nextSteps = (state: Execution, resume: ReadonlyArray<string>): ReadonlyArray<string> => {
  const { status, pause, settings, outcomes } = state
  const [devteam = "devteam", , projectId = "", ...data] = resume
  const command = (...more: ReadonlyArray<string>) => commandLine([devteam, ...more, projectId, ...data])
  const lines: Array<string> = []
  const [held] = outcomes.filter(({ outcome }) => outcome === "held")
  const [failed] = outcomes.filter(({ outcome }) => outcome === "failed")
  const refused = status === "paused" && pause?.reason === "push_refused"
  if (refused && settings.delivery === "main") {
    lines.push(
      `Deliver what is kept to a branch of its own: ${commandLine([...resume, "--deliver", "branch"])}`
    )
  } else if (held !== undefined) {
    const { taskId, candidate } = held
    lines.push(`Why ${taskId} is held: ${command("why", taskId)}`)
    if (candidate !== undefined) lines.push(`Its change: ${command("diff", taskId)}`)
    if (candidate !== undefined || held.reason === "nothing_to_do")
      lines.push(`Deliver it after all: ${command("tasks", "accept", taskId)}`)
    if (!isEnded(status))
      lines.push(`Or have it made again: ${command("tasks", "reopen", taskId)} (or skip, done)`)
  } else if (failed !== undefined) {
    lines.push(`Why ${failed.taskId} failed: ${command("why", failed.taskId)}`)
  }
  if (!isEnded(status)) lines.push(`Go on with: ${commandLine(resume)}`)
  return lines
}
