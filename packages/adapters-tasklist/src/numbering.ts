/**
 * What the numbers in front of items say: which items belong together, and what those without an id are called.
 *
 * Only items with checkboxes are looked at; in a text, numbers are only numbers.
 */
import { readCheckbox, readId, readAnnotations } from "./itemText.ts"
import type { Node } from "./itemTree.ts"
import type { Block, Item } from "./outline.ts"

const idOf = (item: Item): string | undefined => {
  const [line] = item.lines
  const checkbox = line === undefined ? undefined : readCheckbox(line)
  return checkbox === undefined ? undefined : readId(readAnnotations(checkbox.rest).text).id
}

/** What the ids of its parts begin with: `2.` for 2 and for 2.0. */
const prefixOf = (id: string): string => `${id.replace(/\.0$/, "")}.`

/**
 * Puts items below the one before them whose number theirs begin with, as lists that are numbered but not indented
 * mean it: `- [ ] 2. Models`, then `- [ ] 2.1 Users`.
 */
export const nestByNumber = (blocks: ReadonlyArray<Block>): ReadonlyArray<Block> => {
  const result: Array<Block> = []
  for (let index = 0; index < blocks.length; index++) {
    const block = blocks[index]
    if (block === undefined) continue
    const id = block._tag === "Item" ? idOf(block) : undefined
    if (block._tag !== "Item" || id === undefined) {
      result.push(block)
      continue
    }
    const prefix = prefixOf(id)
    const parts: Array<Block> = []
    for (let next = blocks[index + 1]; next?._tag === "Item"; next = blocks[index + 1]) {
      const other = idOf(next)
      if (other === undefined || other === id || !other.startsWith(prefix)) break
      parts.push(next)
      index++
    }
    result.push({ ...block, children: nestByNumber([...block.children, ...parts]) })
  }
  return result
}

/** Whether every number of the ordered items with a checkbox would be an id of its own. */
const areUnique = (nodes: ReadonlyArray<Node>, numbers: ReadonlyMap<Node, string>): boolean => {
  const seen = new Set<string>()
  const visit = (node: Node): boolean => {
    const id = node.id ?? numbers.get(node)
    if (id !== undefined) {
      if (seen.has(id)) return false
      seen.add(id)
    }
    return node.children.every(visit)
  }
  return nodes.every(visit)
}

/**
 * Gives items of ordered lists their number for an id: `3. [ ] Title` is 3, and the second below it 3.2. Where that
 * is not one id for each, none gets one.
 */
export const withNumbers = (nodes: ReadonlyArray<Node>): ReadonlyArray<Node> => {
  const numbers = new Map<Node, string>()
  const visit = (node: Node, parent: string | undefined): void => {
    const { number } = node.item
    if (node.id === undefined && node.box !== undefined && number !== undefined)
      numbers.set(node, parent === undefined ? `${number}` : `${parent}.${number}`)
    for (const child of node.children) visit(child, node.id ?? numbers.get(node))
  }
  for (const node of nodes) visit(node, undefined)
  if (numbers.size === 0 || !areUnique(nodes, numbers)) return nodes
  const numbered = (node: Node): Node => ({
    ...node,
    id: node.id ?? numbers.get(node),
    children: node.children.map(numbered)
  })
  return nodes.map(numbered)
}
