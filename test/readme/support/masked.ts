/**
 * Makes what differs from one run to the next the same: times, commits, versions, this machine's disk and user.
 */

const masks: ReadonlyArray<readonly [RegExp, string]> = [
  [/(?<= @ )[0-9a-f]{7}\b/g, "<sha>"],
  [/\b[0-9a-f]{10}\b/g, "<sha>"],
  [/(?<![\d.])(?:\d+ min )?\d+(?:\.\d+)? s\b/g, "<time>"],
  [/(?<!==)\b\d+\.\d+\.\d+\b/g, "<version>"],
  [/\b[\d.]+ GB free/g, "<n> GB free"],
  // Only where no pid namespace can be made.
  [/^(?:! sandbox:| {3}) (?:no pid namespace can be made here|this system has no \/proc).*\n/gm, ""],
  [/^[✓!] containment: .*(?:\n {4}.*)?/gm, "<containment>"],
  [/(?<=commands run as )\S+/g, "you"]
]

/** See above. */
export const masked = (text: string): string =>
  masks.reduce((result, [pattern, mask]) => result.replace(pattern, mask), text)

/** The same for a text with tables, whose columns are as wide as what is in them. */
export const maskedLoosely = (text: string): string => masked(text).replace(/(?<=\S) {2,}/g, "  ")
