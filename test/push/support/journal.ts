/**
 * What a data directory's journal says, read past the code under test.
 */
import { type Event, Event as EventSchema } from "@devteam/core/execution/Event"
import { evolve } from "@devteam/core/execution/evolve"
import type { Execution, State } from "@devteam/core/execution/State"
import { Schema } from "effect"
import { readDatabase } from "../../support/databaseContents.ts"

const decodeEvent = Schema.decodeUnknownSync(Schema.fromJsonString(EventSchema))

/** An execution with its events, in their order. */
export interface Recorded {
  readonly state: Execution
  readonly events: ReadonlyArray<Event>
}

/** The executions of a data directory, oldest first. */
export const executionsIn = (dataDirectory: string): ReadonlyArray<Recorded> =>
  readDatabase(dataDirectory).executions.map(({ executionId, records }) => {
    const events = records.map(({ event }) => decodeEvent(event))
    const state = records.reduce<State>(
      (known, { at, event }) => evolve(known, { at, event: decodeEvent(event) }),
      undefined
    )
    if (state === undefined) throw new Error(`${executionId} has no beginning`)
    return { state, events }
  })

/** The newest execution. */
export const newestIn = (dataDirectory: string): Recorded => {
  const newest = executionsIn(dataDirectory).at(-1)
  if (newest === undefined) throw new Error(`${dataDirectory} has no execution`)
  return newest
}

/** The events of one kind. */
export const eventsOf = <Tag extends Event["_tag"]>(
  recorded: Recorded,
  tag: Tag
): ReadonlyArray<Extract<Event, { readonly _tag: Tag }>> =>
  recorded.events.filter((event): event is Extract<Event, { readonly _tag: Tag }> => event._tag === tag)
