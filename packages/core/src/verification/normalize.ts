/**
 * Makes one line of a log say the same when the same thing failed again.
 *
 * Colours, directories, durations, dates, process ids and free ports go; line numbers and everything that explains
 * the failure stay. It knows nothing of secrets: those are redacted before.
 */

/** A directory that is another one in every run, and what stands for it. An empty `by` makes paths relative. */
export interface PathName {
  readonly path: string
  readonly by: string
}

/* oxlint-disable no-control-regex */
const escapes =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~])/g
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g

/* oxlint-enable no-control-regex */

const unit = "(?:ms|µs|μs|us|ns|s|sec|secs|seconds?|milliseconds?|min|mins|minutes?|hours?)"
const durations = new RegExp(
  `(?<![\\w./:-])(?:\\d+h ?)?(?:\\d+m(?:in)? ?)?\\d+(?:[.,]\\d+)? ?${unit}(?![\\w/-])(?!\\.\\w)`,
  "g"
)
/** A line about a limit keeps its number: it is the setting that was hit, and it does not vary. */
const aboutLimit = /time[ds]?[ -]?out|exceed/i

const replacements: ReadonlyArray<readonly [RegExp, string]> = [
  [/\d{4}-\d\d-\d\dT\d\d[_-]\d\d[_-]\d\d[_-]\d+Z/g, "<date>"],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g, "<date>"],
  [/(?<![\w:.])\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?: ?[AP]M\b)?(?![\w:])/g, "<clock>"],
  [/\(node:\d+\)/g, "(node:<pid>)"],
  [/(?<=\[)\d+(?=:0x[0-9a-f]+\])/gi, "<pid>"],
  [/\b0x[0-9a-f]{6,}\b/gi, "<address>"],
  [/(?<=\b(?:127\.0\.0\.1|localhost)|\[::1?\]):(?:3[3-9]\d{3}|[45]\d{4}|6[0-5]\d{3})\b/g, ":<port>"],
  [/(?<=\bport: )(?:3[3-9]\d{3}|[45]\d{4}|6[0-5]\d{3})\b/g, "<port>"],
  [/(?<=\bduration(?:_ms)?[:=]? )\d+(?:\.\d+)?(?![\w.])/gi, "<time>"],
  // A test runner's own breakdown of its time.
  [/(?<=^ *Duration .*\b[a-z]+ )\d+%/g, "<share>"],
  [/(?<=\/tmp\/[\w.-]*?-)[A-Za-z0-9]{6}(?![\w])/g, "<tmp>"]
]

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&")

/** Longer directories first, so that one inside another keeps its own name. */
const replacePaths = (line: string, paths: ReadonlyArray<PathName>): string => {
  let text = line
  for (const { path, by } of paths.toSorted((a, b) => b.path.length - a.path.length)) {
    const directory = path.replace(/[\\/]+$/, "")
    if (directory === "") continue
    for (const prefix of [`file://${directory}`, directory]) {
      text = text.replaceAll(`${prefix}/`, by === "" ? "" : `${by}/`)
      const inside = new RegExp(`${escapeRegExp(prefix)}(?![\\w.-])`, "g")
      text = text.replace(inside, () => (by === "" ? "." : by))
    }
  }
  return text
}

/** What a terminal would have left of a line: the text after the last carriage return, without escapes. */
const printed = (line: string): string => {
  const bare = line.replace(/\r+$/, "")
  return bare
    .slice(bare.lastIndexOf("\r") + 1)
    .replace(escapes, "")
    .replace(controls, "")
    .trimEnd()
}

/** One line, without its line feed. */
export const normalizeLine = (line: string, paths: ReadonlyArray<PathName>): string => {
  let text = replacePaths(printed(line), paths)
  for (const [pattern, by] of replacements) text = text.replace(pattern, by)
  return aboutLimit.test(text) ? text : text.replace(durations, "<time>")
}
