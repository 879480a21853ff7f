/**
 * A project's status for people.
 */
import type { StatusProjection } from "@devteam/core/execution/StatusProjection"
import type { LeaseOwner } from "@devteam/core/ports/Leases"
import { isDeadOwner } from "@devteam/runner/host/process"
import type { Style } from "../terminal/style.ts"
import { table } from "../terminal/table.ts"
import { spentText } from "../run/spent.ts"
import { count, dollars, duration, localTime, plain, shortSha } from "../terminal/words.ts"

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

/** A time of the row as the person's clock shows it. */
const local = (iso: string, now: number): string => localTime(Date.parse(iso), now)

const inOverview = (row: StatusProjection, now: number): string =>
  row.waiting?.until === undefined
    ? present(row)
    : `waits until ${local(row.waiting.until, now)} · ${present(row)}`.replace(/ · $/, "")

/** One line for each project. `now` in epoch ms. */
export const overviewTable = (rows: ReadonlyArray<Row>, now: number, style: Style): ReadonlyArray<string> =>
  table([
    ["PROJECT", "STATUS", "DONE", "NOW"].map(style.dim),
    ...rows.map((row) =>
      "executionId" in row
        ? [
            row.projectId,
            coloured(row.status, style),
            `${row.totals.completed}/${row.totals.total}`,
            inOverview(row, now)
          ]
        : [row.projectId, coloured(row.status, style)]
    )
  ])

const workerLine = (owner: LeaseOwner | undefined, row: StatusProjection): string => {
  if (row.waiting !== undefined && owner === undefined) return "its worker has given it back until then"
  if (owner === undefined) return "nobody works on it"
  return isDeadOwner(owner)
    ? `its process ${owner.pid} is dead`
    : `process ${owner.pid} on ${owner.host} works on it`
}

const waitsUntil = ({ waiting }: StatusProjection, now: number): ReadonlyArray<string> => {
  if (waiting === undefined) return []
  const { until, message } = waiting
  const left = until === undefined ? "" : ` (${duration(Math.max(0, Date.parse(until) - now))})`
  return [`  waits${until === undefined ? "" : ` until ${local(until, now)}${left}`}: ${plain(message)}`]
}

const delivered = ({ delivery: { kind, branch, from } }: StatusProjection): string =>
  branch === null
    ? kind === "main"
      ? "the default branch"
      : "a branch of its own"
    : from === undefined
      ? branch
      : `${branch}${kind === "local" ? " on this machine" : ""}, from ${from}`

const ended = (mark: string, tasks: ReadonlyArray<{ id: string; title: string; message: string }>) =>
  tasks.map(
    ({ id, title, message }) =>
      `  ${mark} ${id} ${plain(title)}${message === "" ? "" : `: ${plain(message).trim().replaceAll("\n", "\n      ")}`}`
  )

/** What is known beside the status row. `now` in epoch ms; `next` are the commands that help now. */
export interface StatusContext {
  readonly owner: LeaseOwner | undefined
  readonly now: number
  readonly next: ReadonlyArray<string>
}

/** Everything about one project. */
export const statusLines = (
  row: StatusProjection,
  { owner, now, next }: StatusContext,
  style: Style
): ReadonlyArray<string> => {
  const until = row.endedAt === undefined ? now : Date.parse(row.endedAt)
  const spent = spentText(row.usage, row.limits.executionCostUsd)
  const reason = row.pause?.message ?? row.error?.message
  return [
    `${style.bold(row.projectId)}  ${coloured(row.status, style)}  ${row.totals.completed} of ${count(row.totals.total, "task")} done (${row.progress} %)`,
    ...(reason === undefined
      ? []
      : plain(reason)
          .split("\n")
          .map((line) => `  ${line}`)),
    ...(present(row) === "" ? [] : [`  now: ${present(row)}`]),
    ...waitsUntil(row, now),
    ...(working.has(row.status) ? [`  ${workerLine(owner, row)}`] : []),
    ...(row.unresolvedPush ? ["  whether the last push arrived is not known yet"] : []),
    `  execution ${row.executionId} to ${delivered(row)}, ${duration(until - Date.parse(row.startedAt))} since ${local(row.startedAt, now)}`,
    `  ${spent === undefined ? "" : `${spent}; `}limits ${dollars(row.limits.taskCostUsd)} a task, ${dollars(row.limits.executionCostUsd)} in all`,
    ...row.completed.map(
      ({ id, title, commit }) => `  ${style.good("✓")} ${id} ${plain(title)}  ${shortSha(commit)}`
    ),
    ...ended(style.bad("✗"), row.failed),
    ...ended(style.warn("!"), row.held),
    ...ended(style.dim("-"), row.superseded),
    ...row.undone.map(
      ({ id, title, commit }) =>
        `  ${style.warn("↶")} ${id} ${plain(title)}: taken back by ${shortSha(commit)}`
    ),
    ...row.skipped.map(({ id, title }) => `  ${style.dim("-")} ${id} ${plain(title)}: skipped`),
    ...row.blocked.map(
      ({ id, title, by }) =>
        `  ${style.warn("·")} ${id}${title === undefined ? "" : ` ${plain(title)}`}: waits for ${by.join(", ")}`
    ),
    ...next.map((line) => `  ${line}`)
  ]
}
