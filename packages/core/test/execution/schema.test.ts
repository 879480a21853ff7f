/** What a store keeps of events and states is what comes back, for every value that the schemas allow. */
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { Event, JournalRecord } from "../../src/execution/Event.ts"
import { Execution } from "../../src/execution/State.ts"
import { initialized } from "../../src/testing/given.ts"
import { roundsFromEnv } from "../delivery/Random.ts"

const runs = roundsFromEnv("DEVTEAM_SCHEMA_RUNS", 300)

const throughJson = <A, I>(schema: Schema.Codec<A, I>, value: A): A => {
  const text = JSON.stringify(Schema.encodeSync(schema)(value))
  return Schema.decodeUnknownSync(schema)(JSON.parse(text))
}

/** JSON knows no negative zero, and no number of the domain means one. */
const plain = <A>(value: A): A => {
  if (Object.is(value, -0)) return 0 as A
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(plain) as A
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)])) as A
}

const isKept = <A, I>(schema: Schema.Codec<A, I>, value: A): void =>
  assert.deepStrictEqual(throughJson(schema, value), plain(value))

describe("what is stored comes back", () => {
  it.prop("events", [Event], ([event]) => isKept(Event, event), { arbitrary: { runs } })
  it.prop("records", [JournalRecord], ([one]) => isKept(JournalRecord, one), { arbitrary: { runs } })
  it.prop("states", [Execution], ([state]) => isKept(Execution, state), {
    arbitrary: { runs: Math.ceil(runs / 3) }
  })
})

describe("what is not of this format", () => {
  const decode = Schema.decodeUnknownResult(JournalRecord)
  const record = { seq: 1, at: 1, epoch: 0, event: initialized() }
  const messageOf = (input: unknown): string => {
    const decoded = decode(input)
    return Result.isFailure(decoded) ? decoded.failure.message : "decoded"
  }

  it("control: a record of this format is read", () => {
    assert.strictEqual(messageOf(record), "decoded")
  })

  it("an unknown event is refused", () => {
    assert.include(messageOf({ ...record, event: { _tag: "TaskTeleported" } }), 'at ["event"]')
  })

  it("an event without one of its fields is refused, by the field's name", () => {
    const { head: _, ...event } = initialized()
    assert.include(messageOf({ ...record, event }), '["head"]')
  })

  it("a malformed object name is refused", () => {
    assert.include(messageOf({ ...record, event: { ...initialized(), head: "HEAD" } }), '["head"]')
  })
})
