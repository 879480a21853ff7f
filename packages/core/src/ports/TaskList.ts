/**
 * Port: reading a task list and ticking one task in it.
 *
 * Pure functions behind a service, because dialects are an adapter's business. An adapter never reads files: text
 * comes in, text goes out. Agents never edit the list; only a tick does.
 */
import { Context, type Option } from "effect"
import type { Granularity } from "../model/Settings.ts"
import type { Task, TaskIdentity } from "../model/Task.ts"

/** Something about the list that a person should see. Line and column are 1-based. Errors stop dispatch. */
export interface Diagnostic {
  readonly severity: "error" | "warning"
  readonly code:
    | "duplicate_id"
    | "cycle"
    | "dangling_dependency"
    | "no_tasks"
    | "missing_field"
    | "unreadable"
    | "ambiguous_dialect"
  readonly message: string
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A phase or parent item: a dependency on it means all tasks in `taskIds`. */
export interface Container {
  readonly id: string
  readonly title: string
  readonly taskIds: ReadonlyArray<string>
}

/** A list as read: tasks in document order. */
export interface TaskListDocument {
  readonly dialect: string
  readonly tasks: ReadonlyArray<Task>
  readonly containers: ReadonlyArray<Container>
  readonly diagnostics: ReadonlyArray<Diagnostic>
}

/** What became of a tick. Only `Ticked` has new text; `Gone` covers retitled and removed lines. */
export type TickResult =
  | { readonly _tag: "Ticked"; readonly text: string }
  | { readonly _tag: "AlreadyDone" }
  | { readonly _tag: "Gone" }
  | { readonly _tag: "Invalid"; readonly diagnostics: ReadonlyArray<Diagnostic> }

/** What became of taking a tick back. Only `Unticked` has new text. */
export type UntickResult =
  | { readonly _tag: "Unticked"; readonly text: string }
  | { readonly _tag: "AlreadyOpen" }
  | { readonly _tag: "Gone" }
  | { readonly _tag: "Invalid"; readonly diagnostics: ReadonlyArray<Diagnostic> }

/** Options that apply to one list. `file` is only used in diagnostics. */
export interface ParseOptions {
  readonly file: string
  readonly granularity?: Granularity | undefined
}

/** The task list port. All functions are total: a bad list is diagnostics, never a throw. */
export interface TaskListShape {
  /** Reads a list; the graph is checked too (duplicates, cycles, dangling dependencies). */
  readonly parse: (text: string, options: ParseOptions) => TaskListDocument
  /** Marks one task done by splicing its own lines; all other bytes stay. */
  readonly tick: (text: string, task: TaskIdentity, options: ParseOptions) => TickResult
  /** Makes a done task open again, as its lines were in `before`, the list that its tick was made in. */
  readonly untick: (text: string, task: TaskIdentity, before: string, options: ParseOptions) => UntickResult
  /** The list among a repository's paths, by the usual names. */
  readonly find: (paths: ReadonlyArray<string>) => Option.Option<string>
  /** A list to start from, shown to people and never written into a repository. */
  readonly template: string
}

/** See {@link TaskListShape}. */
export class TaskList extends Context.Service<TaskList, TaskListShape>()("@devteam/core/TaskList") {}
