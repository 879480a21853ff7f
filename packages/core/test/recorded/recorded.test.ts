/** What earlier releases wrote is still read, and still means the same. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Event, eventVersion, JournalRecord } from "../../src/execution/Event.ts"
import { evolve } from "../../src/execution/evolve.ts"
import { contextVersion, Execution, initial, type State } from "../../src/execution/State.ts"
import { project, StatusProjection } from "../../src/execution/StatusProjection.ts"
import { recordings } from "./journals.ts"

const decodeJournal = Schema.decodeUnknownSync(Schema.Array(JournalRecord))
const decodeContext = Schema.decodeUnknownSync(Execution)

const fold = (from: State, records: ReadonlyArray<JournalRecord>): State =>
  records.reduce<State>((state, record) => evolve(state, record), from)

describe("recorded journals", () => {
  const all = recordings()

  it("are there, with every event of the first release", () => {
    assert.isAtLeast(all.length, 6)
    const first = all.filter(({ name }) => name.startsWith("v1/"))
    const tags = new Set(first.flatMap(({ journal }) => decodeJournal(journal.records).map(({ event }) => event._tag)))
    assert.strictEqual(tags.size, 28)
    for (const tag of tags) assert.property(Event.cases, tag)
  })

  for (const { name, journal, context } of all) {
    describe(name, () => {
      const records = decodeJournal(journal.records)

      it("is of a format that this release knows", () => assert.isAtMost(journal.eventVersion, eventVersion))

      // A snapshot of another shape is thrown away and folded anew, so only the journal binds for ever.
      it.runIf(context.contextVersion === contextVersion)("folds to the recorded task context", () => {
        assert.deepStrictEqual(fold(initial, records), decodeContext(context.context))
      })

      it("folds to it from every snapshot on the way", () => {
        const whole = fold(initial, records)
        for (let cut = 1; cut < records.length; cut++) {
          const snapshot = decodeContext(JSON.parse(JSON.stringify(fold(initial, records.slice(0, cut)))))
          assert.deepStrictEqual(fold(snapshot, records.slice(cut)), whole, `cut after ${cut}`)
        }
      })

      it("is written as it was read", () => {
        assert.deepStrictEqual<unknown>(Schema.encodeSync(Schema.Array(JournalRecord))(records), journal.records)
      })

      it("is shown as a valid status", () => {
        const state = fold(initial, records)
        assert.isDefined(state)
        if (state !== undefined) Schema.decodeUnknownSync(StatusProjection)(project(state))
      })
    })
  }

  it("control: a changed meaning is noticed", () => {
    const [one] = all.filter(({ name }) => name === "v1/two-tasks")
    const records = decodeJournal(one?.journal.records)
    const changed = records.map((record) =>
      record.event._tag === "RoundSpent" ? { ...record, event: { _tag: "WaitEnded" as const } } : record
    )
    assert.notDeepEqual(fold(initial, changed), decodeContext(one?.context.context))
  })
})
