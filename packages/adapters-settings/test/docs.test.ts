/** docs/project-settings.md says what is true. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { defaultLimits } from "@devteam/core/model/Limits"
import { durationMs } from "@devteam/core/model/ProjectSettings"
import { templateVariables } from "@devteam/core/prompt/Template"
import { fieldNames } from "@devteam/core/settings/decodeFile"
import { effectiveSettings } from "@devteam/core/settings/effective"
import { settings } from "@devteam/core/testing/given"
import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { longestFile, parse } from "../src/parse.ts"

const page = readFileSync(join(import.meta.dirname, "../../../docs/project-settings.md"), "utf8")

const [, example = ""] = /^```yaml\n([^]*?)^```$/m.exec(page) ?? []

/** The cells of every table row whose first cell is code. */
const rows = [...page.matchAll(/^\| `([^`]+)` \| ([^\n]*) \|$/gm)].map(([, name = "", rest = ""]) => ({
  name,
  cells: rest.split(" | ")
}))

const leaves = fieldNames.filter((name) => !fieldNames.some((other) => other.startsWith(`${name}.`)))

describe("docs/project-settings.md", () => {
  it("its example is valid and has every field", () => {
    const said: Record<string, unknown> = { ...Result.getOrThrow(parse(example)).settings }
    assert.deepStrictEqual(
      Object.keys(said).toSorted(),
      fieldNames.filter((name) => !name.includes(".")).toSorted()
    )
    for (const field of leaves) {
      assert.match(example, new RegExp(`^ *${field.split(".").at(-1)}:`, "m"), field)
    }
    // The control: the test would notice a field that is not there.
    assert.isTrue(Result.isFailure(parse(example.replace("onFailure", "onFail"))))
  })

  it("its table names every field once", () => {
    const named = rows.map(({ name }) => name).filter((name) => fieldNames.includes(name))
    for (const field of leaves) assert.include(named, field)
  })

  it("its defaults are those that apply", () => {
    const applied = Result.getOrThrow(effectiveSettings(settings({ explicit: [] }), {})).settings
    const flat: Record<string, unknown> = {
      requireVerify: applied.requireVerify,
      noChange: applied.noChange,
      onFailure: applied.onFailure,
      delivery: applied.delivery,
      "limits.rounds": defaultLimits.rounds,
      "limits.failedTasks": defaultLimits.failedTasks,
      "limits.agentTime": defaultLimits.agentMs,
      "limits.agentIdleTime": defaultLimits.agentIdleMs,
      "limits.installTime": defaultLimits.installMs,
      "limits.buildTime": defaultLimits.buildMs,
      "limits.maxTaskCost": defaultLimits.taskCostUsd,
      "limits.maxCost": defaultLimits.executionCostUsd
    }
    for (const [field, value] of Object.entries(flat)) {
      const cell = rows.find(({ name }) => name === field)?.cells.at(-1) ?? ""
      const written = cell.replaceAll("`", "")
      assert.strictEqual(String(durationMs(written) ?? written), String(value), field)
    }
  })

  it("its errors are the ones that come", () => {
    const [, errors = ""] = /^```\n(\.devteam\/project\.yaml:[^]*?)^```$/m.exec(page) ?? []
    const text = 'tasklist: a.md\n\nlimits:\n  agentTime: "30"\n'
    const found = Result.getOrThrow(Result.flip(parse(text))).map(
      ({ line, column, message }) => `.devteam/project.yaml:${line}:${column}: ${message}\n`
    )
    assert.strictEqual(errors, found.join(""))
    assert.include(page, `at most ${longestFile} characters`)
  })

  it("it says what every variable of a prompt stands for", () => {
    for (const [name, meaning] of Object.entries(templateVariables)) {
      assert.include(page, `| \`{{${name}}}\` | ${meaning} |`)
    }
  })
})
