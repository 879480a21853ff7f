/**
 * What the text of one task line says: checkbox, id, title, dependencies, priority.
 *
 * Every function reads one line of one item and says where in it things are. Knows nothing of the document around it.
 */
import type { TextLine } from "./SourceText.ts"

/** `[ ]`, `[x]`, `[-]` (in progress) or `[ ]*` (optional), and the place of the character between the brackets. */
export interface Checkbox {
  readonly state: "open" | "in_progress" | "done"
  readonly optional: boolean
  readonly line: number
  readonly column: number
}

/** A dependency where it is written. */
export interface Reference {
  readonly id: string
  readonly line: number
  readonly column: number
}

const after = (line: TextLine, count: number): TextLine => ({
  text: line.text.slice(count),
  line: line.line,
  column: line.column + count
})

/** The checkbox at the start of a line, and the text after it. */
export const readCheckbox = (
  line: TextLine
): { readonly box: Checkbox; readonly rest: TextLine } | undefined => {
  const match = /^\[([ xX\-~/])\](\*)?[ \t]+(?=\S)/.exec(line.text)
  if (match === null) return undefined
  const [all, mark = " ", star] = match
  const state = mark === " " ? "open" : mark.toLowerCase() === "x" ? "done" : "in_progress"
  const box = { state, optional: star !== undefined, line: line.line, column: line.column + 1 } as const
  return { box, rest: after(line, all.length) }
}

/** Whether a line was meant to begin with a checkbox but does not: `[]`, `[x]Title`. */
export const isBrokenCheckbox = (text: string): boolean =>
  /^\[(?:\]|[ xX]\](?![([:]))(?=\s*\S)/.test(text) && readCheckbox({ text, line: 0, column: 0 }) === undefined

const end = String.raw`(?:\s+(?=\S)|$)`
const idPatterns = [
  new RegExp(String.raw`^(\d+(?:\.\d+)+[a-h]?)[.):]?${end}`),
  new RegExp(String.raw`^(\d+)[.):]${end}`),
  new RegExp(String.raw`^(T\d+|[A-Z]\d{2,})[.):]?${end}`),
  new RegExp(String.raw`^([A-Z]{1,6}\d+)[.):]${end}`),
  /** Tickets such as SHOP-12; standards are written alike. */
  new RegExp(String.raw`^(?!(?:AES|ISO|MD|RFC|RSA|SHA|UTF)-)([A-Z]{2,10}-\d+)[.):]?${end}`),
  /** `3 Retry the push` has the id 3, `3 retries at most` has none. */
  /^(\d+)\s+(?=[^\s\p{Ll}\d])/u
]

const emphasis = /^(\*\*|__|\*|_|`)/

/** The id at the start of a text and what follows it, emphasis around either taken off. */
export const readId = (text: string): { readonly id: string | undefined; readonly title: string } => {
  const word = text.replace(/^(\*\*|__)?(?:Sub-?)?Task\s+(?=\d)/i, "$1")
  const mark = emphasis.exec(word)?.[1] ?? ""
  const inside = word.slice(mark.length)
  const open = mark === "" ? inside : inside.replace(mark, "")
  for (const pattern of idPatterns) {
    const [all = "", id] = pattern.exec(open) ?? []
    if (id !== undefined) return { id, title: open.slice(all.length) || id }
  }
  return { id: undefined, title: text }
}

const annotation =
  /\(\s*(dependenc(?:y|ies)|depends(?:\s+on)?|deps|after|priority)\s*(:?)\s*(\[[^\]]*\]|[^()]*)\)/gi
const fieldLine =
  /^[_*]{0,3}(dependenc(?:y|ies)|depends(?:\s+on)?|deps)[_*]{0,3}\s*:[_*]{0,3}\s*(.*?)[_*]{0,3}$/i
const nothing = /^(?:none|nothing|n\/a|no|nil|-|–|—)\.?$/i
const kindOfGroup = /^(?:phase|task|step|stage|milestone|epic|sprint)s?:?$/i
const idLike = /^[A-Za-z]{0,8}-?\d+(?:\.\d+)*[a-z]?$|^t-[0-9a-f]{8}-\d+$/

const blank = (found: string): string => ",".padEnd(found.length)

/** The ids in a list such as `[1.1, 1.2]`, `1.1 and Phase 2`, `1.1 (parser)` or `none`, with their columns. */
export const readReferences = (list: string, line: number, column: number): ReadonlyArray<Reference> => {
  const separated = list.replace(/\([^)]*\)|[[\]`*]|\band\b|&/gi, blank)
  const references: Array<Reference> = []
  for (const match of separated.matchAll(/[^,;]+/g)) {
    const words = [...match[0].matchAll(/\S+/g)].filter(([word]) => !kindOfGroup.test(word))
    const first = words[0]
    if (first === undefined || nothing.test(match[0].trim())) continue
    const at = column + match.index
    const ids = words.map((word) => ({ id: word[0].replace(/[.:]$/, ""), line, column: at + word.index }))
    const other = ids.findIndex(({ id }) => !idLike.test(id))
    if (other === 0) references.push({ id: match[0].trim(), line, column: at + first.index })
    else references.push(...(other < 0 ? ids : ids.slice(0, other)))
  }
  return references
}

const priorities: Readonly<Record<string, number>> = {
  critical: 2,
  urgent: 2,
  high: 1,
  medium: 0,
  normal: 0,
  low: -1,
  p0: 2,
  p1: 1,
  p2: 0,
  p3: -1
}

/** `high` is 1, `low` is -1, a number is itself; undefined for what is neither. */
export const readPriority = (text: string): number | undefined => {
  const word = text
    .trim()
    .replace(/[*_`.]/g, "")
    .toLowerCase()
  return /^-?\d{1,6}$/.test(word) ? Number(word) : priorities[word]
}

/** What a line says besides its text. `dependencies` is undefined where the line says nothing of them. */
export interface Annotations {
  readonly text: string
  readonly dependencies: ReadonlyArray<Reference> | undefined
  readonly priority: number | undefined
}

/**
 * Reads `(Dependencies: [1.1, 1.2])`, `(depends on 1.1)` and `(Priority: high)` out of a line. Without a colon the
 * words must look like ids, so that `(depends on the weather)` stays text.
 */
export const readAnnotations = (line: TextLine): Annotations => {
  let dependencies: Array<Reference> | undefined
  let priority: number | undefined
  const text = line.text.replace(
    annotation,
    (all, word: string, colon: string, value: string, at: number) => {
      const column = line.column + at + all.lastIndexOf(value, all.length - 1)
      if (/^priority$/i.test(word)) {
        const found = readPriority(value)
        if (found === undefined) return all
        priority = found
        return ""
      }
      const references = readReferences(value, line.line, column)
      if (colon === "" && (references.length === 0 || !references.every(({ id }) => idLike.test(id))))
        return all
      if (/^after$/i.test(word) && !references.every(({ id }) => idLike.test(id))) return all
      dependencies = [...(dependencies ?? []), ...references]
      return ""
    }
  )
  return { text: text.replace(/[ \t]+/g, " ").trim(), dependencies, priority }
}

/** Reads a line that is nothing but dependencies: `_Depends: 1.1, 1.2_`, `Dependencies: none`. */
export const readDependencyLine = (line: TextLine): ReadonlyArray<Reference> | undefined => {
  const match = fieldLine.exec(line.text)
  if (match === null) return undefined
  const value = match[2] ?? ""
  return readReferences(value, line.line, line.column + Math.max(0, line.text.lastIndexOf(value)))
}
