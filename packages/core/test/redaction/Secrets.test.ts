/** Every form in which a known secret turns up is hidden. */
import { assert, describe, it } from "@effect/vitest"
import { makeRedactor, marker } from "../../src/redaction/redact.ts"
import { knownSecrets } from "../../src/redaction/Secrets.ts"

const secret = `p@ss/w0rd+'q"$x\\ y&<é>`
const redactor = makeRedactor(knownSecrets([{ name: "PASSWORD", value: secret }]))
const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64")

describe("a known secret", () => {
  const asciiJson = JSON.stringify(secret).replace(/[^ -~]/g, "\\u00e9")
  const forms: ReadonlyArray<readonly [string, string]> = [
    ["as it is", secret],
    ["URL component", encodeURIComponent(secret)],
    ["URL component, lower-case hex", encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase())],
    ["form field", new URLSearchParams({ a: secret }).toString().slice(2)],
    ["URL", encodeURI(secret)],
    ["JSON", JSON.stringify(secret).slice(1, -1)],
    ["ASCII JSON", asciiJson.slice(1, -1)],
    ["JSON in JSON", JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)],
    ["single-quoted", secret.replaceAll("'", `'\\''`)],
    ["double-quoted", secret.replace(/["\\$]/g, "\\$&")],
    ["printf %q", secret.replace(/[^A-Za-z0-9_@%+=:,./é-]/g, "\\$&")],
    ["HTML", secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")]
  ]
  for (const [name, form] of forms) {
    it(`is hidden: ${name}`, () => {
      assert.strictEqual(redactor.text(`a ${form} b`), `a ${marker} b`)
      assert.isTrue(redactor.contains(`a ${form} b`))
    })
  }

  it("is hidden in base64, wherever it lies in what was encoded", () => {
    for (const [before, after] of [
      ["", ""],
      ["a", "b"],
      ["ab", "bc"],
      ["user:", "\n"],
      ["abcd", "xyz"]
    ] as const) {
      const encoded = base64(before + secret + after)
      for (const text of [encoded, encoded.replaceAll("+", "-").replaceAll("/", "_")]) {
        const shown = redactor.text(text)
        assert.include(shown, marker)
        // Only what the neighbours share with the secret may remain: less than one group on each side.
        const [left = "", right = ""] = shown.split(marker)
        assert.isAtMost(left.length, base64(before).length)
        assert.isAtMost(right.length, base64(after).length + 4)
        assert.isTrue(redactor.contains(text))
      }
    }
  })

  it("of many lines is hidden whole, with \\r\\n, in JSON, and line by line", () => {
    const line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ"
    const value = `first line\n${line}\nlast line\n`
    const multi = makeRedactor(knownSecrets([{ name: "KEY", value }]))
    assert.strictEqual(multi.text(value), `${marker}\n`)
    assert.strictEqual(multi.text(value.replaceAll("\n", "\r\n")), `${marker}\r\n`)
    assert.strictEqual(multi.text(JSON.stringify(value)), `"${marker}\\n"`)
    assert.strictEqual(multi.text(`  | ${line} |`), `  | ${marker} |`)
    assert.strictEqual(multi.text("first line"), "first line")
  })

  it("too short to search for is warned of by name, never by value", () => {
    const known = knownSecrets([
      { name: "PIN", value: "12345" },
      { name: "EMPTY", value: " \n" },
      { name: "OK", value: "123456" }
    ])
    assert.deepStrictEqual(
      known.warnings.map(({ name, reason }) => [name, reason]),
      [["PIN", "too_short"]]
    )
    assert.notInclude(JSON.stringify(known.warnings), "12345")
    assert.strictEqual(makeRedactor(known).text("12345 123456"), `12345 ${marker}`)
  })
})
