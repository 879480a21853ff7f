import { assert, describe, it } from "@effect/vitest"
import { commandPlan } from "../../src/verification/CommandPlan.ts"

const manifest = (more: object = {}) =>
  JSON.stringify({ name: "shop", dependencies: { a: "1.0.0" }, ...more })
const building = manifest({ scripts: { build: "tsc" } })

const planOf = (
  packageJson: string | undefined,
  paths: ReadonlyArray<string> = [],
  verify?: ReadonlyArray<ReadonlyArray<string>>
) => commandPlan({ packageJson, paths: ["package.json", ...paths], verify })

const argvs = (plan: ReturnType<typeof planOf>) => plan.commands.map((command) => command.argv.join(" "))

describe("command plan", () => {
  it("goes by the lockfile", () => {
    const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
      ["package-lock.json", ["npm ci", "npm run build"]],
      ["npm-shrinkwrap.json", ["npm ci", "npm run build"]],
      ["pnpm-lock.yaml", ["pnpm install --frozen-lockfile", "pnpm run build"]],
      ["yarn.lock", ["yarn install --frozen-lockfile", "yarn run build"]]
    ]
    for (const [lockfile, expected] of cases) {
      const plan = planOf(building, [lockfile])
      assert.deepStrictEqual(argvs(plan), expected)
      assert.isFalse(plan.unlocked || plan.unverified)
      assert.deepStrictEqual([...plan.warnings, ...plan.problems], [])
    }
    assert.deepStrictEqual(
      planOf(building, ["package-lock.json"]).commands.map((command) => command.kind),
      ["install", "build"]
    )
  })

  it("a lockfile somewhere else is none", () => {
    const plan = planOf(building, ["examples/package-lock.json"])
    assert.deepStrictEqual(argvs(plan), ["npm install --no-package-lock", "npm run build"])
    assert.isTrue(plan.unlocked)
  })

  it("is not unlocked where there is nothing to lock", () => {
    const plan = planOf(JSON.stringify({ scripts: { build: "node build.js" } }))
    assert.deepStrictEqual(argvs(plan), ["npm install --no-package-lock", "npm run build"])
    assert.isFalse(plan.unlocked)
  })

  it("says which of several lockfiles it uses; packageManager decides", () => {
    const both = planOf(building, ["yarn.lock", "package-lock.json"])
    assert.deepStrictEqual(argvs(both), ["npm ci", "npm run build"])
    assert.include(both.warnings[0], "yarn.lock is not")
    const named = planOf(manifest({ scripts: { build: "x" }, packageManager: "yarn@1.22.0" }), [
      "yarn.lock",
      "package-lock.json"
    ])
    assert.deepStrictEqual(argvs(named)[1], "yarn run build")
    const unlocked = planOf(manifest({ scripts: { build: "x" }, packageManager: "pnpm@9.0.0" }))
    assert.deepStrictEqual(argvs(unlocked), ["pnpm install --no-lockfile", "pnpm run build"])
    assert.isTrue(unlocked.unlocked)
    assert.include(planOf(building, ["bun.lock"]).warnings[0], "bun.lock")
  })

  it("is unverified without a build script, and installs only what there is to install", () => {
    for (const scripts of [undefined, {}, { build: " " }, { build: 1 }, "tsc"]) {
      const plan = planOf(manifest({ scripts }), ["package-lock.json"])
      assert.isTrue(plan.unverified)
      assert.deepStrictEqual(argvs(plan), ["npm ci"])
    }
    const empty = planOf(JSON.stringify({ name: "shop", dependencies: {} }))
    assert.deepStrictEqual(empty, {
      commands: [],
      unlocked: false,
      unverified: true,
      warnings: [],
      problems: []
    })
    assert.deepStrictEqual(argvs(planOf(JSON.stringify({ workspaces: ["a"] }))), [
      "npm install --no-package-lock"
    ])
  })

  it("runs nothing without a package.json", () => {
    assert.deepStrictEqual(argvs(planOf(undefined, ["package-lock.json"])), [])
    assert.isTrue(planOf(undefined).unverified)
  })

  it("names what is wrong with a package.json", () => {
    for (const text of ["{ scripts: }", "", "[]", "null", '"x"']) {
      const plan = planOf(text)
      assert.match(plan.problems[0] ?? "", /^package\.json cannot be read: .+/)
      assert.isFalse(plan.unverified)
    }
    assert.deepStrictEqual(planOf(`\uFEFF${building}`).problems, [])
  })

  it("own commands replace everything, and their installs count as installs", () => {
    const plan = planOf(
      "{ broken",
      ["package-lock.json"],
      [
        ["npm", "ci"],
        ["npm", "test"],
        ["make", "check"]
      ]
    )
    assert.deepStrictEqual(
      plan.commands.map((command) => `${command.name} ${command.kind} ${command.argv.join(" ")}`),
      ["verify-1 install npm ci", "verify-2 build npm test", "verify-3 build make check"]
    )
    assert.isFalse(plan.unverified)
    assert.isTrue(planOf(building, [], []).unverified)
    assert.isTrue(planOf(building, [], [["yarn"]]).unverified)
    assert.include(planOf(building, [], [["make"], []]).problems[0], "command 2")
  })
})
