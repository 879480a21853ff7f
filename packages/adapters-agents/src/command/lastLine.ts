/**
 * Keeps the last line of an output that has anything in it, as a person would read it on a terminal.
 */

/** The line that is being written, and the last finished one that was not blank. */
export interface LastLine {
  readonly open: string
  readonly last: string
}

/** Before anything was written. */
export const noLine: LastLine = { open: "", last: "" }

const maxLine = 4_096

// oxlint-disable-next-line no-control-regex
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g

const readable = (line: string): string => line.replace(escapes, "").trim()

/** Takes more output. A carriage return ends a line: what comes next overwrites it. */
export const pushText = (state: LastLine, text: string): LastLine => {
  const lines = (state.open + text).split(/[\r\n]+/)
  const open = lines.pop() ?? ""
  const last = lines.findLast((line) => readable(line) !== "")
  return { open: open.slice(0, maxLine), last: last === undefined ? state.last : last.slice(0, maxLine) }
}

/** The last line so far; empty when there was none. */
export const lastLine = (state: LastLine): string => readable(state.open) || readable(state.last)
