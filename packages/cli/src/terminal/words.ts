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

/** `$2`, `$0.05`, `$0.0004`: cents, or less where it is less. */
export const dollars = (usd: number): string =>
  Number.isInteger(usd) ? `$${usd}` : usd > 0 && usd < 0.01 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`

/** `950`, `12k`, `3.4M`. */
export const tokens = (number: number): string =>
  number < 1_000
    ? String(number)
    : number < 999_500
      ? `${(number / 1_000).toFixed(number < 9_950 ? 1 : 0)}k`
      : `${(number / 1_000_000).toFixed(1)}M`

/** `0 B`, `512 B`, `3.4 MB`, `1.2 GB`: powers of 1000. */
export const bytes = (size: number): string => {
  const units = ["B", "kB", "MB", "GB", "TB"]
  let unit = 0
  let shown = size
  while (shown >= 999.5 && unit < units.length - 1) {
    shown /= 1000
    unit += 1
  }
  return `${unit === 0 || shown >= 99.95 ? Math.round(shown) : shown.toFixed(1)} ${units[unit]}`
}

const twoDigits = (number: number): string => String(number).padStart(2, "0")

/** A moment as the person's clock shows it: `14:05:09`, with the date where it is not today's. Both in epoch ms. */
export const localTime = (at: number, now: number): string => {
  const then = new Date(at)
  const time = [then.getHours(), then.getMinutes(), then.getSeconds()].map(twoDigits).join(":")
  if (then.toDateString() === new Date(now).toDateString()) return time
  return `${then.getFullYear()}-${twoDigits(then.getMonth() + 1)}-${twoDigits(then.getDate())} ${time}`
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
