/**
 * Whether every step of a recorded history is one that `next` asked for, in the mode that it asked for.
 *
 * A worker that died may leave a started step behind; whoever comes next must say so before it starts another.
 */
import type { JournalRecord } from "@devteam/core/execution/Event"
import { evolve } from "@devteam/core/execution/evolve"
import { next } from "@devteam/core/execution/next"
import { initial } from "@devteam/core/execution/State"

/** Sentences about steps that nothing asked for; empty when there is none. */
export const stepsNobodyAskedFor = (records: ReadonlyArray<JournalRecord>): ReadonlyArray<string> => {
  let state = initial
  return records.flatMap((record) => {
    const { event, seq } = record
    const directive = next(state)
    state = evolve(state, record)
    if (event._tag !== "StepStarted") return []
    const asked = directive._tag === "RunStep" ? `${directive.step} ${directive.mode ?? ""}` : directive._tag
    const did = `${event.step} ${event.mode ?? ""}`
    return asked === did ? [] : [`record ${seq}: ${did.trim()} was started where ${asked.trim()} was due.`]
  })
}
