/**
 * given(what happened).when(a command).gives(events): how the tests of the execution read.
 *
 * What happened are commands, which are decided and folded, or events, which are only folded. Each takes a second.
 */
import { assert } from "@effect/vitest"
import { Result } from "effect"
import { isRequest } from "../../../src/execution/Command.ts"
import { decide } from "../../../src/execution/decide.ts"
import { Event, type JournalRecord } from "../../../src/execution/Event.ts"
import { evolve } from "../../../src/execution/evolve.ts"
import type { Rejection } from "../../../src/execution/Rejection.ts"
import { type Execution, initial, type State } from "../../../src/execution/State.ts"
import { startedAt } from "../../../src/testing/given.ts"
import type { Said } from "./commands.ts"

/** A journal and its fold. `now` is the time of the last command. */
export interface History {
  readonly records: ReadonlyArray<JournalRecord>
  readonly state: State
  readonly now: number
}

/** Before anything happened. */
export const nothing: History = { records: [], state: initial, now: startedAt }

const record = (history: History, events: ReadonlyArray<Event>, at: number, epoch: number): History =>
  events.reduce<History>(
    ({ records, state }, event) => ({
      records: [...records, { seq: records.length + 1, at, epoch, event }],
      state: evolve(state, { at, event }),
      now: at
    }),
    { ...history, now: at }
  )

/** What deciding one command came to. */
export interface Decided {
  readonly history: History
  readonly events: ReadonlyArray<Event>
  readonly rejection: Rejection | undefined
}

/** Decides one command, `after` ms after the last one, and folds what follows. */
export const say = (history: History, said: Said, after = 1000): Decided => {
  const at = history.now + after
  const command = { ...said, at }
  const decided = decide(command, history.state)
  if (Result.isFailure(decided)) return { history, events: [], rejection: decided.failure }
  const events = decided.success
  return { history: record(history, events, at, isRequest(command) ? 0 : 1), events, rejection: undefined }
}

const isEvent = (item: Said | Event): item is Event => item._tag in Event.cases

/** Lets commands and events happen in turn; a refused command is a mistake in the test. */
export const happen = (from: History, ...items: ReadonlyArray<Said | Event>): History =>
  items.reduce((history, item) => {
    if (isEvent(item)) return record(history, [item], history.now + 1000, 0)
    const decided = say(history, item)
    if (decided.rejection === undefined) return decided.history
    throw new Error(`${item._tag} was refused: ${JSON.stringify(decided.rejection)}`)
  }, from)

/** The state of a history that has begun. */
export const execution = ({ state }: History): Execution => {
  if (state === undefined) throw new Error("Nothing has happened yet.")
  return state
}

/** Fields of the state; undefined: the field is absent. */
type Fields = { readonly [Key in keyof Execution]?: Execution[Key] | undefined }

/** A command's consequences, to be looked at. */
export interface Consequences {
  readonly history: History
  readonly events: ReadonlyArray<Event>
  /** Exactly these events; a name alone stands for any event of that name. */
  readonly gives: (...expected: ReadonlyArray<Event | Event["_tag"]>) => Consequences
  readonly changesNothing: () => Consequences
  /** The state afterwards has these fields. */
  readonly leadsTo: (expected: Fields) => Consequences
  /** Refused, in the status that is named. */
  readonly isRefused: (status: Rejection["status"]) => Rejection
  readonly when: (said: Said, after?: number) => Consequences
}

const consequences = ({ history, events, rejection }: Decided): Consequences => {
  const self: Consequences = {
    history,
    events,
    gives: (...expected) => {
      assert.isUndefined(rejection)
      const shown = events.map((event, index) => (typeof expected[index] === "string" ? event._tag : event))
      assert.deepStrictEqual(shown, [...expected])
      return self
    },
    changesNothing: () => self.gives(),
    leadsTo: (expected) => {
      const state: Readonly<Record<string, unknown>> = { ...execution(history) }
      const seen = Object.fromEntries(Object.keys(expected).map((key) => [key, state[key]]))
      assert.deepStrictEqual(seen, { ...expected })
      return self
    },
    isRefused: (status) => {
      assert.isDefined(rejection, `expected a rejection, got ${JSON.stringify(events)}`)
      assert.strictEqual(rejection?.status, status)
      return rejection as Rejection
    },
    when: (said, after) => consequences(say(history, said, after))
  }
  return self
}

/** Begins a case from what happened. */
export const given = (...past: ReadonlyArray<Said | Event>) => from(happen(nothing, ...past))

/** Begins a case from a history. */
export const from = (history: History) => ({
  history,
  when: (said: Said, after?: number) => consequences(say(history, said, after))
})
