/**
 * A task as the newest execution that worked on it left it, with everything that is kept of it.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { ProjectId } from "@devteam/core/model/Ids"
import { Artifacts } from "@devteam/core/ports/Artifacts"
import { Frames } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import { Effect, Option } from "effect"
import { usageError } from "../ExitWith.ts"

/** One round: its artifacts by kind, and what its commands wrote. */
export interface RoundView {
  readonly round: number
  readonly artifacts: Readonly<Record<string, string>>
  /** Per step, in order. */
  readonly output: ReadonlyArray<{ readonly step: string; readonly text: string }>
}

/** See above. `result` is `in_progress` while it is in hand. */
export interface TaskView {
  readonly projectId: string
  readonly executionId: string
  readonly taskId: string
  readonly title: string
  readonly result: string
  readonly message?: string | undefined
  readonly commit?: string | undefined
  readonly rounds: ReadonlyArray<RoundView>
}

const searched = 100

const isAbout = (taskId: string, state: Execution): boolean =>
  state.inHand?.task.id === taskId || state.outcomes.some((outcome) => outcome.taskId === taskId)

const newestAbout = Effect.fnUntraced(function* (projectId: ProjectId, taskId: string) {
  const journal = yield* Journal
  for (const { executionId } of yield* journal.list({ projectId, limit: searched })) {
    const state = yield* journal.load(executionId)
    if (isAbout(taskId, state)) return state
  }
  return yield* usageError(
    `${projectId} has not worked on a task ${taskId}. See its tasks with: devteam tasks ${projectId}`
  )
})

const outputOf = Effect.fnUntraced(function* (state: Execution, taskId: string, round: number) {
  const frames = yield* Frames
  const stored = yield* frames.logs(state.executionId, { taskId, round })
  const bySteps = new Map<string, string>()
  for (const { frame } of stored) {
    const step = String(frame.payload["step"])
    bySteps.set(step, `${bySteps.get(step) ?? ""}${String(frame.payload["text"])}`)
  }
  return [...bySteps].map(([step, text]) => ({ step, text }))
})

/** Gathers everything about a task, or ends with 2. */
export const findTask = Effect.fnUntraced(function* (
  projectId: ProjectId,
  taskId: string,
  onlyRound: number | undefined
) {
  const artifacts = yield* Artifacts
  const state = yield* newestAbout(projectId, taskId)
  const { executionId } = state
  const keys = (yield* artifacts.list(executionId)).filter(({ key }) => key.taskId === taskId)
  const existing = [...new Set(keys.map(({ key }) => key.round))].toSorted((a, b) => a - b)
  const wanted = existing.filter((round) => onlyRound === undefined || round === onlyRound)
  if (onlyRound !== undefined && wanted.length === 0) {
    return yield* usageError(
      `Task ${taskId} has no round ${onlyRound}. It has: ${existing.join(", ") || "none yet"}.`
    )
  }
  const rounds = yield* Effect.forEach(wanted, (round) =>
    Effect.gen(function* () {
      const entries = yield* Effect.forEach(
        keys.filter(({ key }) => key.round === round),
        ({ key }) =>
          Effect.map(
            artifacts.get(executionId, key, "public"),
            (bytes) => [key.kind, new TextDecoder().decode(Option.getOrUndefined(bytes))] as const
          )
      )
      const output = yield* outputOf(state, taskId, round)
      return { round, artifacts: Object.fromEntries(entries), output } satisfies RoundView
    })
  )
  const outcome = state.outcomes.findLast((task) => task.taskId === taskId)
  const inHand = state.inHand?.task.id === taskId ? state.inHand : undefined
  const view: TaskView = {
    projectId,
    executionId,
    taskId,
    title: inHand?.task.title ?? outcome?.title ?? "",
    result: inHand === undefined ? (outcome?.outcome ?? "") : "in_progress",
    message: inHand === undefined ? outcome?.message : undefined,
    commit: inHand === undefined ? outcome?.commit : undefined,
    rounds
  }
  return view
})
