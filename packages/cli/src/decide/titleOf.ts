/**
 * A task's title: as the newest execution knows it, else as the list has it on the remote.
 */
import type { Execution } from "@devteam/core/execution/State"
import { knownTitle } from "@devteam/core/worker/decideOnTask"
import { viewList } from "@devteam/runner/plan"
import { Effect, Option } from "effect"
import { usageError } from "../ExitWith.ts"

/** The list as an execution reads it. */
export const listOf = ({ projectId, settings, ready }: Execution) =>
  viewList(
    { projectId, url: settings.repository.url },
    {
      target: ready?.from ?? ready?.target ?? settings.repository.target,
      taskList: ready?.taskList ?? settings.taskList,
      granularity: settings.granularity,
      delivery: settings.delivery,
      continues: ready?.from === undefined ? undefined : ready.target
    }
  )

/** Ends with 2 where neither knows such a task. */
export const titleOf = Effect.fnUntraced(function* (newest: Execution, taskId: string) {
  const known = yield* knownTitle(newest, taskId)
  if (Option.isSome(known)) return known.value
  const view = yield* listOf(newest)
  const task = view.graph.byId.get(taskId)
  if (task !== undefined) return task.title
  return yield* usageError(
    `${view.taskList} has no task ${taskId}. See its tasks with: devteam tasks ${newest.projectId}`
  )
})
