/**
 * Tasks as headings with fields: `#### 1.1.1 Title`, below it `- **Status**: pending`, Dependencies, Files, Criteria.
 *
 * A heading with tasks below it is a container, so granularity has nothing to choose here. A missing Status is
 * pending, and a tick adds it.
 */
import type { TaskState } from "@devteam/core/model/Task"
import { collectDetails } from "../details.ts"
import type { Dialect, Draft, Finding, Group, Reading } from "../drafts.ts"
import {
  readAnnotations,
  readCheckbox,
  readDependencyLine,
  readId,
  type Reference,
  readReferences
} from "../itemText.ts"
import type { Block, Outline } from "../outline.ts"
import { groupsOf, noSections, openHeading, type Sections } from "../sections.ts"
import type { Edit, SourceText, TextLine } from "../SourceText.ts"

type Heading = Extract<Block, { readonly _tag: "Heading" }>

const status = /^[_*]{0,3}status[_*]{0,3}\s*:[_*]{0,3}\s*`?([^`*(]*?)`?[_*]{0,3}\s*(?:\(.*)?$/i
const otherField =
  /^[_*]{0,3}(?:dependenc(?:y|ies)|depends(?: on)?|files?|(?:acceptance )?criteria)[_*]{0,3}\s*:/i

const states: Readonly<Record<string, TaskState>> = {
  ...Object.fromEntries(
    ["", "pending", "open", "todo", "to do", "not started", "planned", "ready", "backlog", "new"].map(
      (word) => [word, "open"] as const
    )
  ),
  ...Object.fromEntries(
    ["in progress", "doing", "started", "ongoing", "wip", "active"].map(
      (word) => [word, "in_progress"] as const
    )
  ),
  ...Object.fromEntries(
    ["done", "complete", "completed", "finished", "closed"].map((word) => [word, "done"] as const)
  )
}

const plainWord = (value: string): string =>
  value
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, " ")
    .trim()

/** The lines of a block that may be fields: a paragraph's, or the first of an item. */
const fieldLines = (block: Block): ReadonlyArray<TextLine> =>
  block._tag === "Paragraph" ? block.lines : block._tag === "Item" ? block.lines.slice(0, 1) : []

interface Status {
  readonly value: string
  readonly line: number
  readonly column: number
}

const readStatus = (blocks: ReadonlyArray<Block>): Status | undefined => {
  for (const { column, line, text } of blocks.flatMap(fieldLines)) {
    const value = status.exec(text)?.[1]
    if (value === undefined) continue
    const trimmed = value.trim()
    const at = trimmed === "" ? text.length : text.indexOf(trimmed, text.indexOf(":"))
    return { value: trimmed, line, column: column + at }
  }
  return undefined
}

const readDependencies = (heading: TextLine, blocks: ReadonlyArray<Block>): ReadonlyArray<Reference> => {
  const fields = blocks.flatMap((block) => {
    const nested = block._tag === "Item" ? block.children.flatMap(fieldLines) : []
    return fieldLines(block).flatMap((line) => {
      const own = readDependencyLine(line)
      if (own === undefined) return []
      return [...own, ...nested.flatMap(({ column, line, text }) => readReferences(text, line, column))]
    })
  })
  return [...(readAnnotations(heading).dependencies ?? []), ...fields]
}

/** A heading with the blocks up to the next heading, and those up to the next of its level or above. */
interface Part {
  readonly heading: Heading
  readonly line: TextLine
  readonly direct: ReadonlyArray<Block>
  readonly all: ReadonlyArray<Block>
  readonly isTask: boolean
}

const partsOf = (blocks: ReadonlyArray<Block>): ReadonlyArray<Part> => {
  const at = blocks.flatMap((block, index) => (block._tag === "Heading" ? [{ heading: block, index }] : []))
  const direct = at.map(({ index }, nth) => blocks.slice(index + 1, at[nth + 1]?.index ?? blocks.length))
  const isMarked = direct.map((body) => readStatus(body) !== undefined)
  return at.flatMap(({ heading, index }, nth) => {
    const [line] = heading.lines
    if (line === undefined) return []
    let next = nth + 1
    let holdsTasks = false
    for (
      let other = at[next];
      other !== undefined && other.heading.level > heading.level;
      other = at[++next]
    ) {
      holdsTasks ||= isMarked[next] === true
    }
    const body = direct[nth] ?? []
    const hasFields = body.flatMap(fieldLines).some(({ text }) => otherField.test(text))
    const looksLikeTask = isMarked[nth] === true || (hasFields && readId(line.text).id !== undefined)
    const all = blocks.slice(index + 1, at[next]?.index ?? blocks.length)
    return [{ heading, line, direct: body, all, isTask: looksLikeTask && !holdsTasks }]
  })
}

const isStatusBlock = (block: Block): boolean => block._tag === "Item" && readStatus([block]) !== undefined

const hasEmoji = (value: string): boolean => /\p{Extended_Pictographic}/u.test(value)

/** How the list says done: the word, and the first value that has it, as written. */
interface DoneValue {
  readonly word: string
  readonly written: string
}

const tickOf = (
  found: Status | undefined,
  line: TextLine,
  { word, written }: DoneValue,
  source: SourceText
): Edit => {
  if (found === undefined) {
    const column = source.lines[line.line]?.length ?? 0
    return { line: line.line, column, length: 0, text: `${source.lineBreak}- **Status**: ${word}` }
  }
  // Where values are decorated, the list's own done is.
  if (hasEmoji(found.value) && hasEmoji(written))
    return { ...found, length: found.value.length, text: written }
  const isCapital = /^[^\p{L}]*\p{Lu}/u.test(found.value)
  const text = isCapital ? word.charAt(0).toUpperCase() + word.slice(1) : word
  return { ...found, length: found.value.length, text: found.value === "" ? ` ${text}` : text }
}

const read = ({ blocks, source }: Outline): Reading => {
  const drafts: Array<Draft> = []
  const groups: Array<Group> = []
  const findings: Array<Finding> = []
  const parts = partsOf(blocks)
  const used = parts.map(({ direct }) => readStatus(direct)?.value ?? "")
  const written = used.find((value) => states[plainWord(value)] === "done") ?? "done"
  const done: DoneValue = { word: plainWord(written), written }
  let sections: Sections = noSections
  let taskLevel = Infinity
  for (const { all, direct, heading, isTask, line } of parts) {
    if (heading.level > taskLevel) continue
    taskLevel = isTask ? heading.level : Infinity
    const dependencies = readDependencies(line, direct)
    sections = openHeading(sections, line, heading.level)
    const last = sections.at(-1)
    if (!isTask) {
      if (last?.group.line !== line.line) continue
      const group = { ...last.group, dependencies }
      sections = [...sections.slice(0, -1), { ...last, group }]
      groups.push(group)
      continue
    }
    const enclosing = groupsOf(sections.filter((section) => section.group.line !== line.line))
    const { id, title } = readId(readAnnotations(line).text)
    const found = readStatus(direct)
    const state = found === undefined ? "open" : states[plainWord(found.value)]
    const name = id ?? `"${title}"`
    const warn = (message: string, { column, line }: { readonly line: number; readonly column: number }) =>
      findings.push({ severity: "warning", code: "missing_field", message, line, column })
    if (found === undefined) warn(`Task ${name} has no Status: read as pending.`, line)
    else if (state === undefined)
      warn(`Task ${name} has the unknown Status "${found.value}": read as pending.`, found)
    const details = collectDetails(
      [],
      all.filter((block) => !isStatusBlock(block)),
      "checkboxes"
    )
    drafts.push({
      id,
      title,
      state: state ?? "open",
      optional: false,
      priority: readAnnotations(line).priority ?? details.priority ?? 0,
      dependencies,
      groups: enclosing,
      checklist: details.checklist,
      parts: details.parts,
      criteria: details.criteria,
      files: details.files,
      notes: details.notes.filter((note) => !status.test(note)),
      line: line.line,
      column: line.column,
      edits: [tickOf(found, line, done, source), ...details.edits]
    })
  }
  return { drafts, groups, findings }
}

const holdsCheckbox = (block: Block): boolean =>
  block._tag === "Item" &&
  ((block.lines[0] !== undefined && readCheckbox(block.lines[0]) !== undefined) ||
    block.children.some(holdsCheckbox))

/**
 * Recognised by a heading with a Status field. One alone is the status of the whole document where the document's
 * title has it, or a heading without an id, and checkboxes stand elsewhere: then those are the tasks.
 */
const matches = ({ blocks }: Outline): boolean => {
  const parts = partsOf(blocks)
  const marked = parts.filter(({ direct }) => readStatus(direct) !== undefined)
  const [only] = marked
  if (only === undefined || marked.length > 1) return marked.length > 1
  const isTitle = only === parts[0] && only.heading.level === 1
  if (!isTitle && readId(readAnnotations(only.line).text).id !== undefined) return true
  return !blocks.some((block) => holdsCheckbox(block) && !only.direct.includes(block))
}

/** See the module's paragraph. */
export const headings: Dialect = { name: "headings", matches, read }
