/** What the benchmark prints: the ratio with its spread, and where the runner's time went. */
import { median, spread } from "../comparison.ts"
import type { RunTimes } from "./journalTimes.ts"
import { taskCount } from "./sample.ts"

/** One side of a pair, in milliseconds: by the clock, and on the processors with all its children. */
export interface Time {
  readonly ms: number
  readonly cpuMs: number
}

/** One pair. */
export interface Measured {
  readonly script: Time
  readonly runner: Time
  readonly where: RunTimes
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2).padStart(8)

const row = (name: string, ms: number): string =>
  `  ${name.padEnd(28)}${seconds(ms)} s  ${String(Math.round(ms / taskCount)).padStart(6)} ms a task`

const medianOf = (measured: ReadonlyArray<Measured>, pick: (times: RunTimes) => number): number =>
  median(measured.map(({ where }) => pick(where)))

const namesIn = (
  measured: ReadonlyArray<Measured>,
  pick: (times: RunTimes) => Readonly<Record<string, number>>
): ReadonlyArray<string> => [...new Set(measured.flatMap(({ where }) => Object.keys(pick(where))))]

/** The report as text. */
export const report = (machine: string, measured: ReadonlyArray<Measured>): string => {
  const script = median(measured.map((pair) => pair.script.ms))
  const runner = median(measured.map((pair) => pair.runner.ms))
  const commands = namesIn(measured, (times) => times.commands)
  const steps = namesIn(measured, (times) => times.steps)
  const spawned = medianOf(
    measured,
    (times) => times.agentMs + Object.values(times.commands).reduce((sum, ms) => sum + ms, 0)
  )
  return [
    `${taskCount} tasks, ${measured.length} alternating pairs; medians. ${machine}`,
    "",
    `ratio runner / script  ${spread(
      measured.map((pair) => pair.runner.ms / pair.script.ms),
      3
    )}   goal ≤ 1.15`,
    `the same in CPU time   ${spread(
      measured.map((pair) => pair.runner.cpuMs / pair.script.cpuMs),
      3
    )}`,
    "",
    row("script", script),
    row("runner", runner),
    "",
    "The runner's time:",
    row(
      "load modules",
      medianOf(measured, (times) => times.loadMs)
    ),
    row(
      "open stores",
      medianOf(measured, (times) => times.openMs)
    ),
    ...steps.map((name) =>
      row(
        name,
        medianOf(measured, (times) => times.steps[name] ?? 0)
      )
    ),
    "",
    "Of that, in processes that the script runs too:",
    row(
      "agent",
      medianOf(measured, (times) => times.agentMs)
    ),
    ...commands.map((name) =>
      row(
        name,
        medianOf(measured, (times) => times.commands[name] ?? 0)
      )
    ),
    row("together", spawned),
    row("the rest of the runner", runner - spawned),
    ""
  ].join("\n")
}
