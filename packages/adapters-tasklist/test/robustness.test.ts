import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { find } from "../src/find.ts"
import { tick } from "../src/tick.ts"
import { identityOf } from "@devteam/core/model/Task"
import { findings, idsOf, options, read, statesOf, ticked } from "./parsing.ts"
import { forSeeds, makeRandom, type Random } from "./random.ts"

describe("text that hides tasks is an error, not a shorter list", () => {
  const cases: ReadonlyArray<readonly [string, string, string]> = [
    ["an unclosed fence", "- [ ] 1 A\n\n```js\n- [ ] 2 B\n", "error unreadable 3:1"],
    ["an unclosed tilde fence", "- [ ] 1 A\n\n~~~\n- [ ] 2 B\n```\n", "error unreadable 3:1"],
    ["an unclosed comment", "- [ ] 1 A\n\n<!-- later\n- [ ] 2 B\n", "error unreadable 3:1"],
    ["a NUL character", "- [ ] 1 A\n\u0000\n", "error unreadable 2:1"],
    [
      "too deep nesting",
      Array.from({ length: 60 }, (_, n) => `${"  ".repeat(n)}- [ ] ${n} A`).join("\n"),
      "error unreadable 50:1"
    ]
  ]
  for (const [name, text, expected] of cases) {
    it(name, () => {
      assert.include(findings(text), expected)
      const [task] = read(text).tasks
      assert(task !== undefined)
      assert.strictEqual(tick(text, identityOf(task), options)._tag, "Invalid")
    })
  }
  it("control: closed ones are fine", () => {
    assert.deepStrictEqual(findings("- [ ] 1 A\n\n```js\nx\n```\n\n~~~~\n```\n~~~~\n\n<!-- a\nb --> c\n"), [])
    assert.deepStrictEqual(findings("```\n```\n- [ ] 1 A\n"), [])
  })
})

describe("bytes that a tick leaves alone", () => {
  const list = "\uFEFF# L\r\n\n- [ ] 1. A  \r- [ ] 2. B\t\r\n  text \u2028 more\n- [ ] 3. C\u00A0"
  it("byte order mark, mixed line breaks, trailing white space, no final newline", () => {
    assert.deepStrictEqual(idsOf(list), ["1", "2", "3"])
    for (const id of ["1", "2", "3"]) {
      assert.strictEqual(ticked(list, id), list.replace(`[ ] ${id}.`, `[x] ${id}.`))
    }
  })
  it("nested lists in one line, tabs and numbered lists", () => {
    const text = "1. [ ] 1.1 A\n2) [ ] 1.2 B\n-\t[ ] 1.3 C\n- - [ ] 1.4 D\n+   [ ] 1.5 E"
    for (const id of ["1.1", "1.2", "1.3", "1.4", "1.5"]) {
      assert.strictEqual(ticked(text, id), text.replace(`[ ] ${id}`, `[x] ${id}`))
    }
  })
  it("a done task may be marked with X", () =>
    assert.deepStrictEqual(statesOf("- [X] 1 A\n"), { "1": "done" }))
})

describe("nothing throws", () => {
  const pieces = [
    "- ",
    "[ ] ",
    "[x]",
    "1.1 ",
    "\n",
    "\r\n",
    "\r",
    "  ",
    "\t",
    "```",
    "<!--",
    "-->",
    "Phase 1: ",
    "(Dependencies: [",
    "])",
    "> ",
    "# ",
    "•",
    "**",
    "`",
    "\u0000",
    "\ud83d",
    "**Status**: ",
    "_",
    "PHASE 1 COMPLETED",
    "é"
  ]
  const noise = (random: Random) => Array.from({ length: random.int(80) }, () => random.pick(pieces)).join("")
  it("random pieces of Markdown", () => {
    forSeeds((random) => {
      for (let n = 0; n < 10; n++) {
        const text = noise(random)
        for (const task of read(text).tasks) tick(text, identityOf(task), options)
        for (const granularity of ["item", "leaf"] as const) {
          const { tasks } = read(text)
          for (const task of tasks.slice(0, 2)) tick(text, identityOf(task), { ...options, granularity })
        }
      }
    })
  })
  it("random bytes", () => {
    const random = makeRandom(7)
    const text = Array.from({ length: 20_000 }, () => String.fromCharCode(random.int(65_536))).join("")
    read(text)
  })
  it("huge nesting", () => {
    for (const piece of ["- ", "> ", "* + ", "1. "]) read(piece.repeat(20_000))
    read(Array.from({ length: 400 }, (_, n) => `${" ".repeat(2 * n)}- [ ] ${n} A`).join("\n"))
  })
})

describe("find", () => {
  const usual = [
    "tasks.md",
    "TASKS.md",
    "task_list.md",
    "task_lists.md",
    "wbs.md",
    "docs/tasks.md",
    ".kiro/specs/a/tasks.md",
    ".kiro/specs/b/tasks.md",
    "specs/001-x/tasks.md"
  ]
  it("takes the usual names in their order", () => {
    for (const [index, path] of usual.entries()) {
      assert.deepStrictEqual(find(["README.md", ...usual.slice(index).reverse()]), Option.some(path))
    }
  })
  it("takes nothing else", () => {
    assert.deepStrictEqual(
      find(["a/tasks.md", "tasks.md.bak", "specs/tasks.md", "specs/a/b/tasks.md"]),
      Option.none()
    )
  })
})
