/**
 * Everything that says why a task is not done: the list on the remote, and how executions left the task.
 */
import type { Execution, TaskOutcome } from "@devteam/core/execution/State"
import type { Task } from "@devteam/core/model/Task"
import { lastOutcome } from "@devteam/core/worker/decideOnTask"
import type { ListView } from "@devteam/runner/plan"
import { Effect, Option, Result } from "effect"
import { listOf } from "../decide/titleOf.ts"
import { usageError } from "../ExitWith.ts"

/** How an execution left a task. */
export interface Known {
  readonly execution: Execution
  readonly outcome: TaskOutcome
}

/** See above. `view` is absent where the list could not be read now; `unread` says why. */
export interface Facts {
  readonly newest: Execution
  readonly taskId: string
  readonly task: Task | undefined
  readonly view: ListView | undefined
  readonly unread: string | undefined
  readonly known: Known | undefined
}

const similar = ({ graph }: ListView, taskId: string): string => {
  const inside = graph.groups.get(taskId)?.taskIds
  if (inside !== undefined) return `${taskId} is no task of its own: it holds ${inside.join(", ")}.`
  const near = [...graph.byId.keys()]
    .filter((id) => id.startsWith(taskId) || taskId.startsWith(id))
    .slice(0, 5)
  return near.length === 0 ? "" : `There are: ${near.join(", ")}.`
}

/** Gathers them. Ends with 2 where nobody knows such a task. */
export const factsOf = Effect.fnUntraced(function* (newest: Execution, taskId: string) {
  const read = yield* Effect.result(listOf(newest))
  const view = Result.getOrUndefined(read)
  const unread = Result.isFailure(read) ? read.failure.message : undefined
  const known = Option.getOrUndefined(yield* lastOutcome(newest.projectId, taskId))
  const task = view?.graph.byId.get(taskId)
  if (task === undefined && known === undefined && newest.inHand?.task.id !== taskId) {
    if (view === undefined) return yield* usageError(`Nothing is known of task ${taskId}. ${unread ?? ""}`)
    return yield* usageError(
      `${view.taskList} on ${view.target} has no task ${taskId}. ${similar(view, taskId)} See them all with: devteam tasks ${newest.projectId}`.replace(
        "  ",
        " "
      )
    )
  }
  const facts: Facts = { newest, taskId, task, view, unread, known }
  return facts
})
