/**
 * Nested list items as tasks and containers: which of them is a task is decided here.
 *
 * `item`: a task is an item with dependencies, or the topmost where nothing below has any. `leaf`: a task is an item
 * without candidates below it. Which items are candidates at all is the dialect's rule.
 */
import type { Granularity } from "@devteam/core/model/Settings"
import { type ChecklistRule, collectDetails, isField } from "./details.ts"
import type { Draft, Finding, Group } from "./drafts.ts"
import {
  type Checkbox,
  isBrokenCheckbox,
  readAnnotations,
  readCheckbox,
  readDependencyLine,
  readId,
  type Reference
} from "./itemText.ts"
import type { Item } from "./outline.ts"
import { phaseLine } from "./sectionLine.ts"
import type { Edit, TextLine } from "./SourceText.ts"

/** An item whose text was read. `dependencies` is undefined where it names none, not even an empty list. */
export interface Node {
  readonly item: Item
  /** Its text after the checkbox; undefined for an item without text. */
  readonly text: TextLine | undefined
  readonly box: Checkbox | undefined
  readonly id: string | undefined
  readonly title: string
  readonly dependencies: ReadonlyArray<Reference> | undefined
  readonly priority: number | undefined
  readonly children: ReadonlyArray<Node>
}

/** How a dialect reads items. */
export interface ItemRules {
  readonly granularity: Granularity
  readonly checklist: ChecklistRule
  readonly isCandidate: (node: Node) => boolean
  /** Whether numbers nest items and name those without an id; see `numbering.ts`. */
  readonly usesNumbers: boolean
  /** Say so where a task without a checkbox has no dependencies written: only its number makes it a task. */
  readonly expectsDependencies: boolean
}

/** The dependencies that a nested item such as `- Depends: 1.1` names for the item above it. */
const dependencyField = ({ lines: [line] }: Item): ReadonlyArray<Reference> | undefined =>
  line === undefined ? undefined : readDependencyLine(line)

/** Reads an item and all items below it. */
export const readNode = (item: Item): Node => {
  const [first, ...others] = item.lines
  const items = item.children.filter((block) => block._tag === "Item")
  const checkbox = first === undefined ? undefined : readCheckbox(first)
  const text = checkbox?.rest ?? first
  const annotations = text === undefined ? undefined : readAnnotations(text)
  const written = annotations?.text ?? ""
  const phase = phaseLine(written)
  const { id, title } = phase === undefined ? readId(written) : { id: phase.id, title: phase.rest }
  const paragraphs = item.children.flatMap((block) => (block._tag === "Paragraph" ? block.lines : []))
  const own = [
    annotations?.dependencies,
    ...[...others, ...paragraphs].map(
      (line) => readDependencyLine(line) ?? readAnnotations(line).dependencies
    ),
    ...items.map(dependencyField)
  ].filter((list) => list !== undefined)
  return {
    item,
    text,
    box: checkbox?.box,
    id,
    title: title === "" ? (text?.text ?? "") : title,
    dependencies: own.length > 0 ? own.flat() : undefined,
    priority: annotations?.priority,
    children: items.filter((child) => !isField(child) && dependencyField(child) === undefined).map(readNode)
  }
}

const some = (nodes: ReadonlyArray<Node>, test: (node: Node) => boolean): boolean =>
  nodes.some((node) => test(node) || some(node.children, test))

const tickOf = (node: Node, text: TextLine): Edit =>
  node.box === undefined
    ? { line: text.line, column: text.column, length: 0, text: "[x] " }
    : { line: node.box.line, column: node.box.column, length: 1, text: "x" }

const toDraft = (node: Node, text: TextLine, groups: ReadonlyArray<Group>, rule: ChecklistRule): Draft => {
  const details = collectDetails(node.item.lines.slice(1), node.item.children, rule)
  return {
    id: node.id,
    title: node.title,
    state: node.box?.state ?? "open",
    optional: [node, ...groups].some(({ box }) => box?.optional === true),
    priority: node.priority ?? details.priority ?? 0,
    dependencies: node.dependencies ?? [],
    groups,
    checklist: details.checklist,
    parts: details.parts,
    criteria: details.criteria,
    files: details.files,
    notes: details.notes,
    line: text.line,
    column: text.column,
    edits: [tickOf(node, text), ...details.edits]
  }
}

/** What {@link collectTasks} adds to. */
export interface Collected {
  readonly drafts: Array<Draft>
  readonly groups: Array<Group>
  readonly findings: Array<Finding>
}

/** Adds the tasks and containers of one item and what is nested in it. `groups` encloses it, outermost first. */
export const collectTasks = (
  into: Collected,
  node: Node,
  groups: ReadonlyArray<Group>,
  rules: ItemRules
): void => {
  const { text } = node
  const isCandidate = rules.isCandidate(node)
  if (!isCandidate && text !== undefined && isBrokenCheckbox(text.text)) {
    const message =
      "This looks like a checkbox but is none, so it is not read as a task. Write it as `- [ ] Title`."
    into.findings.push({
      severity: "warning",
      code: "unreadable",
      message,
      line: text.line,
      column: text.column
    })
  }
  const isContainer =
    !isCandidate || rules.granularity === "leaf"
      ? some(node.children, rules.isCandidate)
      : some(node.children, (child) => rules.isCandidate(child) && child.dependencies !== undefined)
  if (isContainer) {
    if (text === undefined) {
      for (const child of node.children) collectTasks(into, child, groups, rules)
      return
    }
    const dependencies = node.dependencies ?? []
    const { box, id, title } = node
    const group = { id, title, dependencies, line: text.line, column: text.column, box }
    into.groups.push(group)
    for (const child of node.children) collectTasks(into, child, [...groups, group], rules)
    return
  }
  if (!isCandidate || text === undefined) return
  if (rules.expectsDependencies && node.dependencies === undefined && node.box === undefined) {
    const message = `Task ${node.id ?? `"${node.title}"`} says nothing of its dependencies: read as (Dependencies: []).`
    into.findings.push({
      severity: "warning",
      code: "missing_field",
      message,
      line: text.line,
      column: text.column
    })
  }
  into.drafts.push(toDraft(node, text, groups, rules.checklist))
}
