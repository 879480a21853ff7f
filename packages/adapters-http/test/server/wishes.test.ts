/** What a client said, what stays from before, and what is left for the project to say. */
import { evolve } from "@devteam/core/execution/evolve"
import { type Execution, initial } from "@devteam/core/execution/State"
import { defaultLimits } from "@devteam/core/model/Limits"
import type { BoundTo, ExecutionSettings } from "@devteam/core/model/Settings"
import { effectiveSettings } from "@devteam/core/settings/effective"
import * as given from "@devteam/core/testing/given"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import type { OperatorShape } from "../../src/server/Operator.ts"
import { type ClientWish, settingsOf } from "../../src/server/wishes.ts"

const url = "https://example.test/acme/shop.git"
const command = { id: "command", argv: ["agent"], env: [] }
const aider = { id: "aider", argv: [], env: [] }
const operator: OperatorShape = {
  version: "1",
  token: undefined,
  hosts: new Set(),
  identity: { name: "Ada", email: "ada@example.test" },
  agents: [command, aider],
  limits: { ...defaultLimits, executionCostUsd: 10 },
  readRepository: () => Effect.die("not asked"),
  allowsRepository: () => true,
  dependencies: []
}

const wish = (more: Partial<ClientWish> = {}, newest?: Execution): ExecutionSettings =>
  Result.getOrThrow(settingsOf({ url, options: {}, ...more }, newest, operator))

/** An execution with these settings, after INITIALIZE made `applied` of them. */
const executionWith = (
  settings: ExecutionSettings,
  applied?: ExecutionSettings,
  boundTo: BoundTo = "service"
) => {
  const events = [
    given.executionRequested({ settings, boundTo }),
    ...(applied === undefined ? [] : [given.initialized({ settings: applied })])
  ]
  const state = events.reduce<Execution | undefined>(
    (folded, event) => evolve(folded ?? initial, { at: given.startedAt, event }),
    undefined
  )
  if (state === undefined) throw new Error("There is no execution.")
  return state
}

describe("the settings of a wish", () => {
  it("names what the client gave, and the operator's caps", () => {
    const said = wish({
      delivery: "branch",
      agent: { model: "m" },
      options: { verify: [["make"]], skip: ["7"], limits: { rounds: 2 }, maxTasks: 3 },
      untilTask: "2"
    })
    assert.deepStrictEqual([...(said.explicit ?? [])].toSorted(), [
      "agent",
      "delivery",
      "limits.rounds",
      "skip",
      "verify"
    ])
    assert.deepStrictEqual(said.caps, { limits: operator.limits, agents: operator.agents })
    assert.strictEqual(said.maxTasks, 3)
    assert.strictEqual(said.untilTask, "2")
    assert.deepStrictEqual(wish().explicit, [])
  })

  it("leaves the rest to the project, within the caps", () => {
    const { settings } = Result.getOrThrow(
      effectiveSettings(wish({ options: { verify: [["make"]] } }), {
        agent: { id: "aider" },
        verify: [["other"]],
        noChange: "accept",
        limits: { executionCostUsd: 100, rounds: 1 }
      })
    )
    assert.deepStrictEqual(settings.agent, aider)
    assert.deepStrictEqual(settings.verify, [["make"]])
    assert.strictEqual(settings.noChange, "accept")
    assert.strictEqual(settings.limits.executionCostUsd, 10)
    assert.strictEqual(settings.limits.rounds, 1)
  })

  it("keeps what a client said before, and not what the project said", () => {
    const asked = wish({ options: { noChange: "accept", branch: "next" }, agent: { id: "aider" } })
    const applied: ExecutionSettings = { ...asked, verify: [["from", "the", "file"]], onFailure: "stop" }
    const later = wish({}, executionWith(asked, applied))
    assert.deepStrictEqual([...(later.explicit ?? [])].toSorted(), ["agent", "noChange"])
    assert.strictEqual(later.noChange, "accept")
    assert.strictEqual(later.agent.id, "aider")
    assert.strictEqual(later.repository.target, "next")
    assert.isUndefined(later.verify)
    assert.strictEqual(later.onFailure, "continue")
  })

  it("keeps everything of an execution from before projects had settings", () => {
    const { explicit: _, caps: _caps, ...old } = wish({ options: { verify: [["make"]] } })
    const later = wish({}, executionWith({ ...old, noChange: "accept" }))
    assert.deepStrictEqual(later.verify, [["make"]])
    assert.include(later.explicit ?? [], "verify")
    assert.include(later.explicit ?? [], "noChange")
  })

  it("keeps nothing of a person's execution", () => {
    const asked = wish({ options: { noChange: "accept", branch: "next" } })
    const later = wish({}, executionWith(asked, undefined, "cli"))
    assert.deepStrictEqual(later.explicit, [])
    assert.deepStrictEqual(later.repository, { url })
  })
})
