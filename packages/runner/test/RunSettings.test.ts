/** What a caller gave, and what is only a default: the project's own settings replace the one and not the other. */
import { assert, describe, it } from "@effect/vitest"
import { explicitOf, toSettings } from "../src/RunSettings.ts"

const run = {
  url: "https://example.test/acme/shop.git",
  agent: { id: "aider", argv: [], env: [] },
  identity: { name: "Ada", email: "ada@example.test" }
}

describe("the settings of a run", () => {
  it("names what was given, also where it is what a default would be", () => {
    assert.deepStrictEqual(toSettings(run).explicit, ["agent"])
    const said = { ...run, noChange: "hold", verify: undefined, skip: [], limits: { rounds: 3 } } as const
    assert.deepStrictEqual(toSettings(said).explicit, ["agent", "noChange", "skip", "limits.rounds"])
  })

  it("takes another's word for what was given", () => {
    const { agent, ...said } = { ...run, delivery: "branch" } as const
    const settings = toSettings({ ...said, agent, explicit: explicitOf(said) })
    assert.deepStrictEqual(settings.explicit, ["delivery"])
    assert.deepStrictEqual(settings.agent, agent)
    assert.notProperty(settings, "caps")
  })
})
