/**
 * An execution as it goes, in lines for a person: one for each thing that happened, and what happens now.
 *
 * Made from the journal's records alone, so that it says nothing that is not so.
 */
import type { Event, JournalRecord } from "@devteam/core/execution/Event"
import type { ArtifactKey } from "@devteam/core/model/Candidate"
import type { Totals } from "@devteam/core/execution/Status"
import type { Verdict } from "@devteam/core/model/Verdict"
import type { Style } from "../terminal/style.ts"
import { count, duration, localTime, plain, shortSha } from "../terminal/words.ts"

/** Lines to say; `log` is the artifact whose first lines belong below them. */
export interface Told {
  readonly lines: ReadonlyArray<string>
  readonly log?: ArtifactKey | undefined
}

/** Follows one execution. */
export interface Progress {
  readonly tell: (record: JournalRecord) => Told
  /** What happens now, in one line; `now` in epoch ms. */
  readonly current: (now: number) => string | undefined
}

interface Task {
  readonly id: string
  readonly title: string
  readonly startedAt: number
  /** A commit of it is taken back. */
  readonly undo: boolean
}

const commandsOf = (verdict: Verdict): string =>
  verdict.commands.map(({ argv, durationMs }) => `${argv.join(" ")} ${duration(durationMs)}`).join(", ")

const verified = (verdict: Verdict, style: Style): string => {
  if (verdict.outcome === "unverified") return style.warn("there is nothing to verify it with")
  if (verdict.outcome === "failed") return `${commandsOf(verdict)}: ${style.bad("failed")}`
  const fixed = verdict.attribution === "fixed" ? " (the base was broken; this repairs it)" : ""
  return `${commandsOf(verdict)}: ${style.good("passed")}${fixed}`
}

const pushed: Partial<Record<string, string>> = {
  Again: "the push did not arrive; it is sent again",
  Regenerate: "the target moved; merging again on its new head",
  Removed: "somebody removed the pushed commit from the target",
  Superseded: "somebody else has ticked the task meanwhile",
  TargetGone: "the target branch is gone"
}

/** What a person ordered, beside the task's title. */
const orders = {
  none: "",
  Accept: " (its kept change, as you decided)",
  Done: " (its tick alone, as you decided)",
  Undo: " (taken back, as you asked)"
}

const decisions = {
  accept: "is to be delivered after all",
  skip: "is to be left as it is",
  reopen: "is to be made again",
  done: "is to be ticked as it is"
}

/** Who asked for a pause that Ctrl-C asked for. */
export const ctrlC = "Ctrl-C"

/** Starts following. */
export const makeProgress = (projectId: string, style: Style): Progress => {
  let task: Task | undefined
  let round = 1
  let step: { readonly name: string; readonly since: number } | undefined
  let waiting: { readonly message: string; readonly until: number } | undefined
  let totals: Totals | undefined

  const inRound = (text: string): string => `    ${style.dim(`round ${round}`)}  ${text}`
  const note = (text: string): string => `    ${text}`
  const ended = (mark: string, id: string, title: string, rest: string): string =>
    `${mark} ${style.bold(id)}  ${title}${rest}`

  const linesOf = (event: Event, at: number): ReadonlyArray<string> => {
    switch (event._tag) {
      case "Initialized":
        return [
          `${projectId}: ${event.taskList} on ${event.target}, ${event.totals.completed} of ${count(event.totals.total, "task")} done`,
          ...event.warnings.map((warning) => style.warn(note(warning)))
        ]
      case "TaskSelected":
        return [
          `→ ${style.bold(event.task.id)}  ${plain(event.task.title)}${orders[event.order?.order._tag ?? "none"]}`
        ]
      case "CandidatePrepared":
        return [
          inRound(
            event.origin === "merge"
              ? "merged onto the target's new head"
              : event.origin === "no_change"
                ? "the agent found nothing to do"
                : `agent changed ${count(event.candidate.filesModified.length, "file")} in ${duration(event.durationMs)}`
          ),
          ...event.warnings.map((warning) => style.warn(note(warning)))
        ]
      case "Verified":
        return [
          inRound(verified(event.verdict, style)),
          ...event.verdict.warnings.map((warning) => style.warn(note(warning)))
        ]
      case "RoundSpent":
        return [inRound(style.bad(plain(event.message)))]
      case "ConflictFound":
        return [inRound(style.warn(`conflicts with the target's new head in ${event.files.join(", ")}`))]
      case "PushResolved": {
        const { outcome } = event
        if (outcome._tag === "RefusedByPolicy")
          return [note(style.bad(`push refused: ${plain(outcome.message)}`))]
        const words = pushed[outcome._tag]
        return words === undefined ? [] : [note(style.warn(words))]
      }
      case "StepFailed":
        return [
          note(style.warn(`${event.step} did not work (try ${event.attempt}): ${plain(event.message)}`))
        ]
      case "StepInterrupted":
        return event.cause === "crashed"
          ? [note(style.warn(`${event.step} was cut off: its process died`))]
          : []
      case "TaskCompleted":
        return [
          ended(
            style.good("✓"),
            event.taskId,
            plain(event.title),
            `  ${shortSha(event.commit)}  ${task?.undo === true ? "taken back" : count(round, "round")}, ${duration(at - (task?.startedAt ?? at))}`
          )
        ]
      case "TaskFailed":
        return [ended(style.bad("✗"), event.taskId, plain(event.title), `: ${plain(event.message)}`)]
      case "TaskHeld":
        return [
          ended(
            style.warn("!"),
            event.taskId,
            plain(event.title),
            ` is held for you: ${plain(event.message)}`
          )
        ]
      case "TaskSuperseded":
        return [ended(style.warn("-"), event.taskId, plain(event.title), `: ${plain(event.message)}`)]
      case "TaskDecided":
        return [note(`${event.taskId} ${decisions[event.decision]}, decided by ${plain(event.by)}`)]
      case "WaitStarted":
        return [
          note(
            style.warn(`waits until ${localTime(event.waiting.until, at)}: ${plain(event.waiting.message)}`)
          )
        ]
      case "PauseRequested":
        // Who pressed Ctrl-C here was answered already.
        if (event.by === ctrlC) return []
        return [note(event.mode === "now" ? "pause asked for, now" : "pause asked for, after this step")]
      case "StopRequested":
        return [note("stop asked for")]
      default:
        return []
    }
  }

  const follow = (event: Event, at: number): void => {
    switch (event._tag) {
      case "Initialized":
        totals = event.totals
        break
      case "TaskSelected":
        task = {
          id: event.task.id,
          title: plain(event.task.title),
          startedAt: at,
          undo: event.order?.order._tag === "Undo"
        }
        round = 1
        totals = event.totals
        break
      case "StepStarted":
        step = { name: event.step, since: at }
        if (event.round !== undefined) round = event.round
        waiting = undefined
        break
      case "WaitStarted":
        waiting = event.waiting
        break
      case "WaitEnded":
        waiting = undefined
        break
      case "TaskCompleted":
        totals = event.totals
        task = undefined
        break
      case "TaskFailed":
      case "TaskHeld":
      case "TaskSuperseded":
        task = undefined
        break
      case "Paused":
      case "Stopped":
      case "ExecutionCompleted":
      case "ExecutionFailed":
        step = undefined
        break
      default:
        break
    }
  }

  return {
    tell: ({ event, at }) => {
      const lines = linesOf(event, at)
      follow(event, at)
      return { lines, log: event._tag === "RoundSpent" ? event.log : undefined }
    },
    current: (now) => {
      if (waiting !== undefined)
        return `${projectId}  waits ${duration(Math.max(0, waiting.until - now))}, until ${localTime(waiting.until, now)}: ${plain(waiting.message)}`
      if (step === undefined) return undefined
      const done = totals === undefined ? "" : `${totals.completed}/${totals.total}  `
      const name = task === undefined ? "" : `${task.id} ${task.title} · round ${round} · `
      return `${projectId}  ${done}${name}${step.name} ${duration(Math.floor((now - step.since) / 1000) * 1000)}`
    }
  }
}

const errorWords = /\b(error|fail(ed|ure)?|fatal|exception|cannot|not found)\b/i

/** The lines of a failing log that a person wants to see first: from the first error on, at most six. */
export const firstLines = (log: string): ReadonlyArray<string> => {
  const lines = plain(log)
    .split("\n")
    .filter((line) => line.trim() !== "")
  const from = lines.findIndex((line) => errorWords.test(line))
  return (from === -1 ? lines.slice(-6) : lines.slice(from, from + 6)).map((line) => line.slice(0, 200))
}
