import { assert, it } from "@effect/vitest"
import { attribute, baselineKey, type TreeOutcome } from "../../src/verification/Attribution.ts"

it("blames by candidate and base, and asks for the base only at a red", () => {
  const table: ReadonlyArray<readonly [TreeOutcome, TreeOutcome | undefined, string]> = [
    ["passed", undefined, "clean"],
    ["passed", "passed", "clean"],
    ["passed", "unverified", "clean"],
    ["passed", "failed", "fixed"],
    ["unverified", undefined, "clean"],
    ["unverified", "failed", "clean"],
    ["failed", undefined, "BuildBase"],
    ["failed", "passed", "regressed"],
    ["failed", "unverified", "regressed"],
    ["failed", "failed", "baseline_broken"]
  ]
  for (const [candidate, base, expected] of table) {
    const step = attribute(candidate, base)
    assert.strictEqual(step._tag === "Attributed" ? step.attribution : step._tag, expected)
  }
})

it("keys a base by tree, commands and Node, and confuses no two", () => {
  const input = { tree: "a1", commands: [["npm", "ci"]], node: "v24.0.0" }
  assert.strictEqual(baselineKey(input), baselineKey({ ...input }))
  const others = [
    { ...input, tree: "a2" },
    { ...input, node: "v22.0.0" },
    { ...input, commands: [["npm ci"]] },
    { ...input, commands: [["npm"], ["ci"]] }
  ]
  assert.strictEqual(new Set([input, ...others].map(baselineKey)).size, others.length + 1)
})
