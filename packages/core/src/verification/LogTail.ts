/**
 * The part of a failing log that is worth reading: the first error with what follows it, and the tail.
 *
 * Fed with output as it comes, in bounded memory, however long the output is. The excerpt is normalised
 * (`normalize.ts`), so that the same failure gives the same bytes. Errors are recognised by their usual words; where
 * there are none, the tail alone is the excerpt.
 */
import { normalizeLine, type PathName } from "./normalize.ts"

/** Bytes of UTF-8 (default 8 KiB), and the directories that have names. */
export interface LogTailOptions {
  readonly paths: ReadonlyArray<PathName>
  readonly maxBytes?: number | undefined
}

/** An accumulator; not shared between commands. */
export interface LogTail {
  /** Takes decoded text. Lines of different streams do not run into each other. */
  readonly push: (text: string, stream?: "stdout" | "stderr") => void
  /** The excerpt so far, an unfinished last line included; pushing may go on afterwards. */
  readonly excerpt: () => string
}

interface Line {
  readonly number: number
  readonly text: string
  readonly bytes: number
}

const maxRawLine = 16_384
const maxLine = 1_000
const contextBefore = 2
const gap = "[…]"

const errorWords: ReadonlyArray<RegExp> = [
  /(?:^|[\s[(:])(?:error|fatal|failed|failure|panic|exception|traceback)\b(?![-/.\w])/i,
  /\b\w+(?:Error|Exception)\b(?![-/.]\w)|\bERR!|\bFAIL\b/,
  /^\s*[✗✘✖×]|^not ok\b/
]
const noError: ReadonlyArray<RegExp> = [
  /^\s*(?:npm )?warn(?:ing)?\b/i,
  /\b(?:0|no) (?:errors?|failed|failures?|exceptions?)\b/i,
  /^\s*(?:[✓✔√]|ok \d|PASS\b)/
]

const saysError = (text: string): boolean =>
  errorWords.some((pattern) => pattern.test(text)) && !noError.some((pattern) => pattern.test(text))

/** What is kept of a line without end; what a carriage return would have overwritten goes first. */
const bounded = (line: string): string => {
  if (line.length <= maxRawLine) return line
  const restart = line.lastIndexOf("\r", line.length - 2) + 1
  return line.slice(restart, restart + maxRawLine)
}

const utf8Bytes = (text: string): number => {
  let bytes = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    // A surrogate pair is two units and four bytes.
    if (unit > 0x7ff) bytes += unit >= 0xd800 && unit <= 0xdfff ? 1 : 2
    else if (unit > 0x7f) bytes += 1
  }
  return bytes
}

const clip = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length).replace(/[\ud800-\udbff]$/, "")}…`

/** Begins an accumulator. */
export const makeLogTail = (options: LogTailOptions): LogTail => {
  const maxBytes = options.maxBytes ?? 8_192
  const regionBytes = Math.floor(maxBytes * 0.4)
  const pending = { stdout: "", stderr: "" }
  let count = 0
  let tail: Array<Line> = []
  let tailBytes = 0
  let region: Array<Line> | undefined
  let regionSize = 0

  const cost = (line: Line): number => line.bytes + 1

  const makeLine = (raw: string, number: number): Line => {
    // Even in characters of three bytes a line fits into the excerpt.
    const text = clip(normalizeLine(raw, options.paths), Math.min(maxLine, Math.floor(maxBytes / 8)))
    return { number, text, bytes: utf8Bytes(text) }
  }

  const addToRegion = (line: Line): void => {
    if (region === undefined) {
      if (!saysError(line.text)) return
      const before = tail.slice(-contextBefore)
      const beforeSize = before.reduce((sum, other) => sum + cost(other), 0)
      region = beforeSize + cost(line) <= regionBytes ? [...before, line] : [line]
      regionSize = region.reduce((sum, other) => sum + cost(other), 0)
    } else if (regionSize + cost(line) <= regionBytes) {
      region.push(line)
      regionSize += cost(line)
    } else regionSize = Infinity
  }

  const add = (raw: string): void => {
    const line = makeLine(raw, count)
    if (line.text === "" && (tail.length === 0 || tail.at(-1)?.text === "")) return
    count += 1
    addToRegion(line)
    tail.push(line)
    tailBytes += cost(line)
    while (tailBytes > maxBytes) {
      const first = tail.shift()
      if (first === undefined) break
      tailBytes -= cost(first)
    }
  }

  const push: LogTail["push"] = (text, stream = "stdout") => {
    let from = 0
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", from)) {
      add(bounded(pending[stream] + text.slice(from, at)))
      pending[stream] = ""
      from = at + 1
    }
    pending[stream] = bounded(pending[stream] + text.slice(from))
  }

  const excerpt = (): string => {
    const open = [pending.stdout, pending.stderr]
      .filter((text) => text !== "")
      .map((text, index) => makeLine(text, count + index))
      .filter((line) => line.text !== "")
    const lines = [...tail, ...open]
    const start = lines[0]?.number ?? 0
    const head = (region ?? []).some((line) => line.number < start) ? (region ?? []) : []
    const headEnd = head.at(-1)?.number ?? -1
    let room = maxBytes - head.reduce((sum, line) => sum + cost(line), 0)
    const kept: Array<Line> = []
    for (const line of lines.filter((candidate) => candidate.number > headEnd).toReversed()) {
      // Room for the mark of a gap stays free.
      if (cost(line) > room - 6) break
      room -= cost(line)
      kept.unshift(line)
    }
    const cut = (kept[0]?.number ?? 0) > headEnd + 1
    const shown = [...head.map((line) => line.text), ...(cut ? [gap] : []), ...kept.map((line) => line.text)]
    return shown.join("\n").trim()
  }

  return { push, excerpt }
}
