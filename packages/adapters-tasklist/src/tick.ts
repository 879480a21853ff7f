/**
 * Marks one task done by splicing its own lines, and those of parents that it was the last open task of.
 *
 * The result is read again before it is handed out: if anything but this task changed, the tick did not happen.
 */
import { identityOf, sameTask, type TaskIdentity } from "@devteam/core/model/Task"
import type { Diagnostic, ParseOptions, TickResult } from "@devteam/core/ports/TaskList"
import { onlyThisChanged } from "./onlyThisChanged.ts"
import { parentTicks } from "./parentTicks.ts"
import { parseList } from "./parse.ts"
import { applyEdits } from "./SourceText.ts"

const errorsOf = (diagnostics: ReadonlyArray<Diagnostic>): ReadonlyArray<Diagnostic> =>
  diagnostics.filter((one) => one.severity === "error")

/** See `TaskListShape.tick`. */
export const tick = (text: string, identity: TaskIdentity, options: ParseOptions): TickResult => {
  const { document, drafts, outline } = parseList(text, options)
  const errors = errorsOf(document.diagnostics)
  if (errors.length > 0) return { _tag: "Invalid", diagnostics: errors }
  const index = document.tasks.findIndex((task) => sameTask(identityOf(task), identity))
  const task = document.tasks[index]
  if (task === undefined) return { _tag: "Gone" }
  if (task.state === "done") return { _tag: "AlreadyDone" }
  const draft = drafts[index]
  const edits = draft === undefined ? [] : [...draft.edits, ...parentTicks(drafts, draft)]
  const ticked = applyEdits(outline.source, edits)
  const after = parseList(ticked, options).document
  if (
    errorsOf(after.diagnostics).length === 0 &&
    onlyThisChanged(document.tasks, after.tasks, task, "done")
  ) {
    return { _tag: "Ticked", text: ticked }
  }
  const message = `Task ${task.id} cannot be marked done without changing how other tasks are read. Mark it by hand.`
  const at = { file: options.file, line: task.line, column: 1 }
  return { _tag: "Invalid", diagnostics: [{ severity: "error", code: "unreadable", message, ...at }] }
}
