/**
 * Work breakdown structures: phases as bare lines or headings, `- 2.1 Title (Dependencies: [1.2])`, `•` criteria.
 *
 * A finished phase may lie in an HTML comment that is followed by `PHASE 1 COMPLETED`. Done tasks have a checkbox.
 * What makes a list a WBS must not change by ticking it, so no rule here looks at checkboxes: it is one when an item
 * or a phase names `(Dependencies: …)`.
 */
import type { Dialect, Finding } from "../drafts.ts"
import { type Node, readNode } from "../itemTree.ts"
import type { Block, Outline } from "../outline.ts"
import { completedPhases, readItems } from "../readItems.ts"
import { phaseLine } from "../sectionLine.ts"

const isCandidate = (node: Node): boolean =>
  node.box !== undefined || node.id !== undefined || node.dependencies !== undefined

const namesDependencies = (text: string | undefined): boolean => /\(\s*dependencies\s*:/i.test(text ?? "")

const isWbsBlock = (block: Block): boolean => {
  switch (block._tag) {
    case "Item":
      return namesDependencies(block.lines[0]?.text) || block.children.some(isWbsBlock)
    case "Heading":
    case "Paragraph":
      return block.lines.some(({ text }) => namesDependencies(text) && phaseLine(text) !== undefined)
    default:
      return false
  }
}

const matches = ({ blocks }: Outline): boolean => {
  const hasCompleted = completedPhases(blocks).size > 0
  return blocks.some((block) =>
    block._tag === "Comment" ? hasCompleted && block.blocks.some(isWbsBlock) : isWbsBlock(block)
  )
}

/** Open tasks whose nested checkboxes might be meant as tasks of their own. */
const twoWays = (node: Node): ReadonlyArray<Node> => {
  const isOne =
    node.box !== undefined &&
    node.box.state !== "done" &&
    namesDependencies(node.text?.text) &&
    node.children.every((child) => child.dependencies === undefined) &&
    node.children.some((child) => child.box !== undefined)
  return isOne ? [node] : node.children.flatMap(twoWays)
}

const ambiguous = ({ blocks }: Outline): ReadonlyArray<Finding> => {
  const [node] = blocks.flatMap((block) => (block._tag === "Item" ? twoWays(readNode(block)) : []))
  if (node?.text === undefined) return []
  const message = `${node.id ?? node.title} names its dependencies, so it is read as one task and the checkboxes below it as its checklist. Set granularity to "item" to keep this, or to "leaf" to make each of them a task.`
  return [
    {
      severity: "warning",
      code: "ambiguous_dialect",
      message,
      line: node.text.line,
      column: node.text.column
    }
  ]
}

/** A task is the item with dependencies, unless asked otherwise; what is below it is its checklist. */
export const wbs: Dialect = {
  name: "wbs",
  matches,
  read: (outline, granularity) => {
    const reading = readItems(outline, {
      granularity: granularity ?? "item",
      checklist: "every item",
      isCandidate,
      usesNumbers: false,
      expectsDependencies: granularity !== "leaf"
    })
    return granularity === undefined
      ? { ...reading, findings: [...reading.findings, ...ambiguous(outline)] }
      : reading
  }
}
