/**
 * Where a run's time went, read from its journal: wall time per step, and inside VERIFY the commands themselves.
 */
import type { JournalRecord } from "@devteam/core/execution/Event"

/** Milliseconds. `steps` by name, PUSH by mode; `commands` by argv; `agent` is the agent's own processes. */
export interface JournalTimes {
  readonly totalMs: number
  readonly steps: Readonly<Record<string, number>>
  readonly commands: Readonly<Record<string, number>>
  readonly agentMs: number
  readonly completed: number
}

/** A whole process: what came before the journal too. */
export interface RunTimes extends JournalTimes {
  /** From the process's start until its modules were loaded. */
  readonly loadMs: number
  /** Opening the stores. */
  readonly openMs: number
}

const add = (sums: Record<string, number>, key: string, ms: number): void => {
  sums[key] = (sums[key] ?? 0) + ms
}

/** Sums up a journal. A step lasts from its `StepStarted` until the next record. */
export const timesOf = (records: ReadonlyArray<JournalRecord>): JournalTimes => {
  const steps: Record<string, number> = {}
  const commands: Record<string, number> = {}
  let agentMs = 0
  let completed = 0
  records.forEach(({ at, event }, index) => {
    const previous = records[index - 1]
    if (event._tag === "StepStarted") {
      const name = event.mode === undefined ? event.step : `${event.step} ${event.mode}`
      add(steps, name, (records[index + 1]?.at ?? at) - at)
      if (previous !== undefined) add(steps, "between steps", at - previous.at)
    }
    if (event._tag === "Verified") {
      for (const run of event.verdict.commands) add(commands, run.argv.join(" "), run.durationMs)
    }
    if (event._tag === "CandidatePrepared") agentMs += event.durationMs
    if (event._tag === "TaskCompleted") completed += 1
  })
  const totalMs = (records.at(-1)?.at ?? 0) - (records[0]?.at ?? 0)
  return { totalMs, steps, commands, agentMs, completed }
}
