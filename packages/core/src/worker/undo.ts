/**
 * Takes a completed task back: an execution whose one change is the task's own commit, backwards.
 *
 * The same path as any other change: moved onto the head, built, pushed exactly once. The tick goes with the commit, so
 * the task is open again afterwards.
 */
import { Effect, Option, Schema } from "effect"
import { notLegal } from "../execution/Rejection.ts"
import type { CorrelationId, ProjectId } from "../model/Ids.ts"
import type { BoundTo } from "../model/Settings.ts"
import { isActive } from "./accept.ts"
import { lastOutcome, startOrder } from "./decideOnTask.ts"
import { newestOf } from "./start.ts"
import { RequestRejected } from "./submit.ts"

/** There is no commit of that task to take back. */
export class UndoError extends Schema.TaggedError<UndoError>()("UndoError", { message: Schema.String }) {}

/** What is to be taken back, and for whom. */
export interface UndoInput {
  readonly projectId: ProjectId
  readonly taskId: string
  readonly by: string
  readonly boundTo: BoundTo
  readonly correlationId: CorrelationId
}

/** Starts the execution. Fails with `RequestRejected` while another one is active. */
export const undo = Effect.fn("Worker.undo")(function* (input: UndoInput) {
  const { projectId, taskId } = input
  const newest = yield* newestOf(projectId)
  if (isActive(newest)) {
    return yield* new RequestRejected({ rejection: notLegal("start", newest.status) })
  }
  const known = yield* lastOutcome(projectId, taskId)
  if (Option.isSome(known) && known.value.outcome.outcome === "undone") {
    return yield* new UndoError({ message: `Task ${taskId} was taken back already.` })
  }
  const commit = Option.getOrUndefined(known)?.outcome.commit
  if (Option.isNone(known) || commit === undefined) {
    return yield* new UndoError({
      message: `No execution here completed task ${taskId}, so there is no commit of it to take back. Take back what others made with git revert.`
    })
  }
  const { title } = known.value.outcome
  return yield* startOrder(known.value.execution, { _tag: "Undo", taskId, title, commit }, input)
})
