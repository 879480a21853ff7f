/**
 * The phases and headings of a document: what encloses the items that follow them.
 *
 * A bare phase line lasts until the next phase line or phase heading; a heading lasts until one of its own level or
 * above.
 */
import type { Group } from "./drafts.ts"
import { readAnnotations, readId } from "./itemText.ts"
import { phaseLine } from "./sectionLine.ts"
import type { TextLine } from "./SourceText.ts"

/** Deeper than any heading. */
const bareLevel = 7

interface Section {
  readonly group: Group
  readonly level: number
  readonly isPhase: boolean
}

/** See the module's paragraph. Immutable: `openHeading` and `openPhase` give the sections after a line. */
export type Sections = ReadonlyArray<Section>

/** Before anything was read. */
export const noSections: Sections = []

/** The enclosing groups, outermost first. */
export const groupsOf = (sections: Sections): ReadonlyArray<Group> => sections.map((section) => section.group)

const toGroup = (line: TextLine): { readonly group: Group; readonly isPhase: boolean } => {
  const { dependencies = [], text } = readAnnotations(line)
  const phase = phaseLine(text)
  const { id, title } = phase === undefined ? readId(text) : { id: phase.id, title: phase.rest }
  return {
    group: { id, title, dependencies, line: line.line, column: line.column },
    isPhase: phase !== undefined
  }
}

/**
 * The sections after a heading. A phase heading also ends the bare phase before it; the document's title (level 1,
 * without an id) encloses nothing.
 */
export const openHeading = (sections: Sections, line: TextLine, level: number): Sections => {
  const { group, isPhase } = toGroup(line)
  const outer = sections.filter((section) => (section.level === bareLevel ? !isPhase : section.level < level))
  return level === 1 && group.id === undefined ? outer : [...outer, { group, level, isPhase }]
}

/** The sections after a bare phase line. */
export const openPhase = (sections: Sections, line: TextLine): Sections => {
  const { group } = toGroup(line)
  const last = sections.findIndex((section) => section.level === bareLevel)
  const outer = (last < 0 ? sections : sections.slice(0, last)).filter((section) => !section.isPhase)
  return [...outer, { group, level: bareLevel, isPhase: true }]
}
