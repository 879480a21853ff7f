/**
 * A plan as a person reads it before they say yes.
 */
import type { Delivery } from "@devteam/core/model/Settings"
import { unmetDependencies } from "@devteam/core/tasks/TaskGraph"
import { tasksInScope } from "@devteam/core/tasks/scope"
import type { ListView } from "@devteam/runner/plan"
import type { Style } from "../terminal/style.ts"
import { commandLine, count, dollars, plain, tokens } from "../terminal/words.ts"
import type { RunPlan } from "./plan.ts"
import type { PreparedRun } from "./prepareRun.ts"

const dialects: Readonly<Record<string, string>> = {
  checkboxes: "checkboxes",
  headings: "headings with fields",
  wbs: "work breakdown",
  "spec-kit": "Spec Kit"
}

/** How many tasks of a list are in which state. Open optional tasks run only when they are asked for. */
export interface Counts {
  readonly total: number
  readonly done: number
  readonly ready: number
  readonly waiting: number
  readonly skipped: number
  readonly optional: number
}

/** Counts a list's tasks; the ids of `skip` name tasks or phases. */
export const countTasks = (
  { document, graph }: Pick<ListView, "document" | "graph">,
  skip: ReadonlyArray<string>
): Counts => {
  const named = tasksInScope(graph, { _tag: "Tasks", ids: skip })
  const skipped = new Set(named._tag === "Scoped" ? named.tasks.map(({ id }) => id) : [])
  const open = document.tasks.filter(({ state }) => state !== "done")
  const wanted = open.filter(({ id, optional }) => !optional && !skipped.has(id))
  const ready = wanted.filter((task) => unmetDependencies(graph, task).length === 0).length
  const optional = open.filter((task) => task.optional).length
  return {
    total: document.tasks.length - optional,
    done: document.tasks.length - open.length,
    ready,
    waiting: wanted.length - ready,
    skipped: open.filter((task) => !task.optional && skipped.has(task.id)).length,
    optional
  }
}

const countsText = ({ total, done, ready, waiting, skipped, optional }: Counts): string =>
  [
    count(total, "task"),
    `${done} done`,
    `${ready} ready`,
    `${waiting} waiting`,
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
    ...(optional === 0 ? [] : [`${optional} optional besides`])
  ].join(" · ")

const minutes = (ms: number): string =>
  ms % 60_000 === 0 ? `${ms / 60_000} min` : `${Math.round(ms / 1000)} s`

const agentText = ({ agent, settings }: RunPlan, style: Style): string => {
  if (agent === undefined) return style.bad("none was found")
  const { id, argv } = agent.settings
  const version = agent.version?.replace(/ \(.*\)$/, "")
  const name =
    id === "aider" ? (version ?? "aider") : [id, commandLine(argv)].filter((word) => word !== "").join(" ")
  const model = agent.model === undefined ? "" : `, ${agent.model}`
  const keys = agent.keys.length === 0 ? "" : ` (${agent.keys.join(", ")})`
  const { agentMs, taskCostUsd, taskTokens, executionCostUsd, executionTokens } = settings.limits
  const most = (usd: number, most: number | undefined) =>
    most === undefined ? dollars(usd) : `${dollars(usd)} or ${tokens(most)} tokens`
  const limits = `limits ${minutes(agentMs)} a round, ${most(taskCostUsd, taskTokens)} a task, ${most(executionCostUsd, executionTokens)} in all`
  return `${plain(name + model + keys)}      ${limits}`
}

const pushText = ({ push }: RunPlan, style: Style): string =>
  push === "allowed"
    ? `push: ${style.good("allowed")}`
    : push === "none"
      ? "push: none"
      : `push: ${style.bad("refused")}`

const others: Record<Delivery, string> = {
  main: "--deliver branch | local",
  branch: "--deliver main | local",
  local: "--deliver main | branch"
}

const deliverText = ({ settings: { delivery }, view }: RunPlan, { repository }: PreparedRun): string => {
  const base = view.from ?? view.target
  if (view.from !== undefined) {
    const where = delivery === "local" ? "commit" : "push"
    return `${where} each verified task to ${view.target}, which is not merged yet      (--fresh begins a new branch)`
  }
  const choices = delivery === "local" && repository.workTree === undefined ? "" : others[delivery]
  const hints = [choices, "--dry-run"].filter((hint) => hint !== "").join("; ")
  const what = {
    main: `push each verified task to ${base}`,
    branch: `push each verified task to a branch devteam/…, for you to merge into ${base}`,
    local: "commit each verified task to a branch devteam/… here; nothing leaves this machine"
  }[delivery]
  return `${what}      (${hints})`
}

const remoteText = ({ repository: { url, viaOrigin, workTree } }: PreparedRun): string =>
  workTree === undefined ? `${viaOrigin ? "origin " : ""}${url}` : `this repository, ${workTree.directory}`

const scopeText = ({ settings: { skip, untilTask, maxTasks } }: RunPlan, { scope }: PreparedRun): string =>
  [
    ...(scope._tag === "Tasks" ? [`only ${scope.ids.join(", ")}`] : []),
    ...(skip.length === 0 ? [] : [`without ${skip.join(", ")}`]),
    ...(untilTask === undefined ? [] : [`until ${untilTask} is done`]),
    ...(maxTasks === undefined ? [] : [`at most ${count(maxTasks, "task")}`])
  ].join(", ")

/** The lines above the question. */
export const planLines = (plan: RunPlan, prepared: PreparedRun, style: Style): ReadonlyArray<string> => {
  const { view, verified, settings, agent } = plan
  const row = (label: string, text: string) => `${style.dim(label.padEnd(8))} ${text}`
  const note = (text: string) => `         ${style.warn(plain(text))}`
  const scope = scopeText(plan, prepared)
  const commands = verified.commands.map(commandLine).join(" · ")
  const warned = (agent?.findings ?? []).filter(({ status }) => status === "warning")
  return [
    `${style.bold(view.taskList)} (${dialects[view.document.dialect] ?? view.document.dialect})  ${countsText(countTasks(view, settings.skip))}`,
    ...view.notes.map(note),
    row(
      "remote",
      `${remoteText(prepared)}  ${view.target} @ ${view.head.commit.slice(0, 7)}   ${pushText(plan, style)}`
    ),
    row("agent", agentText(plan, style)),
    ...warned.flatMap(({ found, fix }) => [note(found), ...(fix === undefined ? [] : [note(`  ${fix}`)])]),
    ...(settings.prepare.length === 0 ? [] : [row("prepare", settings.prepare.map(commandLine).join(" · "))]),
    row("verify", commands === "" ? style.warn("nothing") : commands),
    ...(verified.unverified === undefined ? [] : [note(verified.unverified)]),
    ...verified.warnings.map(note),
    row("sandbox", "local: agent and npm scripts run as you, not isolated"),
    row("deliver", deliverText(plan, prepared)),
    ...(scope === "" ? [] : [row("scope", scope)])
  ]
}
