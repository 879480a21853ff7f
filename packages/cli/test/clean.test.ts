/**
 * `devteam clean`: what ended runs left goes, what a run that has not ended may need stays.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { devteam, underTest } from "../../../test/support/devteamCommand.ts"
import { journalsOf } from "../../../test/support/journalOf.ts"
import { makeSample, quickVerify, type Sample } from "../../../test/support/sampleRepository.ts"
import { makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"

const samples: Array<Sample> = []
afterAll(() => samples.forEach((sample) => sample.dispose()))

const make = () => {
  const sample = makeSample()
  samples.push(sample)
  return { ...sample, agent: makeScriptedAgent(sample.directory) }
}

describe("clean", { timeout: 180_000 }, () => {
  const { directory, data, remote, agent } = make()
  const other = make()
  const inData = (...names: ReadonlyArray<string>) => join(data, ...names)
  const run = (url: string, project: string, ...words: ReadonlyArray<string>) =>
    devteam(
      [
        "run",
        url,
        "--project",
        project,
        "--data",
        data,
        ...quickVerify,
        ...words,
        "--agent",
        "command",
        "--",
        agent.program
      ],
      { directory }
    )
  const clean = (...words: ReadonlyArray<string>) =>
    devteam(["clean", "--data", data, ...words], { directory })

  it("has nothing to do where nothing was run", async () => {
    const ended = await clean()
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.match(ended.stdout, /There is nothing to remove/)
    assert.isFalse(existsSync(inData("devteam.sqlite")))
  })

  it("shows what there is, and removes nothing without a yes", async () => {
    assert.strictEqual((await run(remote, "acme/ended")).code, 0)
    assert.strictEqual((await run(other.remote, "acme/active", "--max-tasks", "1")).code, 3)
    const [ended, active] = ["acme/ended", "acme/active"].map(
      (project) => journalsOf(data, project).at(-1)?.executionId ?? ""
    )
    // As a worker that died, or that was told to keep them, leaves them.
    for (const name of [ended ?? "", active ?? "", "strange"]) {
      mkdirSync(inData("work", name), { recursive: true })
      writeFileSync(inData("work", name, "file"), "x".repeat(100_000))
    }
    utimesSync(inData("work", "strange"), 0, 0)
    mkdirSync(inData("work", "young"))
    mkdirSync(inData("cache", "gone-000000000000.git.corrupt-1"))
    const shown = await clean()
    assert.strictEqual(shown.code, 2, shown.stderr)
    assert.match(shown.stderr, /Nothing was removed\. There is no terminal to ask on: add --yes\./)
    assert.match(shown.stdout, new RegExp(`kB +checkouts +acme/ended, execution ${ended}\\n`))
    assert.match(shown.stdout, /kB +home +acme\/ended\n/)
    assert.match(shown.stdout, /kB +scratch +strange\n/)
    assert.match(shown.stdout, /repository copy +gone-000000000000\.git, damaged\n/)
    assert.notMatch(shown.stdout, /active|young/)
    const no = await devteam(["clean", "--data", data], {
      directory,
      entry: underTest,
      env: { DEVTEAM_ANSWER: "" }
    })
    assert.strictEqual(no.code, 0, no.stderr)
    assert.match(no.stderr, /Remove \d+(\.\d)? kB\? \[y\/N\] Nothing was removed\./)
    assert.isTrue(existsSync(inData("work", "strange")))
  })

  it("removes it, says how much that was, and leaves what may be needed", async () => {
    const caches = () => readdirSync(inData("cache")).filter((name) => name.endsWith(".git"))
    const one = await clean("acme/ended", "--yes")
    assert.strictEqual(one.code, 0, one.stderr)
    assert.match(one.stdout, /Freed \d+(\.\d)? kB in /)
    assert.isTrue(existsSync(inData("work", "strange")))
    assert.isFalse(existsSync(inData("homes", "acme+ended")))
    assert.lengthOf(caches(), 2)
    const all = await clean("--yes", "--cache", "--json")
    assert.strictEqual(all.code, 0, all.stderr)
    const { removed, freedBytes, kept } = JSON.parse(all.stdout) as {
      removed: ReadonlyArray<{ kind: string }>
      freedBytes: number
      kept: ReadonlyArray<unknown>
    }
    assert.sameMembers(
      removed.map(({ kind }) => kind),
      ["scratch", "repository copy", "repository copy"]
    )
    assert.isAbove(freedBytes, 100_000)
    assert.deepStrictEqual(kept, [])
    assert.isTrue(existsSync(inData("work", "young")))
    assert.isTrue(existsSync(inData("homes", "acme+active")))
    assert.lengthOf(caches(), 1)
    assert.deepStrictEqual(
      readdirSync(data).filter((name) => name.startsWith("trash")),
      []
    )
    const [again, resumed] = [
      await clean("--yes"),
      await devteam(["resume", "acme/active", "--data", data], { directory })
    ]
    assert.match(again.stdout, /There is nothing to remove .* With --cache/)
    assert.strictEqual(resumed.code, 0, resumed.stderr)
    // What is known of it is not what was in the way.
    const shown = await devteam(["diff", "1.1", "acme/ended", "--data", data], { directory })
    assert.match(shown.stdout, /\+good 1\n/)
  })
})
