/**
 * A document as lines with their places, and edits of it that leave all other bytes alone.
 *
 * Line breaks are those of CommonMark (LF, CRLF, CR). A byte order mark is no part of the first line. Lines and
 * columns are 0-based here; diagnostics count from 1.
 */

/** Part of one line: its text and where that begins. */
export interface TextLine {
  readonly text: string
  readonly line: number
  readonly column: number
}

/** A document split at its line breaks; see {@link readSource}. */
export interface SourceText {
  readonly text: string
  /** Without line breaks. */
  readonly lines: ReadonlyArray<string>
  /** Where each line begins in `text`, in UTF-16 units. */
  readonly offsets: ReadonlyArray<number>
  /** The line break that the document uses first; LF where it has none. */
  readonly lineBreak: string
}

/** Replaces `length` characters at a place by `text`. */
export interface Edit {
  readonly line: number
  readonly column: number
  readonly length: number
  readonly text: string
}

/** Splits a document. */
export const readSource = (text: string): SourceText => {
  const lines: Array<string> = []
  const offsets: Array<number> = []
  let start = text.startsWith("\uFEFF") ? 1 : 0
  let lineBreak: string | undefined
  for (const match of text.matchAll(/\r\n?|\n/g)) {
    lines.push(text.slice(start, match.index))
    offsets.push(start)
    lineBreak ??= match[0]
    start = match.index + match[0].length
  }
  lines.push(text.slice(start))
  offsets.push(start)
  return { text, lines, offsets, lineBreak: lineBreak ?? "\n" }
}

/** The document after the edits, which must not overlap. */
export const applyEdits = (source: SourceText, edits: ReadonlyArray<Edit>): string => {
  const placed = edits
    .map((edit) => ({ ...edit, at: (source.offsets[edit.line] ?? source.text.length) + edit.column }))
    .sort((a, b) => a.at - b.at)
  let result = ""
  let done = 0
  for (const { at, length, text } of placed) {
    result += source.text.slice(done, at) + text
    done = at + length
  }
  return result + source.text.slice(done)
}
