/**
 * The project file port over YAML 1.2: text to settings, or what is wrong with it and where.
 *
 * Bad input costs nothing: the text's length, its nesting and what its aliases come to are limited, and no tag makes
 * anything but plain data.
 */
import type { Position, ProjectFileDocument, ProjectFileProblem } from "@devteam/core/ports/ProjectFile"
import { makeRedactor } from "@devteam/core/redaction/redact"
import { knownSecrets } from "@devteam/core/redaction/Secrets"
import { decodeFile, type FieldPath } from "@devteam/core/settings/decodeFile"
import { Result } from "effect"
import { type Document, isAlias, isMap, isNode, isSeq, LineCounter, parseDocument } from "yaml"

/** In characters; a file of settings has some hundreds. */
export const longestFile = 16_384

/** So many problems are told; whoever mends them sees the rest. */
const shownProblems = 20

const tooDeep = "this is nested too deeply"

const start: Position = { line: 1, column: 1 }

/** The parser repeats what it stumbled over. */
const shapes = makeRedactor(knownSecrets([]))

const positionAt = (lines: LineCounter, offset: number): Position => {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

/** The offset of a value, or of its key; of the nearest that is there where the path leads nowhere. */
const offsetOf = (document: Document, path: FieldPath, atKey: boolean): number => {
  let node: unknown = document.contents
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(key) === String(part))
      if (pair === undefined) return offset
      const value = isNode(pair.value) && pair.value.range !== undefined ? pair.value : undefined
      const shown = value === undefined || (atKey && index === path.length - 1) ? pair.key : value
      offset = isNode(shown) ? (shown.range?.[0] ?? offset) : offset
      node = pair.value
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(part)]
      if (isNode(item)) offset = item.range?.[0] ?? offset
      node = item
    } else return offset
  }
  return offset
}

const few = (problems: ReadonlyArray<ProjectFileProblem>): ReadonlyArray<ProjectFileProblem> =>
  problems.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, shownProblems)

type Parsed = Result.Result<ProjectFileDocument, ReadonlyArray<ProjectFileProblem>>

const parseText = (text: string): Parsed => {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: "error"
  })
  const unreadable = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    ...positionAt(lines, pos[0]),
    message: /call stack/.test(message) ? tooDeep : shapes.text(message.replace(/\s+/g, " ").slice(0, 300))
  }))
  if (unreadable.length > 0) return Result.fail(few(unreadable))
  const value: unknown = document.toJS({ maxAliasCount: 20 })
  const at = (path: FieldPath, atKey: boolean) => positionAt(lines, offsetOf(document, path, atKey))
  return decodeFile(value).pipe(
    Result.map((settings) => ({ settings, positionOf: (field: string) => at(field.split("."), false) })),
    Result.mapError((problems) =>
      few(problems.map(({ path, atKey, message }) => ({ ...at(path, atKey), message })))
    )
  )
}

/** See the port. */
export const parse = (text: string): Parsed => {
  if (text.length > longestFile) {
    return Result.fail([{ ...start, message: `the file is longer than ${longestFile} characters` }])
  }
  try {
    return parseText(text)
  } catch (error) {
    // Aliases that multiply, and nesting deeper than the stack, are thrown by the parser.
    const cause = error instanceof RangeError ? tooDeep : String(error)
    return Result.fail([{ ...start, message: shapes.text(cause.slice(0, 300)) }])
  }
}
