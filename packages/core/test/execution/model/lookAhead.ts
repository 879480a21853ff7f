/**
 * The laws about a whole life rather than one step: it can come to an end, and its journal gives it back.
 */
import { isDeepStrictEqual } from "node:util"
import { Result, Schema } from "effect"
import type { Report } from "../../../src/execution/Command.ts"
import type { decide } from "../../../src/execution/decide.ts"
import { Event, type JournalRecord } from "../../../src/execution/Event.ts"
import type { evolve } from "../../../src/execution/evolve.ts"
import type { next } from "../../../src/execution/next.ts"
import { Execution, initial, type State } from "../../../src/execution/State.ts"
import { isEnded } from "../../../src/execution/Status.ts"
import * as say from "../support/commands.ts"
import { succeed } from "./SimulatedWorker.ts"

/** What is under test. */
export interface Machine {
  readonly decide: typeof decide
  readonly evolve: typeof evolve
  readonly next: typeof next
}

/** A broken law. */
export class Broken extends Error {}

/** Demands that a law holds. */
export const demand = (holds: boolean, law: () => string): void => {
  if (!holds) throw new Broken(law())
}

/** Says one thing beside the walk. */
const advance = (machine: Machine, state: Execution, report: Report): Execution => {
  const at = state.updatedAt + 1000
  const decided = machine.decide({ ...report, at }, state)
  const events = Result.getOrElse(decided, () => [])
  demand(events.length > 0, () => `next asks for ${report._tag}, which changes nothing (${state.status})`)
  return events.reduce<State>((folded, event) => machine.evolve(folded, { at, event }), state) ?? state
}

/** With nothing but success, and a resume where it is paused, every execution ends. */
export const comesToAnEnd = (machine: Machine, from: Execution): void => {
  let state = from
  for (let acts = 0; acts < 40; acts++) {
    if (isEnded(state.status)) return
    if (state.status === "paused") {
      const at = state.updatedAt + 1000
      const resumed = Result.getOrElse(machine.decide({ ...say.resume, at }, state), () => [])
      demand(resumed.length > 0, () => "a paused execution cannot be resumed")
      state = resumed.reduce<State>((folded, event) => machine.evolve(folded, { at, event }), state) ?? state
      continue
    }
    const directive = machine.next(state)
    const report = succeed(directive, state)
    if (report === undefined) throw new Broken(`nothing to do in ${state.status}, and it has not ended`)
    state = advance(machine, state, report)
  }
  throw new Broken(`no end after 40 successful acts from ${from.status}`)
}

const encodeState = Schema.encodeUnknownSync(Execution)
const decodeState = Schema.decodeUnknownSync(Execution)
const encodeEvent = Schema.encodeUnknownSync(Event)
const decodeEvent = Schema.decodeUnknownSync(Event)

const stored = (state: State): State =>
  state === undefined ? undefined : decodeState(JSON.parse(JSON.stringify(encodeState(state))))

/** What is stored is what was folded, and a snapshot with the rest is the whole. */
export const replays = (
  machine: Machine,
  journal: ReadonlyArray<JournalRecord>,
  state: State,
  cut: number
): void => {
  const fold = (from: State, records: ReadonlyArray<JournalRecord>): State =>
    records.reduce<State>((folded, entry) => machine.evolve(folded, entry), from)
  const reread = journal.map((entry) => {
    const event = decodeEvent(JSON.parse(JSON.stringify(encodeEvent(entry.event))))
    demand(isDeepStrictEqual(event, entry.event), () => `${event._tag} is not what was stored`)
    return { ...entry, event }
  })
  demand(
    isDeepStrictEqual(fold(initial, reread), state),
    () => "the journal folds to another state the second time"
  )
  const snapshot = stored(fold(initial, journal.slice(0, cut)))
  demand(
    isDeepStrictEqual(fold(snapshot, reread.slice(cut)), state),
    () => "a snapshot and the rest fold to another state"
  )
  demand(isDeepStrictEqual(stored(state), state), () => "a state is not what was stored")
}
