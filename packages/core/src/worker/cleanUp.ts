/**
 * Removes checkouts: a task's at its end, an execution's when its worker lets go.
 *
 * Nothing needs them any more: what counts is in the journal and in artifacts. A host may keep those of failed tasks.
 */
import { Effect, Ref } from "effect"
import type { Execution } from "../execution/State.ts"
import { Journal } from "../ports/Journal.ts"
import { executionDirectory, type Session, taskDirectory } from "../steps/Session.ts"

/** After a step: if it ended the task in hand, its directory goes. */
export const cleanUpTask = Effect.fnUntraced(function* (
  session: Session,
  before: Execution,
  after: Execution
) {
  const task = before.inHand?.task
  if (task === undefined || after.inHand?.task.id === task.id) return
  yield* Ref.set(session.workspace, undefined)
  const directory = taskDirectory(session, before, task.id)
  const failed = after.outcomes.some((known) => known.taskId === task.id && known.outcome === "failed")
  if (!failed || !session.host.keepFailedCheckouts) return yield* session.host.removeDirectory(directory)
  yield* Effect.logWarning("kept the checkout of a failed task", {
    taskId: task.id,
    directory: `${session.host.workDirectory}/${directory}`
  })
})

/** When the worker lets go of an execution. */
export const cleanUpExecution = Effect.fnUntraced(function* (session: Session, state: Execution) {
  const failed = state.outcomes.some((known) => known.outcome === "failed")
  if (failed && session.host.keepFailedCheckouts) return
  yield* session.host.removeDirectory(executionDirectory(state))
})

/** Far more than can have died at their very end since the last one that did not. */
const mostEnded = 20

/** When a worker takes a project: what earlier executions of it left whose worker died at their very end. */
export const cleanUpEnded = Effect.fnUntraced(function* (session: Session, { projectId }: Execution) {
  if (session.host.keepFailedCheckouts) return
  const journal = yield* Journal
  const known = yield* journal.list({ projectId, limit: mostEnded })
  const ended = known.filter(({ status }) => ["completed", "error", "stopped"].includes(status))
  yield* Effect.forEach(ended, (execution) => session.host.removeDirectory(executionDirectory(execution)), {
    discard: true
  })
})
