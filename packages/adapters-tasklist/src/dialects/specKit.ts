/**
 * Task lists as Spec Kit writes them: `- [ ] T012 [P] [US1] Create the model in src/models/user.ts`.
 *
 * Checkboxes with markers in their titles: `[P]` (may run beside others) says nothing to a runner of one task at a
 * time, the user story becomes a note, paths become the task's files.
 */
import type { Dialect, Draft } from "../drafts.ts"
import type { Block, Outline } from "../outline.ts"
import { readCheckbox } from "../itemText.ts"
import { checkboxes } from "./checkboxes.ts"

const marked = /^T\d{3,}\s/
const markers = /^(?:\[[A-Z]+\d*\]\s+)+/
const path = /(?<![\w/.-])(?:[\w.@-]+\/)+[\w.@[\]-]*\w|(?<![\w/.-])[\w-]+\.(?:[a-z]{1,4})(?![\w.])/g

const boxes = (blocks: ReadonlyArray<Block>): ReadonlyArray<string> =>
  blocks.flatMap((block) => {
    if (block._tag !== "Item") return []
    const rest = block.lines[0] === undefined ? undefined : readCheckbox(block.lines[0])?.rest.text
    return [...(rest === undefined ? [] : [rest]), ...boxes(block.children)]
  })

const withMarkers = (draft: Draft): Draft => {
  const written = markers.exec(draft.title)?.[0] ?? ""
  const title = draft.title.slice(written.length)
  const stories = [...written.matchAll(/\[US(\d+)\]/g)].map((match) => `User story ${match[1] ?? ""}`)
  const files = [...title.replaceAll("`", "").matchAll(path)].map((match) => match[0])
  return { ...draft, title, notes: [...stories, ...draft.notes], files: [...draft.files, ...files] }
}

/** Recognised by ids such as T012 on most checkboxes. */
export const specKit: Dialect = {
  name: "spec-kit",
  matches: (outline: Outline) => {
    const all = boxes(outline.blocks)
    return all.filter((text) => marked.test(text)).length * 2 > all.length
  },
  read: (outline, granularity) => {
    const reading = checkboxes.read(outline, granularity)
    return { ...reading, drafts: reading.drafts.map(withMarkers) }
  }
}
