/**
 * What verification says of projects as they are found: without a lockfile, without a build, without the tools, and
 * with a base that is red before anybody touched it.
 */
import { afterEach, assert, describe, it } from "@effect/vitest"
import { commitFiles } from "../push/support/world.ts"
import { commitsOf, git } from "../support/bareRemote.ts"
import {
  bareTools,
  callsOf,
  execute,
  makeProject,
  type Project,
  type Rested,
  resume,
  skip
} from "./support/execution.ts"
import { packageManager } from "./support/packageManagers.ts"

const list = "- [ ] 1. Write a word\n"
const twoTasks = { "tasks.md": `${list}- [ ] 2. Write another word\n` }
const timeout = 180_000
const agent = `echo word > "word-$DEVTEAM_TASK_ID.txt"`

const one = {
  "one/package.json": JSON.stringify({ name: "one", version: "1.0.0" }),
  "one/index.js": "module.exports = 1\n",
  ".gitignore": "node_modules\n"
}
const manifest = (more: object) => JSON.stringify({ name: "shop", version: "1.0.0", private: true, ...more })
const dependencies = { one: "file:./one" }

const made: Array<Project> = []
const project = (files: Readonly<Record<string, string>>, script = agent): Project => {
  const fresh = makeProject({ "tasks.md": list, ...files }, script)
  made.push(fresh)
  return fresh
}
afterEach(() => made.splice(0).forEach(({ dispose }) => dispose()))

const warningsAtStart = ({ events }: Rested): string =>
  events.flatMap((event) => (event._tag === "Initialized" ? event.warnings : [])).join("\n")

const trailers = ({ remote }: Project): ReadonlyArray<string | undefined> =>
  commitsOf(remote, "main").map((commit) => commit.trailers["DevTeam-Verify"])

const eventNames = ({ events }: Rested, tag: string): number =>
  events.filter((event) => event._tag === tag).length

describe("a project without a lockfile", { timeout }, () => {
  it("is installed without making one, and said to be unlocked", async () => {
    const build = { scripts: { build: "node -e \"require('one')\"" }, dependencies }
    const shop = project({ ...one, "package.json": manifest(build) })
    const rested = await execute(shop)
    assert.strictEqual(rested.state.status, "completed", JSON.stringify(rested.state.error))
    const receipt = rested.receipts["1"]
    assert.deepStrictEqual(
      receipt?.commands.map(({ argv }) => argv.join(" ")),
      ["npm install --no-package-lock", "npm run build"]
    )
    assert.deepInclude(receipt, { outcome: "passed", unlocked: true, filesModified: ["word-1.txt"] })
    assert.notInclude(git(shop.remote, "ls-tree", "-r", "--name-only", "main"), "package-lock.json")
  })
})

describe("a project that nothing verifies", { timeout }, () => {
  const cases: ReadonlyArray<{
    readonly what: string
    readonly files: Readonly<Record<string, string>>
    readonly says: RegExp
    readonly commands: ReadonlyArray<string>
  }> = [
    {
      what: "no package.json",
      files: { "main.py": "print(1)\n" },
      says: /there is no package\.json\. Name .*--verify/,
      commands: []
    },
    {
      what: "package.json in folders only",
      files: {
        "api/package.json": manifest({ scripts: { build: "true" } }),
        "web/package.json": manifest({ scripts: { build: "true" } })
      },
      says: /no package\.json at the root, only api\/package\.json, web\/package\.json\. Name .*--verify/,
      commands: []
    },
    {
      what: "no build script",
      files: { ...one, "package.json": manifest({ scripts: { test: "true" }, dependencies }) },
      says: /package\.json has no build script\. Add one \(it is run as `npm run build`\)/,
      commands: ["npm install --no-package-lock"]
    }
  ]
  for (const { commands, files, says, what } of cases) {
    it(`${what}: it is said before anything is paid for, and in receipt and commit`, async () => {
      const shop = project(files)
      const rested = await execute(shop)
      assert.strictEqual(rested.state.status, "completed", JSON.stringify(rested.state.error))
      assert.match(warningsAtStart(rested), says)
      assert.strictEqual(rested.receipts["1"]?.outcome, "unverified")
      assert.deepStrictEqual(
        rested.receipts["1"]?.commands.map(({ argv }) => argv.join(" ")),
        commands
      )
      assert.deepStrictEqual(trailers(shop), [undefined, "unverified"])
    })
  }

  it("is held where verification is required, with the reason, and nothing is pushed", async () => {
    const shop = project({ "package.json": manifest({}) })
    const before = git(shop.remote, "rev-parse", "main")
    const rested = await execute(shop, { requireVerify: true })
    assert.strictEqual(rested.state.pause?.reason, "held")
    for (const outcome of rested.state.outcomes) {
      assert.deepInclude(outcome, { outcome: "held", reason: "unverified" })
      assert.match(outcome.message ?? "", /no build script.*It is held, because verification is required\.$/)
    }
    assert.strictEqual(git(shop.remote, "rev-parse", "main"), before)
  })

  it("is verified as soon as a task adds a build: the next one is built", async () => {
    const script = `case $DEVTEAM_TASK_ID in
1) echo '${manifest({ scripts: { build: "test ! -e broken" } })}' > package.json ;;
2) if [ "$DEVTEAM_ROUND" = 1 ]; then touch broken; else rm -f broken; echo word > word.txt; fi ;;
esac`
    const shop = project({ ...twoTasks, "README.md": "A shop.\n" }, script)
    const rested = await execute(shop, { requireVerify: true })
    assert.strictEqual(rested.state.status, "completed", JSON.stringify(rested.state.pause))
    assert.deepInclude(rested.receipts["1"], { outcome: "passed", attribution: "clean" })
    assert.deepInclude(rested.receipts["2"], { outcome: "passed", rounds: 2 })
  })
})

describe("a machine without what verification needs", { timeout }, () => {
  const lockfiles: ReadonlyArray<readonly [string, RegExp]> = [
    [
      "pnpm-lock.yaml",
      /installed with pnpm \(pnpm-lock\.yaml\).*`npm install -g pnpm`, or `corepack enable pnpm`/
    ],
    ["yarn.lock", /installed with Yarn 1 \(yarn\.lock\).*`npm install -g yarn@1`/],
    ["bun.lock", /installed with bun \(bun\.lock\), and there is no bun .*`npm install -g bun`/]
  ]
  for (const [lockfile, says] of lockfiles) {
    it(`${lockfile}: the execution ends before anything is paid for, and says what to install`, async () => {
      const shop = project({
        "package.json": manifest({ scripts: { build: "true" } }),
        [lockfile]: lockfile === "yarn.lock" ? "# yarn lockfile v1\n" : "lockfileVersion: '9.0'\n"
      })
      const rested = await execute(shop, {}, { only: bareTools(shop) })
      assert.deepInclude(rested.state.error, { reason: "environment" })
      assert.match(rested.state.error?.message ?? "", says)
      assert.match(rested.state.error?.message ?? "", /--verify/)
      assert.strictEqual(callsOf(shop), 0)
    })
  }

  it("a verify command whose program is missing is found as well; one of the repository's own is not looked for", async () => {
    const shop = project({})
    const missing = await execute(shop, { verify: [["no-such-checker", "--all"]] })
    assert.deepInclude(missing.state.error, { reason: "environment" })
    assert.match(missing.state.error?.message ?? "", /"no-such-checker --all" needs no-such-checker/)
    assert.strictEqual(callsOf(shop), 0)
    const script = `printf '#!/bin/sh\\ntest -e word.txt\\n' > check.sh; chmod +x check.sh; echo $DEVTEAM_TASK_ID > word.txt`
    const own = await execute(project({}, script), { verify: [["./check.sh"]] })
    assert.strictEqual(own.state.status, "completed", JSON.stringify(own.state.error))
    assert.strictEqual(own.receipts["1"]?.outcome, "passed")
  })

  it("a Yarn of the wrong kind is found by its version", async (context) => {
    const found = await packageManager("yarn1")
    if ("missing" in found) return context.skip(found.missing)
    const berry = "__metadata:\n  version: 8\n"
    const shop = project({ "package.json": manifest({ scripts: { build: "true" } }), "yarn.lock": berry })
    const rested = await execute(shop, {}, [found.bin])
    assert.match(
      rested.state.error?.message ?? "",
      /with Yarn 2 or later \(yarn\.lock\), and the yarn of this machine is 1\.22\.22\..*corepack enable yarn/
    )
    const named = manifest({ scripts: { build: "true" }, packageManager: "yarn@4.1.0" })
    const refused = await execute(project({ "package.json": named }), {}, [found.bin])
    assert.match(
      refused.state.error?.message ?? "",
      /\(packageManager yarn@4\.1\.0\), and the yarn of this machine is 1/
    )
    assert.strictEqual(callsOf(shop), 0)
  })
})

describe("a base that is red", { timeout }, () => {
  const build = { "package.json": manifest({ scripts: { build: "test ! -e broken.txt" } }) }
  const script = `case $DEVTEAM_TASK_ID in
1) echo word > word.txt ;;
2) rm -f broken.txt; echo word > another.txt ;;
esac`
  const broken = { ...twoTasks, ...build, "broken.txt": "broken\n" }

  it("pauses the execution, naming the command; once it is mended, resume delivers what was made", async () => {
    const shop = project(broken, script)
    const paused = await execute(shop)
    assert.deepInclude(paused.state.pause, { reason: "baseline_broken" })
    assert.match(paused.state.pause?.message ?? "", /^npm run build: The command failed/)
    assert.strictEqual(callsOf(shop), 1, "the second task would have been paid for in vain")
    assert.lengthOf(trailers(shop), 1)

    const again = await resume(shop, paused)
    assert.deepInclude(again.state.pause, { reason: "baseline_broken" })
    assert.strictEqual(callsOf(shop), 1)

    commitFiles(shop.remote, { "package.json": manifest({ scripts: { build: "true" } }) }, "Mend the build\n")
    const done = await resume(shop, again)
    assert.strictEqual(done.state.status, "completed", JSON.stringify(done.state.pause))
    assert.strictEqual(callsOf(shop), 2)
    assert.strictEqual(eventNames(done, "RoundSpent"), 0)
    assert.strictEqual(done.receipts["1"]?.attribution, "clean")
  })

  it("a change that mends it is a success, and is said to have", async () => {
    const shop = project(broken, script)
    const paused = await execute(shop)
    assert.deepInclude(paused.state.pause, { reason: "baseline_broken" })
    await skip(shop, paused, { id: "1", title: "Write a word" })
    const rested = await resume(shop, paused)
    assert.deepInclude(rested.receipts["2"], { outcome: "passed", attribution: "fixed" })
    assert.notInclude(git(shop.remote, "ls-tree", "--name-only", "main"), "broken.txt")
    assert.deepStrictEqual(
      rested.state.outcomes.map(({ outcome, taskId }) => `${taskId} ${outcome}`),
      ["1 skipped", "2 completed"]
    )
  })
})
