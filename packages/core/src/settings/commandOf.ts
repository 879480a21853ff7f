/**
 * A command as people write it, as the words that are run.
 */

/** Plain words are a program and its arguments; anything that only a shell understands goes to one. */
export const commandOf = (text: string): ReadonlyArray<string> => {
  const words = text.trim().split(/\s+/)
  return words.every((word) => /^[\w@%+=:,./-]+$/.test(word)) ? words : ["sh", "-c", text]
}
