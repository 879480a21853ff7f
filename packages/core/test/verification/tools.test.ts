/** What is said of a program that verification needs and that is missing or of the wrong kind. */
import { assert, describe, it } from "@effect/vitest"
import { brokenTool, missingTool, type NeededTool, unfitTool } from "../../src/verification/tools.ts"

const tool = (manager: NeededTool["manager"], because: string, isCertain = true): NeededTool => ({
  manager,
  program: manager === "berry" ? "yarn" : manager,
  because,
  isCertain
})

describe("a package manager that is not there", () => {
  it("is named with what needs it, and with what to do", () => {
    const pnpm = missingTool(tool("pnpm", "pnpm-lock.yaml"))
    for (const words of ["pnpm-lock.yaml", "npm install -g pnpm", "corepack enable pnpm", "--verify"])
      assert.include(pnpm, words)
    assert.include(missingTool(tool("bun", "bun.lock")), "npm install -g bun")
    assert.include(missingTool(tool("yarn", "yarn.lock")), "npm install -g yarn@1")
    assert.include(missingTool(tool("berry", "packageManager yarn@4.1.0")), "corepack enable yarn")
    assert.include(brokenTool(tool("berry", "yarn.lock"), "no such version"), "It said:\nno such version")
  })
})

describe("a Yarn of the wrong kind", () => {
  it("is found by its version", () => {
    assert.include(unfitTool(tool("berry", "yarn.lock"), "1.22.22"), "the yarn of this machine is 1.22.22")
    assert.include(unfitTool(tool("yarn", "yarn.lock"), "4.1.0"), "installed with Yarn 1")
  })

  it("is none where it fits, or where nothing says which it is", () => {
    for (const [needed, version] of [
      [tool("berry", "yarn.lock"), "4.1.0"],
      [tool("yarn", "yarn.lock"), "1.22.22"],
      [tool("yarn", "package.json", false), "4.1.0"],
      [tool("pnpm", "pnpm-lock.yaml"), "10.1.0"],
      [tool("berry", "yarn.lock"), "who knows"]
    ] as const)
      assert.isUndefined(unfitTool(needed, version))
  })
})
