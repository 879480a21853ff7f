/**
 * What the comparing benchmarks share: sides that take turns, and ratios with their median and spread.
 *
 * Sides alternate within one run, and which goes first changes with every repetition, so that what the machine does
 * meanwhile falls on all of them. Ratios are taken within a repetition, before the median.
 */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"

/** The middle value; between the two middle ones of an even number. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  return sorted.length % 2 === 1 ? low : (low + (sorted[middle] ?? Number.NaN)) / 2
}

/** The value below which the part (0 to 1) of the values lies. */
export const quantile = (values: ReadonlyArray<number>, part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Number.NaN

/** `median (least to most)`. */
export const spread = (values: ReadonlyArray<number>, digits: number): string => {
  const text = (value: number) => value.toFixed(digits)
  return `${text(median(values)).padStart(9)}   (${text(Math.min(...values))} to ${text(Math.max(...values))})`
}

/** What it was measured on. A load from others makes times worse, and ratios less certain. */
export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}, Node ${process.versions.node}, ${process.platform}, ` +
  `load ${loadavg()[0]?.toFixed(1) ?? "?"} at the start`

/** A repetition's result by the names of its sides. */
export type Repetition<Name extends string, A> = Readonly<Record<Name, A>>

/** Measures every side once a repetition, the other way round each time. Says on stderr how far it is. */
export const alternating = async <Name extends string, A>(
  count: number,
  names: ReadonlyArray<Name>,
  measure: (name: Name) => Promise<A>,
  describe: (result: A) => string
): Promise<ReadonlyArray<Repetition<Name, A>>> => {
  const repetitions: Array<Repetition<Name, A>> = []
  for (let turn = 1; turn <= count; turn++) {
    const results: Partial<Record<Name, A>> = {}
    for (const name of turn % 2 === 1 ? names : names.toReversed()) {
      const result = await measure(name)
      results[name] = result
      process.stderr.write(`${turn}/${count} ${name.padEnd(12)} ${describe(result)}\n`)
    }
    repetitions.push(results as Repetition<Name, A>)
  }
  return repetitions
}

/** One line: the ratio of two sides in something that was measured. */
export const ratio = <Name extends string, A>(
  repetitions: ReadonlyArray<Repetition<Name, A>>,
  [above, below]: readonly [Name, Name],
  pick: (result: A) => number
): string =>
  spread(
    repetitions.map((one) => pick(one[above]) / pick(one[below])),
    2
  )

/** One line: a side's own values. */
export const values = <Name extends string, A>(
  repetitions: ReadonlyArray<Repetition<Name, A>>,
  name: Name,
  pick: (result: A) => number,
  digits: number
): string =>
  spread(
    repetitions.map((one) => pick(one[name])),
    digits
  )

/** This project's server, and the bare one beside it. */
export const sides = ["runner", "bare"] as const

/** Makes the lines of one thing that was measured: each side's values, the ratio, and an empty line. */
export const rowsOf =
  <A>(repetitions: ReadonlyArray<Repetition<(typeof sides)[number], A>>) =>
  (what: string, pick: (result: A) => number, digits: number): ReadonlyArray<string> => [
    what,
    ...sides.map((name) => `  ${name.padEnd(16)}${values(repetitions, name, pick, digits)}`),
    `  runner / bare   ${ratio(repetitions, sides, pick)}`,
    ""
  ]

/** A folder that is gone afterwards. */
export const inTemporaryFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "devteam-bench-"))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A side's server in a process of its own, which answers questions of this one. */
export interface Side {
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, string | number>>
  readonly ask: (question: Readonly<Record<string, unknown>>) => Promise<Readonly<Record<string, number>>>
  readonly end: () => Promise<void>
}

/** Starts one. Its log is thrown away; what it says when it cannot start is not. */
export const startSide = async (program: string, args: ReadonlyArray<string>): Promise<Side> => {
  const child: ChildProcess = fork(program, [...args], {
    execArgv: ["--conditions=devteam-source"],
    stdio: ["ignore", "ignore", "pipe", "ipc"]
  })
  let said = ""
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4_000)
  })
  const failed = once(child, "exit").then(() => Promise.reject(new Error(`${program} ended:\n${said}`)))
  failed.catch(() => undefined)
  const answer = async () => {
    const [message] = await Promise.race([once(child, "message"), failed])
    return message
  }
  const ready = (await answer()) as Side["ready"]
  return {
    ready,
    ask: async (question) => {
      const answered = answer()
      child.send({ ...question })
      return (await answered) as Awaited<ReturnType<Side["ask"]>>
    },
    end: async () => {
      const ended = once(child, "exit")
      child.kill("SIGKILL")
      await ended
    }
  }
}

/** How often a benchmark repeats: the first number among the arguments. */
export const repetitionsFrom = (args: ReadonlyArray<string>, otherwise: number): number =>
  Number(args.find((arg) => /^\d+$/.test(arg)) ?? otherwise)
