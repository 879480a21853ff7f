/**
 * What appending events means: their records, the state after them, and the frames that watchers get.
 *
 * Pure, and the same for every store; writing all of it in one transaction is the store's part.
 */
import type { Event, JournalRecord } from "../execution/Event.ts"
import { evolve } from "../execution/evolve.ts"
import type { State } from "../execution/State.ts"
import type { FrameDraft } from "./Frame.ts"
import { frameOf } from "./framesOf.ts"

/** One record and one frame per event, in their order. `after` is undefined only when nothing has ever happened. */
export interface Advance {
  readonly records: ReadonlyArray<JournalRecord>
  readonly frames: ReadonlyArray<FrameDraft>
  readonly after: State
}

/** Events in sequence after `state`. Throws when a journal would begin with anything but `ExecutionRequested`. */
export const advance = (state: State, events: ReadonlyArray<Event>, at: number, epoch: number): Advance => {
  const records: Array<JournalRecord> = []
  const frames: Array<FrameDraft> = []
  let after = state
  for (const event of events) {
    after = evolve(after, { at, event })
    if (after === undefined) throw new Error("A journal begins with ExecutionRequested.")
    const record = { seq: after.version, at, epoch, event }
    records.push(record)
    frames.push(frameOf(record, after))
  }
  return { records, frames, after }
}
