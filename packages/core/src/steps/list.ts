/**
 * The task list at one tree: read, parsed, and its errors as one sentence.
 *
 * Used by INITIALIZE, SELECT, VERIFY, MERGE and REPORT, which all look at it anew: people may edit it at any time.
 */
import { Effect, Option } from "effect"
import type { Execution } from "../execution/State.ts"
import type { Sha } from "../model/Ids.ts"
import type { TaskIdentity } from "../model/Task.ts"
import { Repository, type RepositoryRef } from "../ports/Repository.ts"
import {
  type Diagnostic,
  type ParseOptions,
  TaskList,
  type TaskListDocument,
  type TickResult,
  type UntickResult
} from "../ports/TaskList.ts"
import { makeGraph } from "../tasks/TaskGraph.ts"
import { progress } from "../tasks/progress.ts"

/** A list that was found. `errors` is empty where work may go on. */
export interface ListAtTree {
  readonly blob: Sha
  readonly text: string
  readonly document: TaskListDocument
  readonly errors: ReadonlyArray<Diagnostic>
}

/** `file:line:column: message`, as compilers write it. */
export const formatDiagnostic = (diagnostic: Diagnostic): string =>
  `${diagnostic.file}:${diagnostic.line}:${diagnostic.column}: ${diagnostic.message}`

/** All errors of a list, one a line. */
export const describeErrors = (errors: ReadonlyArray<Diagnostic>): string =>
  errors.map(formatDiagnostic).join("\n")

/** How an execution wants its list read. */
export const parseOptions = (state: Execution, file: string): ParseOptions => ({
  file,
  granularity: state.settings.granularity
})

/** Reads and parses the list; none when the file is not there. */
export const readList = Effect.fnUntraced(function* (ref: RepositoryRef, tree: Sha, options: ParseOptions) {
  const repository = yield* Repository
  const lists = yield* TaskList
  const file = yield* repository.readFile(ref, tree, options.file)
  return Option.map(file, ({ blob, bytes }): ListAtTree => {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
    const document = lists.parse(text, options)
    const errors = document.diagnostics.filter((diagnostic) => diagnostic.severity === "error")
    return { blob, text, document, errors }
  })
})

/** How far the list is, in the execution's scope. */
export const totalsOf = (state: Execution, { document }: ListAtTree) =>
  progress(makeGraph(document.tasks, document.containers), state.scope)

/** A tree's list with one task open again. `Missing`: the file is not there, or was not before the commit. */
export type TreeUntick =
  | Exclude<UntickResult, { readonly _tag: "Unticked" }>
  | { readonly _tag: "Missing" }
  | { readonly _tag: "Unticked"; readonly bytes: Uint8Array }

/** Takes the tick back that came with a commit, in the list of a tree; writes nothing. */
export const untickIn = Effect.fnUntraced(function* (
  ref: RepositoryRef,
  tree: Sha,
  task: TaskIdentity,
  { commit, options }: { readonly commit: Sha; readonly options: ParseOptions }
) {
  const lists = yield* TaskList
  const repository = yield* Repository
  const made = Option.getOrUndefined(yield* repository.readCommit(ref, commit))
  const parent = made?.parent === undefined ? Option.none() : yield* repository.readCommit(ref, made.parent)
  if (Option.isNone(parent)) return { _tag: "Missing" } satisfies TreeUntick
  const list = yield* readList(ref, tree, options)
  const before = yield* readList(ref, parent.value.tree, options)
  if (Option.isNone(list) || Option.isNone(before)) return { _tag: "Missing" } satisfies TreeUntick
  const result = lists.untick(list.value.text, task, before.value.text, options)
  const unticked: TreeUntick =
    result._tag === "Unticked" ? { _tag: "Unticked", bytes: new TextEncoder().encode(result.text) } : result
  return unticked
})

/** A tree's list with one task ticked. `Missing`: the file is not there. */
export type TreeTick =
  | Exclude<TickResult, { readonly _tag: "Ticked" }>
  | { readonly _tag: "Missing" }
  | { readonly _tag: "Ticked"; readonly bytes: Uint8Array }

/** Ticks a task in the list of a tree; writes nothing. */
export const tickIn = Effect.fnUntraced(function* (
  ref: RepositoryRef,
  tree: Sha,
  task: TaskIdentity,
  options: ParseOptions
) {
  const lists = yield* TaskList
  const list = yield* readList(ref, tree, options)
  if (Option.isNone(list)) return { _tag: "Missing" } satisfies TreeTick
  const result = lists.tick(list.value.text, task, options)
  const ticked: TreeTick =
    result._tag === "Ticked" ? { _tag: "Ticked", bytes: new TextEncoder().encode(result.text) } : result
  return ticked
})
