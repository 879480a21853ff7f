import { assert, describe, it } from "@effect/vitest"
import { type GapReason, startingPlace } from "../../src/frames/startingPlace.ts"

const stored = { stream: "s", first: 11, last: 20 }
const gapOf = (from: string, to: string, reason: GapReason) => ({ from, to, reason })
const empty = { stream: "s", first: 0, last: 0 }

describe("where a subscription begins", () => {
  it("behind a cursor or a number of what is stored", () => {
    for (const seq of [10, 11, 15, 20]) {
      for (const after of [`s.${seq}`, seq, String(seq)]) {
        assert.deepStrictEqual(startingPlace(after, stored), { position: seq })
      }
    }
    assert.deepStrictEqual(startingPlace(0, empty), { position: 0 })
  })

  it("at the end when nothing is asked for, and says where that is", () => {
    const gap = gapOf("s.0", "s.20", "not_requested")
    assert.deepStrictEqual(startingPlace(undefined, stored), { position: 20, gap })
    const nothing = gapOf("s.0", "s.0", "not_requested")
    assert.deepStrictEqual(startingPlace(undefined, empty), { position: 0, gap: nothing })
  })

  it("at the oldest when what follows is gone", () => {
    const gap = gapOf("s.3", "s.10", "expired")
    assert.deepStrictEqual(startingPlace("s.3", stored), { position: 10, gap })
    const fromTheStart = gapOf("s.0", "s.10", "expired")
    assert.deepStrictEqual(startingPlace(0, stored), { position: 10, gap: fromTheStart })
  })

  it("at the oldest when the cursor is of another database", () => {
    const gap = gapOf("old.15", "s.10", "other_stream")
    assert.deepStrictEqual(startingPlace("old.15", stored), { position: 10, gap })
    const fresh = gapOf("old.15", "s.0", "other_stream")
    assert.deepStrictEqual(startingPlace("old.15", empty), { position: 0, gap: fresh })
  })

  it("at the end when the number is not reached yet", () => {
    const gap = gapOf("s.21", "s.20", "ahead")
    assert.deepStrictEqual(startingPlace("s.21", stored), { position: 20, gap })
  })

  it("nowhere for what is no cursor", () => {
    for (const after of ["", "s", "s.", ".5", "s.x", "-1"]) {
      assert.isUndefined(startingPlace(after, stored), after)
    }
  })
})
