import { assert, describe, it } from "@effect/vitest"
import { identityKey, normalizeTitle } from "../../src/tasks/identity.ts"
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

it("identityKey tells apart what a plain join would not", () => {
  const key = (id: string, normalizedTitle: string) => identityKey({ id: TaskId.make(id), normalizedTitle })
  assert.notStrictEqual(key("1", "1 x"), key("1 1", "x"))
})
