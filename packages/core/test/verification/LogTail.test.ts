import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { makeLogTail } from "../../src/verification/LogTail.ts"
import { normalizeLine } from "../../src/verification/normalize.ts"

const paths = [{ path: "/var/work/c1", by: "" }]
const excerptOf = (text: string, maxBytes?: number) => {
  const tail = makeLogTail({ paths, maxBytes })
  tail.push(text)
  return tail.excerpt()
}
const bytes = (text: string) => new TextEncoder().encode(text).length
const filler = (count: number, word = "compiled module") =>
  Array.from({ length: count }, (_, index) => `${word} ${index}`).join("\n")

describe("normalised lines", () => {
  const same = (a: string, b: string) => assert.strictEqual(normalizeLine(a, paths), normalizeLine(b, paths))
  const kept = (line: string) => assert.strictEqual(normalizeLine(line, paths), line)

  it("say the same where only times, dates, processes, ports or colours differ", () => {
    same("Done in 1.23s.", "Done in 12.5s.")
    same("  ✗ adds (12 ms)", "  ✗ adds (3 ms)")
    same("built in 1m 3s", "built in 2m 41s")
    same("[10:33:21] start", "[9:04:00] start")
    same("2026-11-22T18:04:45.028Z x", "2025-01-02T03:04:05Z x")
    same("/_logs/2026-11-22T18_04_45_028Z-debug-0.log", "/_logs/2025-01-02T03_04_05_006Z-debug-0.log")
    same("(node:123) Warning", "(node:4567) Warning")
    same("[123:0x5f5e100] 30 ms: Mark", "[77:0x1234567] 31 ms: Mark")
    same("listening on 127.0.0.1:43817", "listening on 127.0.0.1:51234")
    same("  port: 43817", "  port: 51234")
    same("ℹ duration_ms 35.123095", "ℹ duration_ms 4.5")
    same("   Duration  1.2s (tests 56%, import 36%)", "   Duration  900ms (tests 41%, import 5%)")
    same("/tmp/build-Ab12Cd/x", "/tmp/build-Zy98Xw/x")
    same("\u001b[31mred\u001b[39m\u001b]8;;http://x\u0007link\u001b]8;;\u0007", "redlink")
    same(" 10 %\r 100 %\rready\r", "ready")
  })

  it("keep what explains the failure", () => {
    kept("src/a.ts:12:34 - error TS2304: Cannot find name 'x'.")
    kept("src/a.ts(12,34): error TS2304")
    kept("Error: Test timed out in 5000ms.")
    kept("Exceeded timeout of 5000 ms for a test.")
    kept("expected 12 to be 13")
    kept("connect ECONNREFUSED 127.0.0.1:5432")
    kept("at run (src/5s/7ms.ts:1:2)")
    kept("All files | 85.7% | 80%")
    kept("left-pad@1.3.0 v24.1.0 100%")
  })

  it("have paths relative to the checkout, and to nothing that only begins like it", () => {
    const line = (text: string) => normalizeLine(text, [...paths, { path: "/var/work", by: "~" }])
    assert.strictEqual(line("at f (/var/work/c1/src/a.ts:1:2)"), "at f (src/a.ts:1:2)")
    assert.strictEqual(line("at file:///var/work/c1/src/a.ts"), "at src/a.ts")
    assert.strictEqual(line("npm error path /var/work/c1"), "npm error path .")
    assert.strictEqual(line("/var/work/c10/x /var/work/c1.bak"), "~/c10/x ~/c1.bak")
  })
})

describe("log tail", () => {
  it("is the whole log where that fits", () => {
    assert.strictEqual(excerptOf("one\n\n\n\ntwo\nthree"), "one\n\ntwo\nthree")
    assert.strictEqual(excerptOf(""), "")
  })

  it("keeps the first error with its surroundings, and the tail", () => {
    const log = `${filler(5_000)}\n\nsrc/a.ts(1,1): error TS2304: Cannot find name 'x'.\n  near y\n${filler(5_000)}\nbuild failed`
    const excerpt = excerptOf(log)
    assert.isAtMost(bytes(excerpt), 8_192)
    assert.isAbove(bytes(excerpt), 7_000)
    assert.match(
      excerpt,
      /^compiled module 4999\n\nsrc\/a\.ts\(1,1\): error TS2304.*\n {2}near y\ncompiled module 0\n/
    )
    assert.match(excerpt, /\n\[…\]\n/)
    assert.match(excerpt, /\ncompiled module 4999\nbuild failed$/)
  })

  it("is the tail alone where nothing looks like an error, and where the error is in it", () => {
    assert.match(excerptOf(filler(5_000)), /^\[…\]\ncompiled module [^]*4999$/)
    const late = excerptOf(`${filler(5_000)}\nTypeError: x is not a function\n${filler(20)}`)
    assert.strictEqual(late.split("TypeError").length, 2)
    assert.match(late, /^\[…\]\n/)
  })

  it("takes neither warnings, nor passed tests, nor counts of zero for the first error", () => {
    for (const line of [
      "npm warn deprecated error: x",
      "0 errors",
      "✓ error: is shown",
      "Warning: failed once",
      "ok 1 error: x"
    ]) {
      const excerpt = excerptOf(`${line}\n${filler(3_000)}\nerror: the one\n${filler(3_000)}`)
      assert.notInclude(excerpt, line)
      assert.include(excerpt, "error: the one")
    }
  })

  it("leaves no gap where the error region meets the tail", () => {
    const excerpt = excerptOf(`error: x\n${filler(12, "a")}\n${filler(10, "b".repeat(70))}`, 1_000)
    if (!excerpt.includes("[…]")) assert.strictEqual(excerpt.split("\n").length, 23)
    assert.isAtMost(bytes(excerpt), 1_000)
  })

  it("counts the mark of the gap", () => {
    assert.isAtMost(bytes(excerptOf(Array.from({ length: 100 }, () => "123456789").join("\n"), 400)), 400)
  })

  it("does not run lines of two streams into each other", () => {
    const tail = makeLogTail({ paths })
    tail.push("out ", "stdout")
    tail.push("err\n", "stderr")
    tail.push("end", "stdout")
    assert.strictEqual(tail.excerpt(), "err\nout end")
    assert.strictEqual(tail.excerpt(), "err\nout end")
  })

  it("takes endless lines and endless logs in bounded time", () => {
    const tail = makeLogTail({ paths })
    for (let index = 0; index < 300; index++) tail.push("x".repeat(65_536))
    for (let index = 0; index < 300; index++) tail.push(` ${index} %\r`.repeat(100))
    tail.push("\rdone after all\nerror: last\n")
    assert.strictEqual(tail.excerpt(), "done after all\nerror: last")
    assert.isAtMost(bytes(tail.excerpt()), 8_192)
  })

  const line = Schema.Literals([
    "",
    "compiled 🚀🚀",
    "error: boom",
    "é".repeat(900),
    "x".repeat(5_000),
    "Done in 3.2s",
    "✓ ok",
    "progress\rerror: over\rfine"
  ])
  const logs = Arbitrary.array(Arbitrary.schema(line), { maxLength: 60 })
  const cuts = Arbitrary.array(
    Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 700 }))),
    {
      minLength: 1,
      maxLength: 20
    }
  )

  it.prop(
    "is never too long, and does not depend on how the output was cut",
    [logs, cuts, Schema.Literals([400, 1_000, 8_192])],
    ([lines, sizes, maxBytes]) => {
      const text = lines.join("\n")
      const whole = excerptOf(text, maxBytes)
      const tail = makeLogTail({ paths, maxBytes })
      for (let from = 0, index = 0; from < text.length; index++) {
        const size = sizes[index % sizes.length] ?? 1
        tail.push(text.slice(from, from + size))
        from += size
      }
      assert.strictEqual(tail.excerpt(), whole)
      assert.isAtMost(bytes(whole), maxBytes)
    },
    { arbitrary: { runs: Number(process.env["TEST_RUNS"] ?? 200) } }
  )
})
