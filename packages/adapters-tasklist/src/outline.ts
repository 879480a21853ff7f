/**
 * A Markdown document as the blocks that task lists are made of, each with its place in the source.
 *
 * markdown-it reads the structure; inline markup is left as written. Quotes and rules are dropped, code is kept as
 * text. Knows nothing of tasks, except that a phase line which follows a list item without a blank line between is no
 * part of that item (CommonMark would join the two).
 */
import MarkdownIt, { type Token } from "markdown-it"
import { isSectionLine } from "./sectionLine.ts"
import { readSource, type SourceText, type TextLine } from "./SourceText.ts"

/**
 * `- text` with what is nested in it. `lines` is the first paragraph, line by line; empty where there is none.
 * `number` is the one that a reader sees before an item of an ordered list.
 */
export interface Item {
  readonly _tag: "Item"
  readonly number?: number | undefined
  readonly lines: ReadonlyArray<TextLine>
  readonly children: ReadonlyArray<Block>
  readonly line: number
}

/** One block of the outline. Lists are not blocks: their items are. */
export type Block =
  | Item
  | { readonly _tag: "Heading"; readonly level: number; readonly lines: ReadonlyArray<TextLine> }
  | { readonly _tag: "Paragraph"; readonly lines: ReadonlyArray<TextLine> }
  /** `<!-- … -->` with its content read as a document of its own; `after` is what follows on the closing line. */
  | { readonly _tag: "Comment"; readonly blocks: ReadonlyArray<Block>; readonly after: string }
  | { readonly _tag: "Code"; readonly lines: ReadonlyArray<TextLine> }

/** Text that swallows or loses what comes after it, so that tasks may be missing. 0-based line. */
export interface OutlineFault {
  readonly severity: "error" | "warning"
  readonly line: number
  readonly message: string
}

/** A document that was read. */
export interface Outline {
  readonly source: SourceText
  readonly blocks: ReadonlyArray<Block>
  readonly faults: ReadonlyArray<OutlineFault>
}

const maxNesting = 100

const markdown = new MarkdownIt("commonmark", { maxNesting })
markdown.core.ruler.enableOnly(["normalize", "block"])
markdown.block.ruler.disable(["reference"])

interface Reader {
  readonly tokens: ReadonlyArray<Token>
  /** The lines of the source from `firstLine` on. */
  readonly lines: ReadonlyArray<string>
  readonly firstLine: number
  readonly faults: Array<OutlineFault>
  /** Comments do not nest. */
  readonly isComment: boolean
  /** Section lines taken out of the top-level block that is being read. */
  lifted: Array<TextLine>
  next: number
}

const place = (reader: Reader, text: string, index: number): TextLine => {
  const source = reader.lines[index] ?? ""
  const trimmed = text.trim()
  const atEnd = source.trimEnd().length - trimmed.length
  const column = source.startsWith(trimmed, atEnd) ? atEnd : Math.max(0, source.indexOf(trimmed))
  return { text: trimmed, line: reader.firstLine + index, column }
}

const textLines = (reader: Reader, token: Token): ReadonlyArray<TextLine> => {
  const first = token.map?.[0] ?? 0
  return token.content.split("\n").map((text, index) => place(reader, text, first + index))
}

const rawLines = (reader: Reader, token: Token): ReadonlyArray<TextLine> => {
  const [from, to] = token.map ?? [0, 0]
  return reader.lines
    .slice(from, to)
    .map((text, index) => ({ text, line: reader.firstLine + from + index, column: 0 }))
}

const withoutLifted = (reader: Reader, lines: ReadonlyArray<TextLine>): ReadonlyArray<TextLine> => {
  const at = lines.findIndex((line, index) => index > 0 && line.column === 0 && isSectionLine(line.text))
  if (at < 0) return lines
  reader.lifted.push(...lines.slice(at))
  return lines.slice(0, at)
}

const readComment = (reader: Reader, token: Token): Block | undefined => {
  const [from, to] = token.map ?? [0, 0]
  const lines = reader.lines.slice(from, to)
  if (!lines[0]?.trimStart().startsWith("<!--")) return undefined
  const end = lines.findIndex((line) => line.includes("-->"))
  if (end < 0) {
    const message =
      "The comment that begins here is never closed with -->: everything after it is read as comment."
    reader.faults.push({ severity: "error", line: reader.firstLine + from, message })
    return undefined
  }
  const last = lines[end] ?? ""
  const inner = [...lines.slice(0, end), last.slice(0, last.indexOf("-->"))]
  inner[0] = (inner[0] ?? "").replace("<!--", "").trim()
  return {
    _tag: "Comment",
    blocks: readBlocks(inner, {
      lines,
      firstLine: reader.firstLine + from,
      faults: reader.faults,
      isComment: true
    }),
    after: last.slice(last.indexOf("-->") + 3).trim()
  }
}

const checkFence = (reader: Reader, token: Token) => {
  const [from, to] = token.map ?? [0, 0]
  const last = reader.lines[to - 1]?.trim() ?? ""
  const isClosed = to - 1 > from && last.startsWith(token.markup) && /^(`+|~+)$/.test(last)
  if (isClosed || token.level > 0) return
  const message = `The code block that begins here is never closed with ${token.markup}: everything after it is read as code.`
  reader.faults.push({ severity: "error", line: reader.firstLine + from, message })
}

const skipTo = (reader: Reader, type: string, level: number) => {
  for (let token = reader.tokens[reader.next++]; token !== undefined; token = reader.tokens[reader.next++]) {
    if (token.type === type && token.level === level) return
  }
}

/** Reads blocks until the token that closes `level`. */
const readLevel = (reader: Reader, level: number): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let number: number | undefined
  for (let token = reader.tokens[reader.next]; token !== undefined; token = reader.tokens[reader.next]) {
    if (token.level < level) break
    reader.next++
    switch (token.type) {
      case "bullet_list_open":
        number = undefined
        break
      case "ordered_list_open":
        number = Number(token.attrGet("start") ?? 1)
        break
      case "list_item_open":
        blocks.push({ ...readItem(reader, token), number })
        if (number !== undefined) number++
        break
      case "heading_open":
      case "paragraph_open": {
        const inline = reader.tokens[reader.next]
        if (inline?.type !== "inline") break
        const lines = withoutLifted(reader, textLines(reader, inline))
        if (token.type === "paragraph_open") blocks.push({ _tag: "Paragraph", lines })
        else blocks.push({ _tag: "Heading", level: Number(token.tag.slice(1)), lines })
        break
      }
      case "html_block": {
        const comment = reader.isComment ? undefined : readComment(reader, token)
        if (comment !== undefined) blocks.push(comment)
        break
      }
      case "fence":
        checkFence(reader, token)
        blocks.push({ _tag: "Code", lines: rawLines(reader, token) })
        break
      case "code_block": {
        const lines = rawLines(reader, token)
        const task = lines.find(({ text }) => /^\s*[-*+]\s+(?:\[[ xX-]\]|\d+(?:\.\d+)+)\s/.test(text))
        if (task !== undefined) {
          const message =
            "This is indented so far that Markdown reads it as code, not as a task. Indent it less."
          reader.faults.push({ severity: "warning", line: task.line, message })
        }
        blocks.push({ _tag: "Code", lines })
        break
      }
      case "blockquote_open":
        skipTo(reader, "blockquote_close", token.level)
        break
    }
    if (level === 0 && token.level <= 1 && reader.lifted.length > 0) {
      blocks.push({ _tag: "Paragraph", lines: reader.lifted })
      reader.lifted = []
    }
  }
  return blocks
}

const readItem = (reader: Reader, token: Token): Item => {
  const line = reader.firstLine + (token.map?.[0] ?? 0)
  if (token.level + 2 > maxNesting) {
    const message = `Lists are nested deeper here than can be read (${maxNesting / 2} levels): what is deeper is left out.`
    reader.faults.push({ severity: "error", line, message })
  }
  const blocks = readLevel(reader, token.level + 1)
  const [first, ...others] = blocks
  return first?._tag === "Paragraph" || first?._tag === "Heading"
    ? { _tag: "Item", lines: first.lines, children: others, line }
    : { _tag: "Item", lines: [], children: blocks, line }
}

/** Reads `content`, whose lines stand at the ends of `lines` of the source. */
const readBlocks = (
  content: ReadonlyArray<string>,
  place: Pick<Reader, "lines" | "firstLine" | "faults" | "isComment">
): ReadonlyArray<Block> =>
  readLevel({ ...place, tokens: markdown.parse(content.join("\n"), {}), lifted: [], next: 0 }, 0)

/** Reads a document. Total: whatever the text is, it has an outline. */
export const readOutline = (text: string): Outline => {
  const source = readSource(text)
  const faults: Array<OutlineFault> = []
  const binary = source.lines.findIndex((line) => line.includes("\u0000"))
  if (binary >= 0)
    faults.push({ severity: "error", line: binary, message: "This is not text: it has a NUL character." })
  return {
    source,
    blocks: readBlocks(source.lines, { lines: source.lines, firstLine: 0, faults, isComment: false }),
    faults
  }
}
