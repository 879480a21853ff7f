/** Bytes to text: no code point is ever split. */
import { assert, describe, it } from "@effect/vitest"
import { makeUtf8Decoder } from "../../src/redaction/decodeUtf8.ts"
import { makeRandom } from "../delivery/Random.ts"

const decode = (bytes: Uint8Array, cuts: ReadonlyArray<number>): ReadonlyArray<string> => {
  const decoder = makeUtf8Decoder()
  const edges = [0, ...cuts, bytes.length]
  const chunks = edges.slice(1).map((edge, index) => decoder.push(bytes.subarray(edges[index], edge)))
  return [...chunks, decoder.flush()]
}

describe("makeUtf8Decoder", () => {
  it("gives the same text for every cut, and valid text in every chunk", () => {
    const text = "\ufeffaé€👍🏽 ✓\r\n"
    const bytes = new TextEncoder().encode(text)
    for (let first = 0; first <= bytes.length; first++) {
      for (let second = first; second <= bytes.length; second++) {
        const chunks = decode(bytes, [first, second])
        assert.strictEqual(chunks.join(""), text)
        for (const chunk of chunks) assert.isTrue(chunk.isWellFormed())
      }
    }
    // The control: decoded one by one, cut code points break.
    const alone = new TextDecoder().decode(bytes.subarray(0, 5)) + new TextDecoder().decode(bytes.subarray(5))
    assert.include(alone, "\ufffd")
  })

  it("turns what is no UTF-8 into U+FFFD, wherever it is cut", () => {
    const random = makeRandom(3)
    for (let round = 0; round < 2_000; round++) {
      const bytes = Uint8Array.from({ length: random.int(24) }, () =>
        random.chance(0.5) ? random.int(256) : random.pick([0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x91, 0x8d, 0x61])
      )
      const cuts = [random.int(bytes.length + 1), random.int(bytes.length + 1)].sort((a, b) => a - b)
      const chunks = decode(bytes, cuts)
      assert.strictEqual(chunks.join(""), new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes))
      for (const chunk of chunks) assert.isTrue(chunk.isWellFormed())
    }
  })

  it("ends inside a code point", () => {
    assert.deepStrictEqual(decode(Uint8Array.from([0x61, 0xe2, 0x82]), []), ["a", "\ufffd"])
  })
})
