/**
 * Hides secrets in everything that leaves: logs, frames, artifacts, errors, commit messages, the next prompt.
 *
 * One pass, one machine, for whole texts and streams alike, so that chunks never change what is hidden. A stream holds
 * back only a suffix that could begin a secret. What it hides is replaced by {@link marker}; hits that overlap or touch
 * become one.
 */
import { type Automaton, makeAutomaton } from "./Automaton.ts"
import { tokenShapes } from "./patterns.ts"
import { type Run, type RunKind, runKinds } from "./runs.ts"
import type { KnownSecrets } from "./Secrets.ts"

/** Stands where a secret stood. */
export const marker = "«redacted»"

/** One stream's redaction: stdout and stderr each need their own. */
export interface RedactorStream {
  /** Takes a chunk, and returns what can be shown by now. Never splits a secret, and splits no character itself. */
  readonly push: (chunk: string) => string
  /** The stream is over: the rest. The next `push` begins a new stream. */
  readonly flush: () => string
}

/** Knows an execution's secrets. Those that are added later need a new one. */
export interface Redactor {
  readonly text: (text: string) => string
  /** JSON: every string in it, and every key. Keys that become the same get a number. */
  readonly value: <A>(json: A) => A
  readonly stream: () => RedactorStream
  /**
   * Whether a known secret is in it, in any form; shapes do not count. Bytes are read as UTF-8, and as UTF-16 where
   * they are ASCII in that. What a patch holds of a binary file is compressed: ask with the file itself.
   */
  readonly contains: (content: string | Uint8Array) => boolean
}

interface Machine {
  readonly automaton: Automaton
  /** The length of each literal that is a known secret; 0 for a trigger. */
  readonly needleLengths: ReadonlyArray<number>
  /** The kind and length of each literal that is a trigger. */
  readonly triggers: ReadonlyMap<number, { readonly kind: RunKind; readonly length: number }>
}

const isWordUnit = (code: number): boolean =>
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  (code >= 97 && code <= 122) ||
  code === 95 ||
  code === 45

const makeStream = ({ automaton, needleLengths, triggers }: Machine): RedactorStream => {
  const { columns, depths, found, next, width } = automaton
  let state = 0
  /** Text that was read and not shown yet, and where in the stream it begins. */
  let held = ""
  let base = 0
  /** The unit before `base`. */
  let before = 32
  /** Hidden intervals that end behind `base`: in order, apart from each other. */
  let hits: Array<{ start: number; end: number }> = []
  let runs: Array<{ readonly kind: RunKind; readonly run: Run }> = []
  let markedTo = -1

  const hide = (from: number, to: number): void => {
    let start = from
    let end = to
    for (let last = hits.at(-1); last !== undefined && last.end >= start; last = hits.at(-1)) {
      start = Math.min(start, last.start)
      end = Math.max(end, last.end)
      hits.pop()
    }
    hits.push({ start, end })
  }

  const matched = (text: string, at: number): void => {
    for (const literal of found.get(state) ?? []) {
      const length = needleLengths[literal] ?? 0
      if (length > 0) hide(at + 1 - length, at + 1)
      const trigger = triggers.get(literal)
      if (trigger === undefined) continue
      const { kind } = trigger
      const start = at + 1 - trigger.length
      const previous = start === base ? before : text.charCodeAt(start - base - 1)
      if (kind.startsWord && isWordUnit(previous)) continue
      // A proven run of the same kind hides all that a second one would.
      if (runs.some((open) => open.kind === kind && open.run.proven)) continue
      runs.push({ kind, run: kind.open(start, at + 1) })
    }
  }

  /** Shows the text before `safe`, which nothing that follows can change. */
  const show = (text: string, safe: number): string => {
    let shown = ""
    let position = base
    while (hits[0] !== undefined && hits[0].start < safe) {
      const hit = hits[0]
      shown += text.slice(position - base, hit.start - base)
      if (hit.start > markedTo) shown += marker
      position = markedTo = Math.min(hit.end, safe)
      if (hit.end > safe) {
        hit.start = safe
        break
      }
      hits.shift()
    }
    shown += text.slice(position - base, safe - base)
    if (safe > base) before = text.charCodeAt(safe - base - 1)
    held = text.slice(safe - base)
    base = safe
    return shown
  }

  return {
    push: (chunk) => {
      const text = held + chunk
      const { length } = text
      for (let i = held.length; i < length; i++) {
        const code = text.charCodeAt(i)
        for (let open = runs.length - 1; open >= 0; open--) {
          if (runs[open]?.run.feed(code, base + i, hide) === false) runs.splice(open, 1)
        }
        state = next[state + (columns[code] ?? 0)] ?? 0
        if (state < 0) {
          state = -state
          matched(text, base + i)
        }
      }
      let safe = base + length - (depths[state / width] ?? 0)
      for (const { run } of runs) if (!run.proven) safe = Math.min(safe, run.holdFrom)
      return show(text, safe)
    },
    flush: () => {
      const end = base + held.length
      for (const { run } of runs) run.end(end, hide)
      const rest = show(held, end)
      state = base = 0
      before = 32
      runs = []
      hits = []
      markedTo = -1
      return rest
    }
  }
}

/** Keys that are hidden alike stay apart. */
const freeKey = (key: string, taken: ReadonlySet<string>): string => {
  if (!taken.has(key)) return key
  for (let number = 2; ; number++) if (!taken.has(`${key} (${number})`)) return `${key} (${number})`
}

/** Makes the tables once; every text and stream then shares them. */
export const makeRedactor = (secrets: KnownSecrets): Redactor => {
  const kinds = runKinds(tokenShapes).flatMap((kind) =>
    kind.triggers.map((trigger) => ({ kind, length: trigger.length, trigger }))
  )
  const automaton = makeAutomaton([...secrets.needles, ...kinds.map(({ trigger }) => trigger)])
  const needleLengths = secrets.needles.map((needle) => needle.length)
  const triggers = new Map(kinds.map((kind, index) => [needleLengths.length + index, kind]))
  const machine: Machine = { automaton, needleLengths, triggers }

  const text = (whole: string): string => {
    const stream = makeStream(machine)
    return stream.push(whole) + stream.flush()
  }

  const value = (json: unknown): unknown => {
    if (typeof json === "string") return text(json)
    if (Array.isArray(json)) return json.map(value)
    if (typeof json !== "object" || json === null) return json
    const taken = new Set<string>()
    return Object.fromEntries(
      Object.entries(json).map(([key, inner]) => {
        const free = freeKey(text(key), taken)
        taken.add(free)
        return [free, value(inner)]
      })
    )
  }

  const search = (): ((chunk: string) => boolean) => {
    const { columns, found, next } = automaton
    let state = 0
    return (chunk) => {
      for (let i = 0; i < chunk.length; i++) {
        const code = chunk.charCodeAt(i)
        // UTF-16 read as UTF-8 has a NUL beside each ASCII character; no secret has one.
        if (code === 0) continue
        state = next[state + (columns[code] ?? 0)] ?? 0
        if (state >= 0) continue
        state = -state
        if (found.get(state)?.some((literal) => literal < needleLengths.length) === true) return true
      }
      return false
    }
  }

  return {
    text,
    value: <A>(json: A): A => value(json) as A,
    stream: () => makeStream(machine),
    contains: (content) => {
      const find = search()
      if (typeof content === "string") return find(content)
      const decoder = new TextDecoder()
      for (let at = 0; at < content.length; at += 65_536) {
        if (find(decoder.decode(content.subarray(at, at + 65_536), { stream: true }))) return true
      }
      return find(decoder.decode())
    }
  }
}
