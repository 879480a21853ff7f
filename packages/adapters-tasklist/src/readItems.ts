/**
 * The walk that the dialects with list items share: phases and headings around, items inside.
 *
 * What counts as an item's task is `itemTree.ts`; what differs between dialects comes in as rules.
 */
import type { Draft, Finding, Group, Reading } from "./drafts.ts"
import { collectTasks, type ItemRules, type Node, readNode } from "./itemTree.ts"
import { nestByNumber, withNumbers } from "./numbering.ts"
import type { Block, Item, Outline } from "./outline.ts"
import { completedPhase, phaseLine } from "./sectionLine.ts"
import { groupsOf, noSections, openHeading, openPhase, type Sections } from "./sections.ts"

/** Ids of the phases that the document, comments aside, calls completed. */
export const completedPhases = (blocks: ReadonlyArray<Block>): ReadonlySet<string> => {
  const lines = blocks.flatMap((block) => {
    if (block._tag === "Comment") return [block.after]
    return block._tag === "Paragraph" || block._tag === "Heading" ? block.lines.map((line) => line.text) : []
  })
  return new Set(lines.flatMap((text) => completedPhase(text) ?? []))
}

const finished = (draft: Draft): Draft => ({
  ...draft,
  state: "done",
  checklist: draft.checklist.map((item) => ({ ...item, done: true }))
})

/** The items outside of comments with what their numbers say. */
const numberedNodes = (blocks: ReadonlyArray<Block>): ReadonlyMap<Item, Node> => {
  const items = blocks.filter((block) => block._tag === "Item")
  const nodes = withNumbers(items.map(readNode))
  return new Map(
    items.flatMap((item, index) => {
      const node = nodes[index]
      return node === undefined ? [] : [[item, node] as const]
    })
  )
}

/**
 * Reads phases, headings and items. Tasks of a phase that is marked completed are done, also where the phase lies in
 * a comment; everything else in comments is left out.
 */
export const readItems = (outline: Outline, rules: ItemRules): Reading => {
  const completed = completedPhases(outline.blocks)
  const drafts: Array<Draft> = []
  const groups: Array<Group> = []
  const findings: Array<Finding> = []
  const top = rules.usesNumbers ? nestByNumber(outline.blocks) : outline.blocks
  const nodes: ReadonlyMap<Item, Node> = rules.usesNumbers ? numberedNodes(top) : new Map()
  const isFinished = (enclosing: ReadonlyArray<Group>) =>
    enclosing.some((group) => group.id !== undefined && completed.has(group.id))

  const walk = (blocks: ReadonlyArray<Block>, outer: Sections, isComment: boolean): void => {
    let sections = outer
    const open = (next: Sections, line: number) => {
      sections = next
      const group = next.find((section) => section.group.line === line)?.group
      if (group !== undefined && (!isComment || isFinished([group]))) groups.push(group)
    }
    for (const block of blocks) {
      if (block._tag === "Heading") {
        const [line] = block.lines
        if (line !== undefined) open(openHeading(sections, line, block.level), line.line)
      } else if (block._tag === "Paragraph") {
        for (const line of block.lines) {
          if (phaseLine(line.text) !== undefined) open(openPhase(sections, line), line.line)
        }
      } else if (block._tag === "Comment" && !isComment) walk(block.blocks, sections, true)
      else if (block._tag === "Item") {
        const enclosing = groupsOf(sections)
        const isDone = isFinished(enclosing)
        if (isComment && !isDone) continue
        const into = { drafts: [] as Array<Draft>, groups, findings }
        collectTasks(into, nodes.get(block) ?? readNode(block), enclosing, rules)
        for (const draft of into.drafts) drafts.push(isDone ? finished(draft) : draft)
      }
    }
  }
  walk(top, noSections, false)
  return { drafts, groups, findings }
}
