/**
 * Takes a task's tick back: its lines become again what they were before, and its parents open; all other bytes stay.
 *
 * What they were is read from the list as it stood before the tick. People may have moved the lines since; where they
 * changed their words, nothing is guessed.
 */
import { identityOf, sameTask, type TaskIdentity } from "@devteam/core/model/Task"
import type { ParseOptions, UntickResult } from "@devteam/core/ports/TaskList"
import { onlyThisChanged } from "./onlyThisChanged.ts"
import { parentUnticks } from "./parentTicks.ts"
import { parseList, type ParsedList } from "./parse.ts"
import { applyEdits, type Edit, readSource, type SourceText } from "./SourceText.ts"

interface Change {
  readonly before: string
  readonly after: ReadonlyArray<string>
}

const indexOf = ({ document }: ParsedList, identity: TaskIdentity): number =>
  document.tasks.findIndex((task) => sameTask(identityOf(task), identity))

/** What the tick did, line by line. */
const changesOf = (list: ParsedList, index: number): ReadonlyArray<Change> => {
  const { source } = list.outline
  const edits = list.drafts[index]?.edits ?? []
  return [...new Set(edits.map(({ line }) => line))]
    .toSorted((a, b) => a - b)
    .map((line) => {
      const before = source.lines[line] ?? ""
      const own = edits.filter((edit) => edit.line === line).map((edit) => ({ ...edit, line: 0 }))
      return { before, after: readSource(applyEdits(readSource(before), own)).lines }
    })
}

/** The edits that put the lines back, looked for below `from` and above `to`; undefined where one is not there. */
const editsBack = (
  { lines, offsets, text }: SourceText,
  changes: ReadonlyArray<Change>,
  from: number,
  to: number
): ReadonlyArray<Edit> | undefined => {
  const edits: Array<Edit> = []
  let line = from
  for (const { before, after } of changes) {
    while (line < to && !after.every((wanted, index) => lines[line + index] === wanted)) line++
    if (line >= to) return undefined
    const last = line + after.length - 1
    const end = (offsets[last] ?? text.length) + (lines[last]?.length ?? 0)
    edits.push({ line, column: 0, length: end - (offsets[line] ?? 0), text: before })
    line = last + 1
  }
  return edits
}

/** See `TaskListShape.untick`. */
export const untick = (
  text: string,
  identity: TaskIdentity,
  before: string,
  options: ParseOptions
): UntickResult => {
  const now = parseList(text, options)
  const errors = now.document.diagnostics.filter(({ severity }) => severity === "error")
  if (errors.length > 0) return { _tag: "Invalid", diagnostics: errors }
  const index = indexOf(now, identity)
  const task = now.document.tasks[index]
  if (task === undefined) return { _tag: "Gone" }
  if (task.state !== "done") return { _tag: "AlreadyOpen" }
  const earlier = parseList(before, options)
  const changes = changesOf(earlier, indexOf(earlier, identity))
  const to = now.drafts[index + 1]?.line ?? now.outline.source.lines.length
  const edits = editsBack(now.outline.source, changes, task.line - 1, to)
  if (changes.length > 0 && edits !== undefined) {
    const [draft, was] = [now.drafts[index], earlier.drafts[indexOf(earlier, identity)]]
    const parents = draft === undefined || was === undefined ? [] : parentUnticks(draft, was)
    const unticked = applyEdits(now.outline.source, [...edits, ...parents])
    const after = parseList(unticked, options).document
    const state = after.tasks[index]?.state
    if (
      state !== undefined &&
      state !== "done" &&
      onlyThisChanged(now.document.tasks, after.tasks, task, state)
    ) {
      return { _tag: "Unticked", text: unticked }
    }
  }
  const message = `Task ${task.id} cannot be made open again: its lines are not what its tick made of them. Change them by hand.`
  const at = { file: options.file, line: task.line, column: 1 }
  return { _tag: "Invalid", diagnostics: [{ severity: "error", code: "unreadable", message, ...at }] }
}
