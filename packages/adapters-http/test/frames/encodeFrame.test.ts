import { assert, describe, it } from "@effect/vitest"
import { type Frame, toFrame } from "@devteam/core/envelope/Frame"
import * as given from "@devteam/core/testing/given"
import { encodeFrame, maxFrameBytes } from "../../src/frames/encodeFrame.ts"
import { makeTail } from "../../src/frames/Tail.ts"

const stored = (seq: number, payload: Frame["payload"], type: Frame["type"] = "execution-log") => {
  const draft = { type, at: given.startedAt, payload: { executionId: given.executionId(), ...payload } }
  return { seq, frame: toFrame(given.projectId(), draft, { stream: "s", seq }) }
}
const decoded = (message: Buffer): Frame => JSON.parse(message.toString("utf8"))

describe("frames as messages", () => {
  it("are what is stored, byte for byte, up to 64 KiB", () => {
    const small = stored(1, { text: "ü \u0000 end" })
    assert.strictEqual(encodeFrame(small).toString("utf8"), JSON.stringify(small.frame))
    const overhead = encodeFrame(stored(1, { text: "" })).length
    const largest = stored(1, { text: "x".repeat(maxFrameBytes - overhead) })
    assert.strictEqual(encodeFrame(largest).length, maxFrameBytes)
    assert.deepStrictEqual(decoded(encodeFrame(largest)), largest.frame)
  })

  it("are cut behind a character when a text is too long, and name where all of it is", () => {
    // 16 KiB of control characters or emoji are 96 KiB of JSON.
    for (const text of ["\u0000".repeat(16_384), "👩‍👩‍👧".repeat(20_000), `a${"👍".repeat(40_000)}`]) {
      const large = stored(7, { text })
      const message = encodeFrame(large)
      const { payload } = decoded(message)
      assert.isAtMost(message.length, maxFrameBytes)
      assert.isAbove(message.length, maxFrameBytes - 3_000)
      assert.isTrue(text.startsWith(String(payload["text"])))
      assert.isTrue(String(payload["text"]).isWellFormed())
      assert.strictEqual(payload["cursor"], "s.7")
      assert.deepStrictEqual(payload["truncated"], {
        bytes: Buffer.byteLength(JSON.stringify(large.frame)),
        fields: ["text"],
        href: "/api/devteam/executions/execution-1/logs?after=6&limit=1"
      })
    }
  })

  it("lose what is no text, largest first, and keep what says what they are", () => {
    const large = stored(
      9,
      {
        seq: 4,
        event: "CandidatePrepared",
        correlationId: "c",
        filesModified: ["x".repeat(50_000)],
        more: { a: "y".repeat(50_000) },
        status: "running"
      },
      "execution-update"
    )
    const message = encodeFrame(large)
    const { payload } = decoded(message)
    assert.isAtMost(message.length, maxFrameBytes)
    assert.deepInclude(payload, { seq: 4, event: "CandidatePrepared", status: "running", cursor: "s.9" })
    assert.deepInclude(payload["truncated"] as object, {
      fields: ["more"],
      href: "/api/devteam/executions/execution-1/journal?after=3&limit=1"
    })
  })
})

describe("the window of newest messages", () => {
  const text = (message: Buffer | undefined) => message && decoded(message).payload["text"]

  it("begins behind its start, and takes each number once", () => {
    const tail = makeTail(5)
    assert.strictEqual(tail.last(), 5)
    tail.push([5, 6, 7, 7, 6].map((seq) => stored(seq, { text: String(seq) })))
    assert.strictEqual(tail.last(), 7)
    assert.deepStrictEqual(
      [5, 6, 7, 8].map((seq) => text(tail.at(seq))),
      [undefined, "6", "7", undefined]
    )
  })

  it("is bounded in number and in bytes", () => {
    const tail = makeTail(0)
    for (let seq = 1; seq <= 3_000; seq += 1) tail.push([stored(seq, { text: "x" })])
    assert.strictEqual(tail.last(), 3_000)
    assert.isUndefined(tail.at(3_000 - 1_024))
    assert.isDefined(tail.at(3_000 - 1_023))
    for (let seq = 3_001; seq <= 3_200; seq += 1) tail.push([stored(seq, { text: "x".repeat(60_000) })])
    let bytes = 0
    for (let seq = 1; seq <= 3_200; seq += 1) bytes += tail.at(seq)?.length ?? 0
    assert.isAtMost(bytes, 4 * 1024 * 1024)
    assert.isDefined(tail.at(3_200))
  })

  it("begins anew where numbers are missing: the store is asked for what is between", () => {
    const tail = makeTail(0)
    tail.push([stored(1, { text: "1" }), stored(9, { text: "9" })])
    assert.deepStrictEqual(
      [1, 8, 9].map((seq) => text(tail.at(seq))),
      [undefined, undefined, "9"]
    )
  })
})
