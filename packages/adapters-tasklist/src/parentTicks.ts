/**
 * The checkboxes of parent items: ticked with the last of their tasks, and opened with the first that is open again.
 *
 * What is optional does not keep a parent open.
 */
import type { Draft, Group } from "./drafts.ts"
import type { Edit } from "./SourceText.ts"

const edit = ({ column, line }: { readonly line: number; readonly column: number }, text: string): Edit => ({
  line,
  column,
  length: 1,
  text
})

/** Ticks the parents of a draft that is done now and was the last one of theirs. */
export const parentTicks = (drafts: ReadonlyArray<Draft>, draft: Draft): ReadonlyArray<Edit> =>
  draft.groups.flatMap((group) => {
    if (group.box === undefined || group.box.state === "done") return []
    const isLast = drafts.every(
      (other) => other === draft || other.optional || other.state === "done" || !other.groups.includes(group)
    )
    return isLast ? [edit(group.box, "x")] : []
  })

const same = (one: Group, other: Group): boolean => one.id === other.id && one.title === other.title

/** Opens the parents of a draft that is open again, where they were open in `before`, the draft as it was then. */
export const parentUnticks = (draft: Draft, before: Draft): ReadonlyArray<Edit> =>
  draft.groups.flatMap(({ box, ...group }) => {
    const earlier = before.groups.find((other) => same(other, group))?.box
    if (box?.state !== "done" || earlier === undefined || earlier.state === "done") return []
    return [edit(box, earlier.state === "open" ? " " : "-")]
  })
