/** Whose settings win. */
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { defaultLimits } from "../../src/model/Limits.ts"
import type { ProjectSettings } from "../../src/model/ProjectSettings.ts"
import type { AgentSettings, ExecutionSettings } from "../../src/model/Settings.ts"
import { effectiveSettings } from "../../src/settings/effective.ts"
import { settings } from "../../src/testing/given.ts"

const aider: AgentSettings = { id: "aider", argv: [], env: ["OPENAI_API_KEY"], model: "gpt-5" }
const caps = {
  limits: { ...defaultLimits, executionCostUsd: 20, rounds: 3 },
  agents: [settings().agent, aider]
}

const file = {
  taskList: "todo.md",
  granularity: "leaf" as const,
  prepare: [["npm", "ci"]],
  verify: [["make"]],
  requireVerify: true,
  noChange: "accept" as const,
  onFailure: "stop" as const,
  delivery: "branch" as const,
  skip: ["7"],
  limits: { rounds: 2, executionCostUsd: 100 }
} satisfies ProjectSettings

const all = [
  "taskList",
  "granularity",
  "agent",
  "prepare",
  "verify",
  "requireVerify",
  "noChange",
  "onFailure",
  "delivery",
  "skip",
  "limits.rounds",
  "limits.executionCostUsd"
]

const applied = (given: Partial<ExecutionSettings>, project: ProjectSettings) => {
  const { settings: result } = Result.getOrThrow(
    effectiveSettings(settings({ explicit: [], ...given }), project)
  )
  const { explicit: _, caps: _caps, ...rest } = result
  return rest
}

describe("effective settings", () => {
  it("the file's over the defaults", () => {
    assert.deepStrictEqual(applied({}, file), {
      ...settings(),
      ...file,
      limits: { ...defaultLimits, rounds: 2, executionCostUsd: 100 }
    })
  })

  for (const name of all) {
    it(`the caller's ${name} over the file's, and nothing else of the caller's`, () => {
      const result: Record<string, unknown> = applied({ explicit: [name] }, file)
      const expected: Record<string, unknown> = { ...applied({}, file) }
      const own: Record<string, unknown> = { ...settings() }
      const limit = name.startsWith("limits.") ? name.slice("limits.".length) : undefined
      if (limit !== undefined) {
        expected["limits"] = { ...(expected["limits"] as object), [limit]: defaultLimits[limit as "rounds"] }
      } else if (name in own) expected[name] = own[name]
      else delete expected[name]
      assert.deepStrictEqual(result, expected)
    })
  }

  it("everything is the caller's where the caller says so, or says nothing of it", () => {
    assert.deepStrictEqual(applied({ explicit: all }, { ...file, agent: { id: "aider" } }), settings())
    const { explicit: _, ...old } = settings()
    assert.deepStrictEqual(Result.getOrThrow(effectiveSettings(old, file)).settings, old)
  })

  it("applying them twice changes nothing more", () => {
    const once = Result.getOrThrow(effectiveSettings(settings({ explicit: ["noChange"] }), file)).settings
    assert.deepStrictEqual(Result.getOrThrow(effectiveSettings(once, file)).settings, once)
  })

  it("an operator's limits cap the file's, and the caller hears of it", () => {
    const { settings: result, warnings } = Result.getOrThrow(
      effectiveSettings(settings({ explicit: [], caps }), file)
    )
    assert.strictEqual(result.limits.executionCostUsd, 20)
    assert.strictEqual(result.limits.rounds, 2)
    assert.deepStrictEqual(warnings, ["limits.maxCost is above what this service allows, which applies."])
    // The control: without an operator the file's limit applies.
    assert.strictEqual(applied({}, file).limits.executionCostUsd, 100)
  })

  const agents: ReadonlyArray<{
    readonly what: string
    readonly agent: NonNullable<ProjectSettings["agent"]>
    readonly service: boolean
    readonly comes: AgentSettings | readonly [field: string, message: RegExp]
  }> = [
    { what: "offered", agent: { id: "aider" }, service: true, comes: aider },
    {
      what: "offered, with a model",
      agent: { id: "aider", model: "m" },
      service: true,
      comes: { ...aider, model: "m" }
    },
    {
      what: "not offered",
      agent: { id: "robot" },
      service: true,
      comes: ["agent.id", /Offered: command, aider/]
    },
    {
      what: "a program",
      agent: { id: "aider", argv: ["sh"] },
      service: true,
      comes: ["agent.argv", /that its operator named/]
    },
    {
      what: "variables",
      agent: { id: "aider", env: ["HOME"] },
      service: true,
      comes: ["agent.env", /that its operator|what its operator/]
    },
    {
      what: "a program",
      agent: { id: "command", argv: ["my-agent"] },
      service: false,
      comes: { id: "command", argv: ["my-agent"], env: [] }
    },
    {
      what: "an absolute program",
      agent: { id: "command", argv: ["/opt/a"] },
      service: false,
      comes: { id: "command", argv: ["/opt/a"], env: [] }
    },
    {
      what: "a relative program",
      agent: { id: "command", argv: ["./a"] },
      service: false,
      comes: ["agent.argv", /is relative/]
    }
  ]
  for (const { what, agent, service, comes } of agents) {
    it(`an agent of the file, ${what}, ${service ? "in a service" : "for a person"}`, () => {
      const given = settings({ explicit: [], ...(service ? { caps } : {}) })
      const result = effectiveSettings(given, { agent })
      if ("id" in comes) {
        assert.deepStrictEqual(Result.getOrThrow(result).settings.agent, comes)
        return
      }
      const [refused] = Result.getOrThrow(Result.flip(result))
      assert.strictEqual(refused?.field, comes[0])
      assert.match(refused?.message ?? "", comes[1])
    })
  }

  it("a delivery to this machine is not to be begun or left by a file", () => {
    const refused = (given: Partial<ExecutionSettings>) =>
      Result.getOrThrow(
        Result.flip(effectiveSettings(settings({ explicit: [], ...given }), { delivery: "local" }))
      )[0]
    assert.match(refused({})?.message ?? "", /--deliver local/)
    assert.match(refused({ caps })?.message ?? "", /A service delivers to main or branch/)
    assert.strictEqual(applied({ delivery: "local" }, { delivery: "main" }).delivery, "local")
    assert.strictEqual(applied({ explicit: ["delivery"] }, { delivery: "local" }).delivery, "main")
  })
})
