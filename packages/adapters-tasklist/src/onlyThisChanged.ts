/**
 * Whether an edit of a list changed one task's state and nothing else that is read from it.
 */
import type { Task, TaskState } from "@devteam/core/model/Task"

/** What is compared: not the line, which an added field moves, and of the changed task not how far its checklist is. */
const summary = (task: Task, isChanged: boolean): string =>
  JSON.stringify({
    ...task,
    line: 0,
    checklist: task.checklist.map(({ done, text }) => [text, isChanged || done])
  })

/** Compares two readings of a list; `changed` is one of `before`, and is to be in `state` now. */
export const onlyThisChanged = (
  before: ReadonlyArray<Task>,
  after: ReadonlyArray<Task>,
  changed: Task,
  state: TaskState
): boolean =>
  before.length === after.length &&
  before.every((task, index) => {
    const other = after[index]
    if (other === undefined) return false
    const isChanged = task === changed
    return summary(isChanged ? { ...task, state } : task, isChanged) === summary(other, isChanged)
  })
