/**
 * What a dialect makes of an outline: tasks before they have their final ids and dependencies.
 *
 * The same for all dialects; `document.ts` turns it into what the port promises, `tick.ts` uses the edits.
 */
import type { Granularity } from "@devteam/core/model/Settings"
import type { ChecklistItem, TaskState } from "@devteam/core/model/Task"
import type { Diagnostic } from "@devteam/core/ports/TaskList"
import type { Checkbox, Reference } from "./itemText.ts"
import type { Outline } from "./outline.ts"
import type { Edit } from "./SourceText.ts"

/** A phase, heading or parent item. Without an id nothing can depend on it. Lines and columns are 0-based. */
export interface Group {
  readonly id: string | undefined
  readonly title: string
  /** Its own dependencies; its tasks inherit them. */
  readonly dependencies: ReadonlyArray<Reference>
  readonly line: number
  readonly column: number
  /** Of a parent item; it says nothing of its own, and is ticked with the last of its tasks. */
  readonly box?: Checkbox | undefined
}

/** A task as written. */
export interface Draft {
  readonly id: string | undefined
  readonly title: string
  readonly state: TaskState
  readonly optional: boolean
  readonly priority: number
  readonly dependencies: ReadonlyArray<Reference>
  /** Enclosing groups, outermost first. */
  readonly groups: ReadonlyArray<Group>
  readonly checklist: ReadonlyArray<ChecklistItem>
  /** Ids of checklist items, which are no tasks. */
  readonly parts: ReadonlyArray<string>
  readonly criteria: ReadonlyArray<string>
  readonly files: ReadonlyArray<string>
  readonly notes: ReadonlyArray<string>
  readonly line: number
  readonly column: number
  /** What makes the task and its checklist done. */
  readonly edits: ReadonlyArray<Edit>
}

/** A diagnostic without its file; 0-based. */
export interface Finding {
  readonly severity: Diagnostic["severity"]
  readonly code: Diagnostic["code"]
  readonly message: string
  readonly line: number
  readonly column: number
}

/** What a dialect read, in document order. */
export interface Reading {
  readonly drafts: ReadonlyArray<Draft>
  readonly groups: ReadonlyArray<Group>
  readonly findings: ReadonlyArray<Finding>
}

/** One way to write a task list. `read` is only asked when `matches` said yes. */
export interface Dialect {
  readonly name: string
  readonly matches: (outline: Outline) => boolean
  readonly read: (outline: Outline, granularity: Granularity | undefined) => Reading
}
