/**
 * Marks one task done by splicing its own lines.
 *
 * The result is read again before it is handed out: if anything but this task changed, the tick did not happen.
 */
import { identityOf, sameTask, type Task, type TaskIdentity } from "@devteam/core/model/Task"
import type { Diagnostic, ParseOptions, TickResult } from "@devteam/core/ports/TaskList"
import { parseList } from "./parse.ts"
import { applyEdits } from "./SourceText.ts"

const errorsOf = (diagnostics: ReadonlyArray<Diagnostic>): ReadonlyArray<Diagnostic> =>
  diagnostics.filter((one) => one.severity === "error")

/** What is compared: not the line, which an added field moves, and for the ticked task not what cannot be ticked. */
const summary = (task: Task, isTicked: boolean): string =>
  JSON.stringify({
    ...task,
    line: 0,
    checklist: task.checklist.map(({ done, text }) => [text, isTicked || done])
  })

const onlyThisChanged = (before: ReadonlyArray<Task>, after: ReadonlyArray<Task>, ticked: Task): boolean =>
  before.length === after.length &&
  before.every((task, index) => {
    const other = after[index]
    if (other === undefined) return false
    const isTicked = task === ticked
    return summary(isTicked ? { ...task, state: "done" } : task, isTicked) === summary(other, isTicked)
  })

/** See `TaskListShape.tick`. */
export const tick = (text: string, identity: TaskIdentity, options: ParseOptions): TickResult => {
  const { document, drafts, outline } = parseList(text, options)
  const errors = errorsOf(document.diagnostics)
  if (errors.length > 0) return { _tag: "Invalid", diagnostics: errors }
  const index = document.tasks.findIndex((task) => sameTask(identityOf(task), identity))
  const task = document.tasks[index]
  if (task === undefined) return { _tag: "Gone" }
  if (task.state === "done") return { _tag: "AlreadyDone" }
  const ticked = applyEdits(outline.source, drafts[index]?.edits ?? [])
  const after = parseList(ticked, options).document
  if (errorsOf(after.diagnostics).length === 0 && onlyThisChanged(document.tasks, after.tasks, task)) {
    return { _tag: "Ticked", text: ticked }
  }
  const message = `Task ${task.id} cannot be marked done without changing how other tasks are read. Mark it by hand.`
  const at = { file: options.file, line: task.line, column: 1 }
  return { _tag: "Invalid", diagnostics: [{ severity: "error", code: "unreadable", message, ...at }] }
}
