import { assert, describe, it } from "@effect/vitest"
import { compareIds, identityKey, normalizeTitle } from "../../src/tasks/identity.ts"
import { TaskId } from "../../src/model/Ids.ts"

describe("normalizeTitle", () => {
  const same: ReadonlyArray<readonly [string, string]> = [
    ["  Add   the\tParser ", "add the parser"],
    ["**Add the parser**", "add the parser"],
    ["`find` it.", "find` it"],
    ["*Add the parser*.", "add the parser"],
    ["Add the parser …", "add the parser"],
    ["Cafe\u0301", "café"],
    ["???", "???"]
  ]
  for (const [title, expected] of same) {
    it(`${title} is ${expected}`, () => assert.strictEqual(normalizeTitle(title), expected))
  }
  it("is idempotent", () => {
    for (const [title] of same)
      assert.strictEqual(normalizeTitle(normalizeTitle(title)), normalizeTitle(title))
  })
})

describe("compareIds", () => {
  it("orders by segment, numbers as numbers", () => {
    const ordered = ["1", "1.1", "1.1.1", "1.2", "1.9", "1.10", "2", "10", "T2", "T10", "T10a"]
    assert.deepStrictEqual([...ordered].reverse().sort(compareIds), ordered)
  })
  it("control: plain string order is another one", () => {
    assert.deepStrictEqual(["1.9", "1.10"].sort(), ["1.10", "1.9"])
  })
  it("is zero only for equal ids", () => {
    assert.notStrictEqual(compareIds("1.01", "1.1"), 0)
    assert.strictEqual(compareIds("1.1", "1.1"), 0)
  })
})

it("identityKey tells apart what a plain join would not", () => {
  const key = (id: string, normalizedTitle: string) => identityKey({ id: TaskId.make(id), normalizedTitle })
  assert.notStrictEqual(key("1", "1 x"), key("1 1", "x"))
})
