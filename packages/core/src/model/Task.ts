/**
 * One task as the core sees it: what an agent gets, and one commit.
 *
 * Knows no Markdown. A task list adapter makes these from a document; `tasks/` orders and selects them.
 */
import { Schema } from "effect"
import { TaskId } from "./Ids.ts"

/** What the list says of a task. `in_progress` is what people wrote; the runner itself never writes it. */
export const TaskState = Schema.Literals(["open", "in_progress", "done"])
export type TaskState = typeof TaskState.Type

/**
 * Names a task across edits of its list: the id plus the normalised title (lower case, single spaces, no trailing
 * punctuation). A line with the same id and another title is another task.
 */
export const TaskIdentity = Schema.Struct({ id: TaskId, normalizedTitle: Schema.String })
export type TaskIdentity = typeof TaskIdentity.Type

/** One line of a task's own checklist. */
export const ChecklistItem = Schema.Struct({ text: Schema.String, done: Schema.Boolean })
export type ChecklistItem = typeof ChecklistItem.Type

/** A task with everything that the prompt needs. `line` is 1-based, in the list it was read from. */
export const Task = Schema.Struct({
  id: TaskId,
  title: Schema.String,
  normalizedTitle: Schema.String,
  state: TaskState,
  /** Not required for the list to be done (`- [ ]*`); runs only when asked for by id. */
  optional: Schema.Boolean,
  /** Larger runs earlier. */
  priority: Schema.Int,
  /** Ids of tasks or containers, own and inherited, in the order written. */
  dependencies: Schema.Array(Schema.String),
  /** Ids or titles of the enclosing phases, outermost first. */
  path: Schema.Array(Schema.String),
  checklist: Schema.Array(ChecklistItem),
  criteria: Schema.Array(Schema.String),
  /** Files that the list names for this task. */
  files: Schema.Array(Schema.String),
  /** Further text that belongs to the task, as written. */
  notes: Schema.Array(Schema.String),
  line: Schema.Int
})
export type Task = typeof Task.Type

/** A task's name across edits. */
export const identityOf = (task: Task): TaskIdentity => ({
  id: task.id,
  normalizedTitle: task.normalizedTitle
})

/** Whether two names mean one task. */
export const sameTask = (a: TaskIdentity, b: TaskIdentity): boolean =>
  a.id === b.id && a.normalizedTitle === b.normalizedTitle
