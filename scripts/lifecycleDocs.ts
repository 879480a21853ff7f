/**
 * Writes docs/lifecycle.md from the lifecycle table and the step table, or checks that it is as they say.
 *
 * What the tables do not hold is the text: a sentence for each status, condition, wait and reason. They are complete by
 * type, so a new one does not compile without its sentence.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import type { RequestName } from "../packages/core/src/execution/Command.ts"
import type { ErrorReason, PauseReason, Status, Waiting } from "../packages/core/src/execution/Status.ts"
import {
  type Cell,
  type Column,
  columns,
  type Condition,
  type Effect,
  legalFrom,
  transitions
} from "../packages/core/src/execution/transitions.ts"
import { StepName } from "../packages/core/src/model/Step.ts"
import { type StepDefinition, stepTable } from "../packages/core/src/steps/stepTable.ts"

const statuses: Record<Status, string> = {
  initializing:
    "Repository, task list, sandbox, agent and remote are being made ready. Nothing has been paid for yet.",
  running: "Tasks are being worked on, or the execution waits (see below) and has given its worker back.",
  pausing: "A pause was asked for; the step that runs is being finished, or cut off with `mode=now`.",
  paused: "Nothing happens until somebody resumes or stops it. The reason is part of the status.",
  stopping: "A stop was asked for; the step that runs is being cut off. A push is waited for, never cut off.",
  stopped: "Ended on request. A task that was not pushed is open again.",
  completed: "Ended: everything in scope is done.",
  error: "Ended: it cannot go on by itself. The reason is part of the status."
}

const effects: Record<Effect, string> = {
  reject: "–",
  same: "no change",
  new_execution: "new execution",
  pausing: "pausing",
  paused: "paused",
  what_it_was: "what it was before",
  stopping: "stopping",
  stopped: "stopped",
  joined: "joins it",
  decided: "decided; takes effect at the next task boundary"
}

const conditions: Record<Condition, string> = {
  waiting: "while the execution waits: nothing runs that would have to be finished first.",
  waiting_without_open_push:
    "while the execution waits and nothing is on its way to the remote, nor has landed without being reported.",
  push_unresolved:
    "while nobody knows what became of a push, or one has landed and is not reported yet: that is settled first.",
  paused_by_held: "while it is paused because held tasks wait for a decision: it goes on by itself."
}

const waits: Record<Waiting["reason"], string> = {
  quota: "The agent's provider allows no more calls; until the reset that it names.",
  backoff:
    "A step failed for reasons outside the task (registry, disk, network). It is tried again after 1, 2, 4, 8 s.",
  infrastructure: "It kept failing; tried again every five minutes, for ever. This never fails a task.",
  target_busy: "The target branch moved during every push try. A minute later the tries are counted anew.",
  remote_unreachable: "The git remote does not answer, or refuses while a push is unresolved."
}

const pauses: Record<PauseReason, string> = {
  request: "Somebody asked.",
  until_task: "The stop point (`--until`) is done. Resume goes on past it.",
  max_tasks: "As many tasks as asked for (`--max-tasks`) are done. Resume goes on past it.",
  held: "Nothing else can run, and held tasks wait for a decision by people.",
  list_invalid: "The task list has errors, named with file and line. Mend it, then resume.",
  max_cost: "The execution's cost limit is spent. Resume allows the same sum once more.",
  max_tokens: "The execution's limit of tokens is spent. Resume allows as many once more.",
  push_refused: "The remote refused a push by policy (a hook, a protected branch). The task is held.",
  baseline_broken:
    "The build is red without the change too. Mend the target branch, then resume: the change is merged onto it and verified again."
}

const errors: Record<ErrorReason, string> = {
  tasks_failed: "Nothing else can run: tasks failed, and the rest is blocked by them.",
  too_many_failed_tasks: "As many tasks failed as the limit allows, or one with `onFailure: stop`.",
  no_tasks: "The list has no task.",
  unknown_task: "A task was asked for that the list does not have.",
  list_missing: "There is no task list where one was looked for.",
  list_invalid: "The task list could not be read when the execution began.",
  agent: "The agent cannot work: not installed, no valid key, an unknown model.",
  auth: "The git remote refuses the credentials.",
  environment: "The machine or the repository cannot do what is needed; the message says what.",
  keeps_crashing: "The worker died again and again in the same step outside of any task."
}

/** Arrows that no request draws: from, to, and what happened. */
export const reportedArrows: ReadonlyArray<readonly [Status, Status, string]> = [
  ["initializing", "running", "ready"],
  ["initializing", "error", "cannot begin"],
  ["running", "paused", "needs people"],
  ["running", "completed", "all done"],
  ["running", "error", "cannot go on"],
  ["pausing", "paused", "step ended"],
  ["pausing", "completed", "all done"],
  ["pausing", "error", "cannot go on"],
  ["stopping", "stopped", "nothing on its way"],
  ["stopping", "completed", "all done"],
  ["stopping", "error", "cannot go on"]
]

const requests = Object.keys(transitions) as Array<RequestName>
const entries = <K extends string, V>(record: Record<K, V>): Array<[K, V]> =>
  Object.entries(record) as Array<[K, V]>
const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`
const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n")

const usedConditions = [
  ...new Set(
    requests.flatMap((request) =>
      columns.flatMap((column) => transitions[request][column].when?.condition ?? [])
    )
  )
]
const note = (condition: Condition): string => `<sup>${usedConditions.indexOf(condition) + 1}</sup>`

const cellText = ({ effect, when }: Cell): string =>
  when === undefined ? effects[effect] : `${effects[effect]}; ${effects[when.effect]}${note(when.condition)}`

const columnName = (column: Column): string => (column === "none" ? "none yet" : column)

const requestTable = (): string =>
  table(
    ["request", ...columns.map(columnName)],
    requests.map((request) => [
      `**${request}**`,
      ...columns.map((column) => cellText(transitions[request][column]))
    ])
  )

const targets = (effect: Effect): ReadonlyArray<Status> => {
  switch (effect) {
    case "what_it_was":
      return ["initializing", "running"]
    case "pausing":
    case "paused":
    case "stopping":
    case "stopped":
      return [effect]
    default:
      return []
  }
}

const requestedArrows = (): ReadonlyArray<readonly [Column, Status, string]> =>
  requests.flatMap((request) =>
    columns.flatMap((column) => {
      const { effect, when } = transitions[request][column]
      const all = [...targets(effect), ...(when === undefined ? [] : targets(when.effect))]
      return all.map((to) => [column, to, request] as const)
    })
  )

const diagram = (): string => {
  const labels = new Map<string, Array<string>>()
  for (const [from, to, label] of [...requestedArrows(), ...reportedArrows]) {
    const arrow = `${from} --> ${to}`
    labels.set(arrow, [...(labels.get(arrow) ?? []), label])
  }
  const arrows = [...labels].map(([arrow, names]) => `  ${arrow}: ${names.join(" · ")}`)
  const ends = (["stopped", "completed", "error"] as const).map((status) => `  ${status} --> [*]`)
  return ["stateDiagram-v2", "  [*] --> initializing: start", ...arrows, ...ends].join("\n")
}

const stepRow = (
  name: StepName,
  { does, durable, afterCrash, interruptible }: StepDefinition
): ReadonlyArray<string> => [
  name,
  does,
  durable,
  afterCrash === "again" ? "runs again" : "**looks first** at the remote",
  interruptible ? "yes" : "**no**"
]

const meanings = (record: Record<string, string>, head: string): string =>
  table(
    [head, "meaning"],
    entries(record).map(([name, text]) => [`\`${name}\``, text])
  )

/** The page. */
export const lifecyclePage = (): string => `# The life of an execution

<!-- Generated by scripts/lifecycleDocs.ts from the code's own tables: \`npm run docs\`. Do not edit. -->

An execution is one run of a workflow for a project: it takes one task after the other from the list until everything
is done, somebody pauses or stops it, or it cannot go on. People *request*; the worker that holds the project *reports*
what happened. A request may be refused, by the table below. A report never is: it is a fact, also while a pause or a
stop is due. Everything is in the execution's journal, so any process can die at any time and another one goes on.

## Statuses

${meanings(statuses, "status")}

A known project that has no execution answers \`idle\`.

\`\`\`mermaid
${diagram()}
\`\`\`

## Requests

What each request does in each status. A dash means that it is refused with 409; the answer names the status and those
from which the request is possible. "No change" is a success, so that a repeat after a lost answer is safe.

${requestTable()}

${usedConditions.map((condition) => `${note(condition)} ${conditions[condition]}`).join("<br>\n")}

Possible from:

${requests.map((request) => `- **${request}**: ${legalFrom(request).map(columnName).join(", ")}`).join("\n")}

A pause takes effect at the end of the step that runs; \`mode=now\` cuts the step off, and resume begins it again. A stop
cuts it off. Neither ever cuts off a push: after it the remote is looked at, and what landed is reported as a completed
task before the execution is paused or stopped. If the remote cannot be asked, a stopped execution says
\`unresolvedPush\`, and the project's next execution looks before it does anything else.

## Steps

\`INITIALIZE\` happens once; the others make one task. A round that failed goes back to \`PROMPT\` with its log.

${table(
  ["step", "does", "what is durable afterwards", "after a crash", "can be cut off"],
  StepName.literals.map((name) => stepRow(name, stepTable[name]))
)}

A step that dies with its worker more often than the limit (3) fails its task as \`keeps_crashing\`; \`PUSH\` and \`REPORT\`
have no such limit, because what may have left cannot be failed any more.

## Waits

An execution at work may wait. Its worker and its slot are given back meanwhile, and a wait survives pause and resume.

${meanings(waits, "wait")}

## Reasons of a pause

${meanings(pauses, "reason")}

## Reasons of an error

A new execution may be started after any of them. Failure is never written into the task list.

${meanings(errors, "reason")}
`

/** Where the page lies. */
export const lifecyclePath = new URL("../docs/lifecycle.md", import.meta.url)

/** Whether the page that lies there is the one that the tables give. */
export const isCurrent = (): boolean =>
  existsSync(lifecyclePath) && readFileSync(lifecyclePath, "utf8") === lifecyclePage()

if (import.meta.main) {
  if (!process.argv.includes("--check")) writeFileSync(lifecyclePath, lifecyclePage())
  else if (!isCurrent()) {
    process.stderr.write("docs/lifecycle.md is not what the code's tables say. Write it anew: npm run docs\n")
    process.exitCode = 1
  }
}
