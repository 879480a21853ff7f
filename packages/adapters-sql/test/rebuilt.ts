/**
 * What a journal says by itself, without anything stored beside it.
 */
import type { JournalRecord } from "@devteam/core/execution/Event"
import { evolve } from "@devteam/core/execution/evolve"
import { initial, type State } from "@devteam/core/execution/State"
import { project } from "@devteam/core/execution/StatusProjection"

/** State and status folded from the records. */
export const rebuilt = (records: ReadonlyArray<JournalRecord>) => {
  const state = records.reduce<State>(evolve, initial)
  if (state === undefined) throw new Error("the journal is empty")
  return { state, projection: project(state) }
}
