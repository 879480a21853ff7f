/**
 * What stands below a task: checklist, criteria, files, notes.
 *
 * Sorts lines and nested items by what they begin with; what has no meaning of its own is a note, as written.
 */
import type { ChecklistItem } from "@devteam/core/model/Task"
import { readCheckbox, readDependencyLine, readId, readPriority } from "./itemText.ts"
import type { Block, Item } from "./outline.ts"
import type { Edit, TextLine } from "./SourceText.ts"

/** See {@link collectDetails}. */
export interface Details {
  readonly checklist: Array<ChecklistItem>
  readonly parts: Array<string>
  readonly criteria: Array<string>
  readonly files: Array<string>
  readonly notes: Array<string>
  /** Ticks the checklist's open checkboxes. */
  readonly edits: Array<Edit>
  priority: number | undefined
}

/** Which nested items belong to the checklist; the others are notes. */
export type ChecklistRule = "every item" | "checkboxes"

const field =
  /^[_*]{0,3}(files?(?:\s+to\s+[a-z/, ]+)?|(?:acceptance\s+|success\s+)?criteria|priority)[_*]{0,3}\s*:[_*]{0,3}\s*(.*?)[_*]{0,3}$/i

/** Whether an item is a field of the task above it, with all that is nested in it. */
export const isField = ({ lines: [line] }: Item): boolean => line !== undefined && field.test(line.text)

const words = (list: string): ReadonlyArray<string> =>
  list
    .split(/[,;]/)
    .map((word) => word.trim().replace(/^`|`$/g, ""))
    .filter((word) => word !== "" && !/^(?:none|n\/a|-|–|—)$/i.test(word))

const itemsOf = (blocks: ReadonlyArray<Block>): ReadonlyArray<Item> =>
  blocks.filter((block) => block._tag === "Item")

/** A line that only names what stands below it. */
const isLabel = (text: string): boolean => /:[_*]{0,3}$/.test(text.trim())

/** An item or block as indented lines. */
const asWritten = (block: Block, indent = ""): ReadonlyArray<string> => {
  switch (block._tag) {
    case "Comment":
      return []
    case "Item": {
      const [first, ...others] = block.lines.map((line) => line.text)
      const own = [`${indent}- ${first ?? ""}`, ...others.map((text) => `${indent}  ${text}`)]
      return [...own, ...block.children.flatMap((child) => asWritten(child, `${indent}  `))]
    }
    default:
      return block.lines.map((line) => `${indent}${line.text}`)
  }
}

/** Takes what one line says; false when it says nothing of its own. `below` are the items nested under it. */
const takeField = (details: Details, { text }: TextLine, below: ReadonlyArray<Item>): boolean => {
  if (text.startsWith("•")) {
    details.criteria.push(text.replace(/^•\s*/, ""))
    return true
  }
  if (readDependencyLine({ text, line: 0, column: 0 }) !== undefined) return true
  const match = field.exec(text)
  if (match === null) return false
  const [, name = "", value = ""] = match
  const values = below.flatMap((item) => item.lines.slice(0, 1).map((line) => line.text))
  for (const item of below) details.edits.push(...ticksOf(item))
  if (/^file/i.test(name)) details.files.push(...words(value), ...values.flatMap(words))
  else if (/^priority$/i.test(name)) details.priority = readPriority(value) ?? details.priority
  else details.criteria.push(...(value === "" ? [] : [value]), ...values.map((text) => withoutCheckbox(text)))
  return true
}

/** Ticks an open checkbox at the start of an item. */
const ticksOf = ({ lines: [line] }: Item): ReadonlyArray<Edit> => {
  const box = line === undefined ? undefined : readCheckbox(line)?.box
  return box === undefined || box.state === "done"
    ? []
    : [{ line: box.line, column: box.column, length: 1, text: "x" }]
}

const holdsCheckbox = ({ children, lines: [line] }: Item): boolean =>
  (line !== undefined && readCheckbox(line) !== undefined) || itemsOf(children).some(holdsCheckbox)

const withoutCheckbox = (text: string): string =>
  readCheckbox({ text, line: 0, column: 0 })?.rest.text ?? text

const takeChecklistItem = (details: Details, item: Item, first: TextLine, rule: ChecklistRule) => {
  const checkbox = readCheckbox(first)
  const text = checkbox?.rest.text ?? first.text
  const { id } = readId(text)
  if (id !== undefined) details.parts.push(id)
  details.checklist.push({ text, done: checkbox?.box.state === "done" })
  details.edits.push(...ticksOf(item))
  takeAll(details, item.lines.slice(1), item.children, rule)
}

const takeAll = (
  details: Details,
  lines: ReadonlyArray<TextLine>,
  blocks: ReadonlyArray<Block>,
  rule: ChecklistRule
) => {
  for (const line of lines) if (!takeField(details, line, [])) details.notes.push(line.text)
  for (const block of blocks) {
    if (block._tag === "Paragraph") takeAll(details, block.lines, [], rule)
    else if (block._tag === "Item") {
      const [first] = block.lines
      if (first !== undefined && takeField(details, first, itemsOf(block.children))) continue
      if (first !== undefined && (rule === "every item" || readCheckbox(first) !== undefined)) {
        takeChecklistItem(details, block, first, rule)
      } else if (first !== undefined && holdsCheckbox(block)) {
        if (!isLabel(first.text)) details.notes.push(first.text)
        takeAll(details, block.lines.slice(1), block.children, rule)
      } else details.notes.push(asWritten(block).join("\n").replace(/^- /, ""))
    } else {
      const text = asWritten(block).join("\n")
      if (text !== "") details.notes.push(text)
    }
  }
}

/** Sorts what stands below a task: further lines of its own paragraph, and blocks nested in it. */
export const collectDetails = (
  lines: ReadonlyArray<TextLine>,
  blocks: ReadonlyArray<Block>,
  rule: ChecklistRule
): Details => {
  const details: Details = {
    checklist: [],
    parts: [],
    criteria: [],
    files: [],
    notes: [],
    edits: [],
    priority: undefined
  }
  takeAll(details, lines, blocks, rule)
  return details
}
