/** docs/agent-episodes.md is what the episodes of test/episodes say, and they say enough. */
import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { episodesPage, episodesPath } from "../../../../scripts/agentEpisodes.ts"
import { episodes } from "../../../../test/episodes/table.ts"

describe("docs/agent-episodes.md", () => {
  it("is current (else: npm run docs)", () => {
    assert.strictEqual(readFileSync(episodesPath, "utf8"), episodesPage())
  })

  it("has each behaviour once, and forty of them at least", () => {
    const names = episodes.map(({ behaviour }) => behaviour)
    assert.strictEqual(new Set(names).size, names.length)
    assert.isAtLeast(names.length, 40)
  })

  it("gives the reason wherever something did not end well", () => {
    const silent = episodes.filter(({ execution, says }) => execution !== "completed" && says === undefined)
    assert.deepStrictEqual(
      silent.map(({ behaviour }) => behaviour),
      []
    )
  })
})
