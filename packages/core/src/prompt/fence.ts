/**
 * Fencing: how text that others wrote goes into a prompt as data.
 *
 * A fence is longer than any run of backticks inside, so nothing inside can close it. What the agent makes of the
 * words inside is not decided here; the template says that they are data.
 */

/** The longest run of backticks in `text`. */
const longestRun = (text: string): number =>
  (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0)

/** Line feeds only, and no control characters: neither an argument nor a file may end early because of one. */
export const plain = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  text.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "")

/** `text` as one fenced block, without surrounding blank lines. */
export const fenced = (text: string): string => {
  const body = plain(text).replace(/^\n+|\s+$/g, "")
  const fence = "`".repeat(Math.max(3, longestRun(body) + 1))
  return `${fence}\n${body}\n${fence}`
}

/** `text` on one line, as inline code that nothing inside can close. */
export const inlineCode = (text: string): string => {
  const body = plain(text).replace(/\s+/g, " ").trim()
  const run = "`".repeat(longestRun(body) + 1)
  return run.length === 1 ? `\`${body}\`` : `${run} ${body} ${run}`
}
