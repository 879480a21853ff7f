/**
 * `devteam undo`: takes a task's commit back, by the same verified way on which it came.
 */
import { undo } from "@devteam/core/worker/undo"
import { newestOf } from "@devteam/core/worker/start"
import { Effect } from "effect"
import { usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"
import { newCorrelationId } from "../newCorrelationId.ts"
import { findProject } from "../projectArgument.ts"
import { resumeCommand } from "../resumeCommand.ts"
import { newestFrame, requireHere } from "../run/goOn.ts"
import { workHere } from "../run/workHere.ts"
import { withRunner } from "../runtime.ts"
import { commandLine } from "../terminal/words.ts"

/** What is taken back, and where. */
export interface UndoOptions {
  readonly taskId: string
  readonly project: string | undefined
  readonly dataDirectory: string
  readonly json: boolean
}

/** Starts an execution that takes it back, and works on it. */
export const undoTask = Effect.fn("undoTask")(function* (options: UndoOptions) {
  const { taskId, project, dataDirectory, json } = options
  const invocation = yield* Invocation
  const perform = Effect.gen(function* () {
    const { projectId } = yield* findProject(project, dataDirectory)
    const resume = resumeCommand(invocation, projectId, dataDirectory)
    const newest = yield* newestOf(projectId)
    if (newest !== undefined) yield* requireHere(newest, resume)
    const frame = yield* newestFrame(projectId)
    const state = yield* undo({
      projectId,
      taskId,
      by: "cli",
      boundTo: "cli",
      correlationId: yield* newCorrelationId
    }).pipe(
      Effect.catchTags({
        UndoError: ({ message }) => usageError(message),
        RequestRejected: () =>
          usageError(
            `${projectId} has an execution that has not ended. Let it end first (${commandLine(resume)}), or end it: devteam stop ${projectId}`
          )
      })
    )
    yield* workHere({ state, from: { version: 0, frame }, json, resumeCommand: resume })
  })
  yield* withRunner({ dataDirectory }, perform)
})
