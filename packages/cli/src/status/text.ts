/**
 * A project's status for people.
 */
import type { StatusProjection } from "@devteam/core/execution/StatusProjection"
import type { LeaseOwner } from "@devteam/core/ports/Leases"
import { isDeadOwner } from "@devteam/runner/host/process"
import type { Style } from "../terminal/style.ts"
import { table } from "../terminal/table.ts"
import { count, duration, plain, shortSha } from "../terminal/words.ts"

type Row = StatusProjection | { readonly projectId: string; readonly status: string }

const working = new Set(["initializing", "running", "pausing", "stopping"])

const coloured = (status: string, style: Style): string =>
  status === "completed" || status === "running"
    ? style.good(status)
    : status === "error"
      ? style.bad(status)
      : status === "idle"
        ? style.dim(status)
        : style.warn(status)

const present = (row: StatusProjection): string =>
  [
    row.currentTask === null ? "" : `${row.currentTask.id} ${plain(row.currentTask.title)}`,
    row.round === null ? "" : `round ${row.round}`,
    row.currentStep ?? ""
  ]
    .filter((part) => part !== "")
    .join(" · ")

/** One line for each project. */
export const overviewTable = (rows: ReadonlyArray<Row>, style: Style): ReadonlyArray<string> =>
  table([
    ["PROJECT", "STATUS", "DONE", "NOW"].map(style.dim),
    ...rows.map((row) =>
      "executionId" in row
        ? [
            row.projectId,
            coloured(row.status, style),
            `${row.totals.completed}/${row.totals.total}`,
            present(row)
          ]
        : [row.projectId, coloured(row.status, style)]
    )
  ])

const workerLine = (owner: LeaseOwner | undefined, row: StatusProjection, go: string): string => {
  if (row.waiting !== undefined && owner === undefined)
    return `waits for the worker that looks again at ${row.waiting.until}`
  if (owner === undefined) return `nobody works on it. ${go}`
  return isDeadOwner(owner)
    ? `its process ${owner.pid} is dead. ${go}`
    : `process ${owner.pid} on ${owner.host} works on it`
}

const ended = (mark: string, tasks: ReadonlyArray<{ id: string; title: string; message: string }>) =>
  tasks.map(
    ({ id, title, message }) =>
      `  ${mark} ${id} ${plain(title)}${message === "" ? "" : `: ${plain(message)}`}`
  )

/** What is known beside the status row. `now` in epoch ms; `resume` is the command that goes on. */
export interface StatusContext {
  readonly owner: LeaseOwner | undefined
  readonly now: number
  readonly resume: string
}

/** Everything about one project. */
export const statusLines = (
  row: StatusProjection,
  { owner, now, resume }: StatusContext,
  style: Style
): ReadonlyArray<string> => {
  const go = `Go on with: ${resume}`
  const until = row.endedAt === undefined ? now : Date.parse(row.endedAt)
  const cost = row.usage.costUsd > 0 ? `, $${row.usage.costUsd.toFixed(2)}` : ""
  const reason = row.pause?.message ?? row.error?.message
  return [
    `${style.bold(row.projectId)}  ${coloured(row.status, style)}  ${row.totals.completed} of ${count(row.totals.total, "task")} done (${row.progress} %)`,
    ...(reason === undefined
      ? []
      : plain(reason)
          .split("\n")
          .map((line) => `  ${line}`)),
    ...(present(row) === "" ? [] : [`  now: ${present(row)}`]),
    ...(row.waiting === undefined ? [] : [`  waits until ${row.waiting.until}: ${row.waiting.message}`]),
    ...(working.has(row.status) ? [`  ${workerLine(owner, row, go)}`] : []),
    ...(row.status === "paused" ? [`  ${go}`] : []),
    ...(row.unresolvedPush ? ["  whether the last push arrived is not known yet"] : []),
    `  execution ${row.executionId} to ${row.branch ?? "the default branch"}, ${duration(until - Date.parse(row.startedAt))} since ${row.startedAt}${cost}`,
    ...row.completed.map(
      ({ id, title, commit }) => `  ${style.good("✓")} ${id} ${plain(title)}  ${shortSha(commit)}`
    ),
    ...ended(style.bad("✗"), row.failed),
    ...ended(style.warn("!"), row.held),
    ...ended(style.dim("-"), row.superseded),
    ...row.blocked.map(({ id, by }) => `  ${style.warn("·")} ${id} waits for ${by.join(", ")}`)
  ]
}
