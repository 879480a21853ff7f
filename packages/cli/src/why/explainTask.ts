/**
 * Why a task is not done, and what to do about it: sentences made of facts, and nothing looked up.
 */
import { describeStanding } from "@devteam/core/execution/describe"
import type { TaskOutcome } from "@devteam/core/execution/State"
import { isEnded } from "@devteam/core/execution/Status"
import { blockers } from "@devteam/core/tasks/blockers"
import { tasksInScope } from "@devteam/core/tasks/scope"
import { blockedBy } from "@devteam/core/tasks/TaskGraph"
import { count, shortSha } from "../terminal/words.ts"
import type { Facts, Known } from "./facts.ts"

/** How a task stands. */
export type Standing =
  | "done"
  | "in_progress"
  | "failed"
  | "held"
  | "superseded"
  | "skipped"
  | "undone"
  | "waiting"
  | "optional"
  | "ready"
  | "gone"

/** The answer. `waitingFor` are ids; `next` are commands with what each is for. */
export interface Explanation {
  readonly standing: Standing
  readonly sentences: ReadonlyArray<string>
  readonly waitingFor: ReadonlyArray<string>
  readonly next: ReadonlyArray<{ readonly command: string; readonly what: string }>
}

type Say = Pick<Explanation, "sentences" | "next">

/** A command line of `devteam` with these words, as it works for this person. */
export type CommandWords = (...words: ReadonlyArray<string>) => string

/** The words that run the same again. */
const again = ({ newest: { settings } }: Facts): ReadonlyArray<string> => [
  "run",
  settings.repository.url.replace(/\/\.git$/, ""),
  ...(settings.delivery === "main" ? [] : ["--deliver", settings.delivery])
]

const ofOutcome = ({ execution, outcome }: Known, facts: Facts, devteam: CommandWords): Say => {
  const { newest, taskId } = facts
  const { projectId } = newest
  const active = !isEnded(newest.status)
  const of = (...words: ReadonlyArray<string>) => devteam(...words, taskId, projectId)
  const run = devteam(...again(facts))
  const anew = active
    ? { command: of("tasks", "reopen"), what: "has it made again in this run" }
    : { command: run, what: "tries it again" }
  const { message = "", reason, rounds } = outcome
  const why = reason === undefined ? "" : ` (${reason})`
  const show = {
    command: devteam("show", taskId, "--project", projectId),
    what: "shows prompts, output and builds"
  }
  const says: Record<TaskOutcome["outcome"], Say> = {
    failed: {
      sentences: [`It failed after ${count(rounds, "round")}${why}: ${message}`],
      next: [show, anew]
    },
    held: {
      sentences: [`It is held for a person to decide${why}: ${message}`],
      next: [
        ...(outcome.candidate === undefined
          ? [show]
          : [
              { command: of("diff"), what: "shows its change, which is kept" },
              { command: of("tasks", "accept"), what: "delivers it after all, verified again" }
            ]),
        ...(outcome.candidate === undefined && reason === "nothing_to_do"
          ? [{ command: of("tasks", "accept"), what: "ticks it as it is" }]
          : []),
        anew,
        ...(active ? [{ command: of("tasks", "skip"), what: "leaves it as it is" }] : [])
      ]
    },
    superseded: {
      sentences: [`The list changed under it, so nothing was pushed: ${message}`],
      next: [{ command: run, what: "looks at the list as it is now" }]
    },
    skipped: {
      sentences: [message === "" ? "It was left as it is on request." : message],
      next: [anew]
    },
    undone: {
      sentences: [
        `Its commit was taken back${outcome.commit === undefined ? "" : ` by ${shortSha(outcome.commit)}`}.`
      ],
      next: [{ command: run, what: "makes it anew" }]
    },
    completed: {
      sentences: [
        `Execution ${execution.executionId} pushed it${outcome.commit === undefined ? "" : ` as ${shortSha(outcome.commit)}`}, and the list does not have it ticked: somebody took the tick, or the commit, away.`
      ],
      next: [{ command: run, what: "makes it anew" }]
    }
  }
  return says[outcome.outcome]
}

const standingOf = (outcome: TaskOutcome["outcome"]): Standing =>
  outcome === "completed" ? "ready" : outcome

const isDoneInList = ({ task }: Facts): boolean => task?.state === "done"

const waits = ({ view, task, newest }: Facts): Pick<Explanation, "sentences" | "waitingFor"> => {
  if (view === undefined || task === undefined) return { sentences: [], waitingFor: [] }
  const { graph } = view
  const waitingFor = blockedBy(graph, task.id)
  const open = graph.tasks.filter(({ state }) => state !== "done")
  const fate = new Map(newest.outcomes.map((outcome) => [outcome.taskId, outcome]))
  const wanted = open.filter(({ id }) => {
    const outcome = fate.get(id)?.outcome
    return outcome === undefined || outcome === "superseded"
  })
  const described = (id: string): string => {
    const outcome = fate.get(id)
    const state =
      outcome === undefined || outcome.outcome === "superseded"
        ? newest.inHand?.task.id === id
          ? "being worked on"
          : "not done yet"
        : `${outcome.outcome}${outcome.reason === undefined ? "" : `, ${outcome.reason}`}`
    return `${id} ${graph.byId.get(id)?.title ?? ""} (${state})`
  }
  const roots = (blockers(graph, wanted).find(({ id }) => id === task.id)?.by ?? []).filter(
    (id) => !waitingFor.includes(id)
  )
  return {
    waitingFor,
    sentences: [
      `It waits for ${waitingFor.map(described).join("; ")}.`,
      ...(roots.length === 0 ? [] : [`At the root of it: ${roots.map(described).join("; ")}.`])
    ]
  }
}

const goesOn = (facts: Facts, devteam: CommandWords): Explanation["next"] => {
  const { projectId, status } = facts.newest
  if (isEnded(status)) return [{ command: devteam(...again(facts)), what: "works on what is left" }]
  return status === "paused"
    ? [{ command: devteam("resume", projectId), what: "goes on" }]
    : [{ command: devteam("logs", "-f", projectId), what: "follows what happens" }]
}

const isSkipped = ({ view, newest, taskId }: Facts): boolean => {
  if (view === undefined) return false
  const named = newest.settings.skip.filter((id) => view.graph.byId.has(id) || view.graph.groups.has(id))
  const scoped = tasksInScope(view.graph, { _tag: "Tasks", ids: named })
  return scoped._tag === "Scoped" && scoped.tasks.some(({ id }) => id === taskId)
}

/** Explains. */
export const explainTask = (facts: Facts, devteam: CommandWords): Explanation => {
  const { newest, task, taskId, view, known, unread } = facts
  const note = unread === undefined ? [] : [`The list could not be read now: ${unread}`]
  const run = describeStanding(newest)
  const place = view === undefined ? "" : `${view.taskList} on ${view.target}`
  if (isDoneInList(facts)) {
    const commit = known?.outcome.outcome === "completed" ? known.outcome.commit : undefined
    return {
      standing: "done",
      waitingFor: [],
      sentences: [
        `It is done: ${place} has it ticked${commit === undefined ? "" : `, by ${shortSha(commit)}`}.`
      ],
      next:
        commit === undefined
          ? []
          : [{ command: devteam("undo", taskId, newest.projectId), what: "takes its commit back" }]
    }
  }
  const { inHand } = newest
  if (inHand?.task.id === taskId && !isEnded(newest.status)) {
    const { round, step, previous } = inHand
    const before = previous === undefined ? "" : ` The round before: ${previous.reason}.`
    return {
      standing: "in_progress",
      waitingFor: [],
      sentences: [
        `It is in hand: round ${round} of ${newest.settings.limits.rounds}, step ${step}.${before}`,
        ...run,
        ...note
      ],
      next: goesOn(facts, devteam)
    }
  }
  if (known !== undefined) {
    const { sentences, next } = ofOutcome(known, facts, devteam)
    const current = known.execution.executionId === newest.executionId
    return {
      standing: standingOf(known.outcome.outcome),
      waitingFor: [],
      sentences: [
        ...sentences,
        ...(task === undefined && view !== undefined ? [`${place} does not have it any more.`] : []),
        ...(current ? run : []),
        ...note
      ],
      next
    }
  }
  if (task === undefined) {
    return { standing: "gone", waitingFor: [], sentences: [`${place} does not have it.`, ...note], next: [] }
  }
  if (isSkipped(facts)) {
    return {
      standing: "skipped",
      waitingFor: [],
      sentences: ["The run leaves it as it is: its settings name it under skip.", ...run],
      next: [{ command: devteam(...again(facts)), what: "takes it, where nothing says --skip" }]
    }
  }
  const waiting = waits(facts)
  if (waiting.waitingFor.length > 0) {
    return {
      standing: "waiting",
      ...waiting,
      sentences: [...waiting.sentences, ...run],
      next: waiting.waitingFor
        .slice(0, 1)
        .map((id) => ({ command: devteam("why", id, newest.projectId), what: "says what keeps that" }))
    }
  }
  if (task.optional) {
    return {
      standing: "optional",
      waitingFor: [],
      sentences: ["It is optional: it is made only when it is asked for.", ...run],
      next: [{ command: devteam(...again(facts), "--task", taskId), what: "makes it" }]
    }
  }
  return {
    standing: "ready",
    waitingFor: [],
    sentences: ["Nothing keeps it: it is open, and everything that it needs is done.", ...run],
    next: goesOn(facts, devteam)
  }
}
