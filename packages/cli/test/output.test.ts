/**
 * What reaches the two streams: redacted, without codes where nobody can see them, and one live line on a terminal.
 */
import { assert, describe, it } from "@effect/vitest"
import { marker } from "@devteam/core/redaction/redact"
import { makeOutput } from "../src/terminal/Output.ts"
import { makeSecretBook } from "../src/terminal/SecretBook.ts"
import { table } from "../src/terminal/table.ts"
import { duration, plain } from "../src/terminal/words.ts"
import { firstLines } from "../src/run/progress.ts"

const make = (options: { isTTY: boolean; environment?: Record<string, string>; columns?: number }) => {
  const written = { stdout: "", stderr: "" }
  const sink = (name: keyof typeof written) => ({
    isTTY: options.isTTY,
    columns: options.columns,
    write: (text: string) => {
      written[name] += text
    }
  })
  const secrets = makeSecretBook([{ name: "KEY", value: "canary-7c1d" }])
  const output = makeOutput({
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    secrets,
    environment: options.environment ?? {}
  })
  return { output, written, secrets }
}

describe("output", () => {
  it("hides secrets on both streams, also those that it learns of later", () => {
    const { output, written, secrets } = make({ isTTY: false })
    secrets.add([{ name: "URL", value: "later-99aa1" }])
    output.data("a canary-7c1d")
    output.raw("a later-99aa1\n")
    output.record({ "canary-7c1d": "later-99aa1" })
    output.document(["canary-7c1d"])
    output.say("a later-99aa1")
    assert.notMatch(written.stdout + written.stderr, /canary|later/)
    assert.include(written.stdout, `{"${marker}":"${marker}"}\n`)
  })

  it("takes the live line away before anything else is written, and cuts it to the terminal", () => {
    const { output, written } = make({ isTTY: true, columns: 10 })
    output.live("0123456789abc")
    output.live("0123456789abc")
    output.say("said")
    output.live(undefined)
    assert.strictEqual(written.stderr, "01234567…\r\u001b[2Ksaid\n01234567…\r\u001b[2K")
  })

  it("shows no live line and no colour off a terminal, and no colour against NO_COLOR", () => {
    const piped = make({ isTTY: false })
    piped.output.live("now")
    assert.strictEqual(piped.written.stderr, "")
    assert.strictEqual(piped.output.style.bad("x"), "x")
    assert.strictEqual(make({ isTTY: true, environment: { NO_COLOR: "1" } }).output.style.bad("x"), "x")
    assert.notStrictEqual(make({ isTTY: true }).output.style.bad("x"), "x")
  })

  it("takes out of others' text what a terminal would obey", () => {
    assert.strictEqual(plain("a\u001b[2Jb\u001b]0;title\u0007\r\nc\td\u0008\u009b31m"), "ab\nc\td")
  })

  it("aligns columns, whatever is coloured", () => {
    assert.deepStrictEqual(
      table([
        ["a", "b"],
        ["\u001b[31mlong\u001b[39m", "c"]
      ]),
      ["a     b", "\u001b[31mlong\u001b[39m  c"]
    )
  })

  it("writes durations as people read them", () => {
    assert.deepStrictEqual([340, 12_400, 185_000, 7_800_000].map(duration), [
      "0.3 s",
      "12 s",
      "3 min 05 s",
      "2 h 10 min"
    ])
  })

  it("shows a failing log from its first error on, or its end", () => {
    const log = "> build\n\nsrc/a.ts(1,2): error TS1: no\n  at x\n1\n2\n3\n4\n5\n"
    assert.deepStrictEqual(firstLines(log), ["src/a.ts(1,2): error TS1: no", "  at x", "1", "2", "3", "4"])
    assert.deepStrictEqual(firstLines("1\n2\n3\n4\n5\n6\n7\n"), ["2", "3", "4", "5", "6", "7"])
  })
})
