/**
 * What goes on after a pattern's trigger: one small machine per open token, fed one UTF-16 code unit at a time.
 *
 * A run never looks back or ahead, so it finds the same in a stream as in a whole text.
 */
import { privateKey, type TokenShape, urlCredentials } from "./patterns.ts"

/** What one more code unit, or the text's end, did to a run. Positions count from the stream's begin. */
export interface Run {
  /** An open run that is proven: it hides each unit that it takes, and needs nothing held back. */
  readonly proven: boolean
  /** From here on the text may still turn out to be hidden. Meaningless once proven. */
  readonly holdFrom: number
  /** Takes the unit at `at`; `false` when the run is over (the unit may then not belong to it). */
  readonly feed: (code: number, at: number, hide: Hide) => boolean
  /** The text ends before `at`. */
  readonly end: (at: number, hide: Hide) => void
}

/** Reports that the text from `start` up to `end` is hidden. */
export type Hide = (start: number, end: number) => void

/** Makes runs of one kind. */
export interface RunKind {
  readonly triggers: ReadonlyArray<string>
  readonly startsWord: boolean
  /** `start` is the trigger's first unit, `after` the first one behind it. */
  readonly open: (start: number, after: number) => Run
}

/** A character class as a table over ASCII; other characters belong to none. */
const tableOf = (oneChar: RegExp): Uint8Array =>
  Uint8Array.from({ length: 128 }, (_, code) => (oneChar.test(String.fromCharCode(code)) ? 1 : 0))

const tokenRun = (shape: TokenShape): RunKind => {
  const body = tableOf(shape.body)
  const { accept } = shape
  const decideAt = accept?.decideAt ?? shape.min
  return {
    triggers: shape.triggers,
    startsWord: shape.startsWord === true,
    open: (triggerStart, after) => {
      const start = shape.keepsTrigger === true ? after : triggerStart
      let text = ""
      let proven = false
      const isToken = (): boolean =>
        text.length >= shape.min && (accept === undefined || accept.matches.test(text))
      const end = (at: number, hide: Hide): void => {
        if (!proven && isToken()) hide(start, at)
      }
      return {
        get proven() {
          return proven
        },
        holdFrom: start,
        end,
        feed: (code, at, hide) => {
          if (code > 127 || body[code] === 0) {
            end(at, hide)
            return false
          }
          if (proven) {
            hide(at, at + 1)
            return true
          }
          text += String.fromCharCode(code)
          if (text.length < decideAt) return true
          if (!isToken()) return false
          proven = true
          hide(start, at + 1)
          return true
        }
      }
    }
  }
}

const urlRun: RunKind = {
  triggers: [urlCredentials.trigger],
  startsWord: false,
  open: (_, start) => {
    const ends = urlEnds
    let colon = -1
    let holdFrom = start
    return {
      proven: false,
      get holdFrom() {
        return holdFrom
      },
      end: () => undefined,
      feed: (code, at, hide) => {
        if ((code < 128 && ends[code] === 1) || at - start >= urlCredentials.longest) return false
        if (code === 0x3a && colon < 0) colon = at
        if (code !== 0x40) return true
        // A user without a password (`git@host`) is no secret.
        if (colon < 0 || at === colon + 1) return false
        hide(start, at)
        // A password may have an unescaped `@`: the last one before the host counts.
        holdFrom = at
        return true
      }
    }
  }
}
const urlEnds = tableOf(urlCredentials.ends)

const keyRun: RunKind = {
  triggers: [privateKey.trigger],
  startsWord: false,
  open: (start) => {
    let header = ""
    let tail = ""
    let proven = false
    return {
      get proven() {
        return proven
      },
      holdFrom: start,
      end: () => undefined,
      feed: (code, at, hide) => {
        const char = String.fromCharCode(code)
        if (!proven) {
          header += char
          if (!privateKey.headerChar.test(char) || header.length > privateKey.longestHeader) return false
          if (!header.endsWith("-----")) return true
          proven = privateKey.header.test(header)
          if (proven) hide(start, at + 1)
          return proven
        }
        if (code > 127 || keyBody[code] === 0 || at - start >= privateKey.longest) return false
        hide(at, at + 1)
        tail = (tail + char).slice(-64)
        return !(char === "-" && privateKey.end.test(tail))
      }
    }
  }
}
const keyBody = tableOf(privateKey.body)

/** Every kind of token that is known by its shape. */
export const runKinds: (shapes: ReadonlyArray<TokenShape>) => ReadonlyArray<RunKind> = (shapes) => [
  ...shapes.map(tokenRun),
  urlRun,
  keyRun
]
