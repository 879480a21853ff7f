/** The frames of recorded journals: complete, in their exact envelope, and without what is not for watchers. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Frame, type FrameDraft, toFrame } from "../../src/envelope/Frame.ts"
import { frameOf } from "../../src/envelope/framesOf.ts"
import { JournalRecord } from "../../src/execution/Event.ts"
import { evolve } from "../../src/execution/evolve.ts"
import { initial, type State } from "../../src/execution/State.ts"
import { project } from "../../src/execution/StatusProjection.ts"
import { projectId } from "../../src/testing/given.ts"
import { recordings } from "../recorded/journals.ts"

interface Told {
  readonly record: JournalRecord
  readonly draft: FrameDraft
  readonly frame: Frame
  readonly status: ReturnType<typeof project>
}

const tell = (records: ReadonlyArray<JournalRecord>): ReadonlyArray<Told> => {
  let state: State = initial
  return records.flatMap((record) => {
    state = evolve(state, record)
    if (state === undefined) return []
    const draft = frameOf(record, state)
    const cursor = { stream: "stream-1", seq: record.seq }
    return [{ record, draft, frame: toFrame(projectId(), draft, cursor), status: project(state) }]
  })
}

const told = recordings().map(({ name, journal }) => ({
  name,
  frames: tell(Schema.decodeUnknownSync(Schema.Array(JournalRecord))(journal.records))
}))
const every = told.flatMap(({ frames }) => frames)

const keysOf = (value: unknown): ReadonlyArray<string> =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => [key, ...keysOf(inner)])

const forbidden = [
  "settings",
  "template",
  "identity",
  "env",
  "repository",
  "limits",
  "taskTitle",
  "candidate"
]
const isPrivate = (frame: unknown): boolean => keysOf(frame).some((key) => forbidden.includes(key))

describe("the frames of recorded journals", () => {
  for (const { name, frames } of told) {
    it(`${name}: one for each record, in order`, () => {
      assert.isAbove(frames.length, 20)
      assert.deepStrictEqual(
        frames.map(({ frame }) => frame.payload["seq"]),
        frames.map(({ record }) => record.seq)
      )
    })
  }

  it("have exactly the envelope", () => {
    for (const { frame, record } of every) {
      assert.deepStrictEqual(Object.keys(frame), ["type", "ts", "projectId", "payload"])
      assert.strictEqual(frame.ts, new Date(record.at).toISOString())
      assert.deepStrictEqual(Schema.decodeUnknownSync(Frame)(JSON.parse(JSON.stringify(frame))), frame)
    }
  })

  it("say who, what and where, each of them", () => {
    const required = ["executionId", "correlationId", "seq", "event", "cursor"]
    for (const { frame, record } of every) {
      assert.containsAllKeys(frame.payload, required)
      assert.strictEqual(frame.payload["event"], record.event._tag)
      assert.strictEqual(frame.payload["cursor"], `stream-1.${record.seq}`)
    }
  })

  it("say the status that the journal gives", () => {
    const shown = ["status", "progress", "totals", "currentTask", "currentStep"] as const
    for (const { draft, status } of every) {
      for (const field of shown) assert.deepStrictEqual<unknown>(draft.payload[field], status[field], field)
    }
  })

  it("name the round that an event is about", () => {
    const spent = every.flatMap(({ record, frame }) =>
      record.event._tag === "RoundSpent" ? [[record.event.round, frame.payload["round"]]] : []
    )
    assert.isNotEmpty(spent)
    for (const [said, shown] of spent) assert.strictEqual(shown, said)
  })

  it("carry no settings, no template, no candidate and no name of a secret", () => {
    for (const { frame } of every) assert.isFalse(isPrivate(frame), JSON.stringify(frame))
  })

  it("control: the events themselves do", () => {
    assert.isTrue(every.some(({ record }) => isPrivate(record.event)))
  })

  it("list at most a hundred files", () => {
    const one = every.find(({ record }) => record.event._tag === "CandidatePrepared")
    assert.isDefined(one)
    if (one?.record.event._tag !== "CandidatePrepared") return
    const filesModified = Array.from({ length: 5000 }, (_, index) => `src/${index}.ts`)
    const event = { ...one.record.event, candidate: { ...one.record.event.candidate, filesModified } }
    const records = every.slice(0, 1).map(({ record }) => record)
    const state = evolve(
      records.reduce<State>((sofar, record) => evolve(sofar, record), initial),
      { at: 1, event }
    )
    assert.isDefined(state)
    if (state === undefined) return
    const draft = frameOf({ ...one.record, event }, state)
    assert.lengthOf(draft.payload["filesModified"] as ReadonlyArray<string>, 100)
  })

  it("tell ends and errors from updates", () => {
    const types = new Map(every.map(({ record, frame }) => [record.event._tag, frame.type]))
    const named = (type: string) => [...types].filter(([, each]) => each === type).map(([tag]) => tag)
    assert.sameMembers(named("completion"), ["ExecutionCompleted", "Stopped"])
    assert.sameMembers(named("error"), ["ExecutionFailed", "StepFailed", "TaskFailed"])
  })
})
