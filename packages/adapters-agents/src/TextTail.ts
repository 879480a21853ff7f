/**
 * The end of an output: the last bytes of what was decoded, cut between characters.
 */

/** Appends text, and answers what is left of all of it in at most `maxBytes` of UTF-8. */
export interface TextTail {
  readonly push: (text: string) => void
  readonly text: () => string
}

/** Begins an empty tail. */
export const makeTextTail = (maxBytes: number): TextTail => {
  let kept = ""
  return {
    push: (text) => {
      kept += text
      if (kept.length > maxBytes * 2) kept = kept.slice(-maxBytes)
    },
    text: () => {
      const bytes = Buffer.from(kept, "utf8")
      if (bytes.length <= maxBytes) return kept
      let from = bytes.length - maxBytes
      // Continuation bytes belong to a character whose beginning is already cut off.
      while (((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1
      return bytes.toString("utf8", from)
    }
  }
}
