/**
 * Lists of checkboxes: `- [ ] 1.2 Title`, `- [x]`, `- [-]` in progress, `- [ ]*` optional; nested; also without ids.
 *
 * Items without a checkbox are notes of the task that they stand under. Numbers count: `3. [ ] Title` is 3, and `2.1`
 * belongs to `2.` also where it is not indented.
 */
import type { Dialect } from "../drafts.ts"
import { readCheckbox } from "../itemText.ts"
import type { Block } from "../outline.ts"
import { readItems } from "../readItems.ts"

const hasCheckbox = (block: Block): boolean =>
  block._tag === "Item" &&
  ((block.lines[0] !== undefined && readCheckbox(block.lines[0]) !== undefined) ||
    block.children.some(hasCheckbox))

/** A task is the leaf, unless asked otherwise. */
export const checkboxes: Dialect = {
  name: "checkboxes",
  matches: (outline) => outline.blocks.some(hasCheckbox),
  read: (outline, granularity) =>
    readItems(outline, {
      granularity: granularity ?? "leaf",
      checklist: "checkboxes",
      isCandidate: (node) => node.box !== undefined,
      usesNumbers: true,
      expectsDependencies: false
    })
}
