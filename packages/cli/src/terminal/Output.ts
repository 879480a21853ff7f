/**
 * The two streams of the command: data on stdout, everything else on stderr, both redacted.
 *
 * On a terminal one live line stands below what was said; it is taken away before anything else is written.
 */
import { stripVTControlCharacters } from "node:util"
import type { SecretBook } from "./SecretBook.ts"
import { makeStyle, type Style, wantsColor } from "./style.ts"

/** What a stream has to be able to do. */
export interface Sink {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly write: (text: string) => unknown
}

/** See above. Texts come without a final line feed, except those of `raw`. */
export interface Output {
  /** A line of data. */
  readonly data: (text: string) => void
  /** Data as it is, without a line feed of ours. */
  readonly raw: (text: string) => void
  /** One JSON document, over several lines. */
  readonly document: (value: unknown) => void
  /** One line of NDJSON. */
  readonly record: (value: unknown) => void
  /** Something for the person, on stderr. */
  readonly say: (text: string) => void
  /** The line that shows what happens now; only on a terminal. */
  readonly live: (text: string | undefined) => void
  /** Whether `live` shows anything. */
  readonly interactive: boolean
  /** Styles of stdout and of stderr. */
  readonly dataStyle: Style
  readonly style: Style
}

const cut = (text: string, columns: number): string => {
  const bare = stripVTControlCharacters(text)
  return bare.length < columns ? text : `${bare.slice(0, Math.max(0, columns - 2))}…`
}

/** Makes the output of a call. */
export const makeOutput = (options: {
  readonly stdout: Sink
  readonly stderr: Sink
  readonly secrets: SecretBook
  readonly environment: Readonly<Record<string, string | undefined>>
}): Output => {
  const { stdout, stderr, secrets, environment } = options
  const clean = (text: string) => secrets.redactor().text(text)
  const interactive = stderr.isTTY === true && environment["TERM"] !== "dumb"
  let shown: string | undefined
  const hide = () => {
    if (shown !== undefined) stderr.write("\r\u001b[2K")
  }
  const show = () => {
    if (shown !== undefined) stderr.write(cut(shown, stderr.columns || 80))
  }
  const around = (write: () => void) => {
    hide()
    write()
    show()
  }
  return {
    data: (text) => around(() => stdout.write(`${clean(text)}\n`)),
    raw: (text) => around(() => stdout.write(clean(text))),
    document: (value) => stdout.write(`${JSON.stringify(secrets.redactor().value(value), null, 2)}\n`),
    record: (value) => around(() => stdout.write(`${JSON.stringify(secrets.redactor().value(value))}\n`)),
    say: (text) => around(() => stderr.write(`${clean(text)}\n`)),
    live: (text) => {
      const next = text === undefined ? undefined : clean(text)
      if (!interactive || next === shown) return
      hide()
      shown = next
      show()
    },
    interactive,
    dataStyle: makeStyle(wantsColor(stdout.isTTY === true, environment)),
    style: makeStyle(wantsColor(stderr.isTTY === true, environment))
  }
}
