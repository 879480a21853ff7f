/**
 * Numbers, commands and texts as people read them.
 */
import { stripVTControlCharacters } from "node:util"

/** `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export const duration = (ms: number): string => {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`
}

/** `1 round`, `2 rounds`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** A command line of words. */
export const commandLine = (words: ReadonlyArray<string>): string => words.map(quoted).join(" ")

/** Text of others, without anything that a terminal would take for a command: they wrote it, not we. */
export const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")

/** A commit's name, short. */
export const shortSha = (sha: string): string => sha.slice(0, 10)
