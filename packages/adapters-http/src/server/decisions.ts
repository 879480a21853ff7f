/**
 * What people decide about a task: accept, skip, reopen, done.
 *
 * The title of a task that no execution has met is read from the list at the head of the target.
 */
import { notLegal as rejected, type Rejection } from "@devteam/core/execution/Rejection"
import type { Execution } from "@devteam/core/execution/State"
import { legalFrom } from "@devteam/core/execution/transitions"
import type { DecisionKind } from "@devteam/core/model/Decision"
import { CorrelationId, type ProjectId } from "@devteam/core/model/Ids"
import { decideOnTask, knownTitle } from "@devteam/core/worker/decideOnTask"
import { newestOf } from "@devteam/core/worker/start"
import type { RequestRejected } from "@devteam/core/worker/submit"
import { Effect, Option, type Scope } from "effect"
import { notLegal } from "./answering.ts"
import { controlled } from "./controlled.ts"
import { tasksOf } from "./lists.ts"
import { CurrentRequest, refusal } from "./Refusal.ts"
import { registeredProject } from "./repositories.ts"

const titleOf = Effect.fnUntraced(function* (newest: Execution, taskId: string) {
  const known = yield* knownTitle(newest, taskId)
  if (Option.isSome(known)) return known.value
  const { tasks, taskList } = yield* tasksOf(newest.projectId)
  const task = tasks.find(({ id }) => id === taskId)
  if (task !== undefined) return task.title
  return yield* refusal("unknown-task", `There is no task ${taskId} in ${taskList}.`)
})

/** Decides on a task of a project. */
export const decide = Effect.fnUntraced(function* (
  projectId: ProjectId,
  taskId: string,
  decision: DecisionKind,
  scope: Scope.Scope
) {
  yield* registeredProject(projectId, "unknown-project")
  const { correlationId } = yield* CurrentRequest
  const newest = yield* newestOf(projectId)
  // What the status forbids is said before anything is looked up.
  const status = newest?.status ?? "none"
  if (newest === undefined || !legalFrom(decision).includes(status)) {
    return yield* Effect.fail(notLegal(rejected(decision, status), newest?.executionId))
  }
  const title = yield* titleOf(newest, taskId)
  const decided = yield* decideOnTask(projectId, {
    decision,
    taskId,
    title,
    by: "api",
    boundTo: "service",
    correlationId: CorrelationId.make(correlationId)
  }).pipe(
    Effect.catchTag("RequestRejected", (error: RequestRejected) =>
      Effect.fail(notLegal(error.rejection as Rejection, newest.executionId))
    )
  )
  const after = decided._tag === "Started" ? decided.execution : decided.after
  const changed = decided._tag === "Started" || decided.changed
  const { executionId } = after
  yield* Effect.logInfo("decided", { projectId, executionId, taskId, decision, changed })
  return yield* controlled(newest.status, { after, changed }, scope)
})
