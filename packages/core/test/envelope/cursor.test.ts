/** Cursors: what is written is what is read, and anything else is none. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { formatCursor, parseCursor } from "../../src/envelope/Frame.ts"

const Seq = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 999_999_999_999_999 }))
const Stream = Schema.String.check(Schema.isPattern(/^[a-z0-9.-]{1,40}$/))

describe("a cursor", () => {
  it.prop("is read as it was written", [Stream, Seq], ([stream, given]) => {
    const seq = Math.abs(given)
    assert.deepStrictEqual(parseCursor(formatCursor({ stream, seq })), { stream, seq })
  })

  it("keeps dots in the stream's id", () => {
    assert.deepStrictEqual(parseCursor("a.b.7"), { stream: "a.b", seq: 7 })
  })

  for (const text of [
    "",
    "7",
    ".7",
    "stream.",
    "stream.-1",
    "stream.1.5e3",
    "stream.7x",
    "stream.1234567890123456"
  ]) {
    it(`"${text}" is none`, () => assert.isUndefined(parseCursor(text)))
  }
})
