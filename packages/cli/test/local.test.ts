/**
 * Deliveries into the repository itself: nothing leaves the machine, and the work tree is never touched.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { appendFileSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { commitsOf, fileAt, git } from "../../../test/support/bareRemote.ts"
import { devteam } from "../../../test/support/devteamCommand.ts"
import { makeSample, quickVerify, type Sample } from "../../../test/support/sampleRepository.ts"
import { makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"

const samples: Array<Sample> = []
afterAll(() => samples.forEach((sample) => sample.dispose()))

/** A clone of a sample with changes of every kind: staged, unstaged, untracked, removed. */
const setUp = () => {
  const sample = makeSample()
  samples.push(sample)
  const { directory, data, remote } = sample
  const agent = makeScriptedAgent(directory)
  const clone = join(directory, "clone")
  git(directory, "clone", "--quiet", remote, clone)
  writeFileSync(join(clone, "staged.txt"), "staged\n")
  git(clone, "add", "staged.txt")
  appendFileSync(join(clone, "package.json"), "\n")
  writeFileSync(join(clone, "untracked.txt"), "mine\n")
  rmSync(join(clone, "package-lock.json"))
  const run = (...words: ReadonlyArray<string>) =>
    devteam(
      ["run", clone, "--data", data, ...quickVerify, ...words, "--agent", "command", "--", agent.program],
      { directory }
    )
  const call = (...words: ReadonlyArray<string>) =>
    devteam([...words, "--data", data], { directory, cwd: clone })
  return { ...sample, agent, clone, run, call }
}

/** The bytes, modes and times of every file of the work tree, and of what git knows of it. */
const snapshot = (clone: string): Readonly<Record<string, string>> => {
  const own = ["index", "HEAD", "config", "refs/heads/main", "logs/HEAD"].map((name) =>
    join(clone, ".git", name)
  )
  const files = readdirSync(clone, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(clone, path).startsWith(".git"))
  return Object.fromEntries(
    [...files, ...own].map((path) => {
      const { mode, mtimeMs, isDirectory } = ((stat) => ({
        mode: stat.mode,
        mtimeMs: stat.mtimeMs,
        isDirectory: stat.isDirectory()
      }))(lstatSync(path))
      const bytes = isDirectory ? "" : createHash("sha256").update(readFileSync(path)).digest("hex")
      return [relative(clone, path), `${mode} ${isDirectory ? "" : mtimeMs} ${bytes}`]
    })
  )
}

const branchesOf = (repository: string): ReadonlyArray<string> =>
  git(repository, "for-each-ref", "--format=%(refname:short)", "refs/heads").trim().split("\n")

describe("a local delivery", { timeout: 120_000 }, () => {
  it("makes a branch in the clone itself, and touches neither its origin nor a dirty work tree", async () => {
    const { remote, clone, run, call } = setUp()
    const before = snapshot(clone)
    const refs = git(remote, "for-each-ref")
    const ended = await run("--deliver", "local", "--task", "1.1")
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.deepStrictEqual(snapshot(clone), before)
    assert.strictEqual(git(remote, "for-each-ref"), refs)
    const [branch = "", ...rest] = branchesOf(clone).filter((name) => name !== "main")
    assert.match(branch, /^devteam\/\d{8}-[0-9a-f]+$/)
    assert.deepStrictEqual(rest, [])
    assert.deepStrictEqual(
      commitsOf(clone, branch).flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? []),
      ["1.1"]
    )
    // It began at what is committed, not at what lies there.
    assert.notInclude(git(clone, "ls-tree", "--name-only", branch), "staged.txt")
    assert.include(ended.stderr, `remote   this repository, ${clone}  main @ `)
    assert.include(ended.stderr, `git -C ${clone} log --stat main..${branch}`)
    assert.include(ended.stderr, `git -C ${clone} merge ${branch}`)

    // The next run goes on with it: nothing is paid for twice.
    const more = await run("--deliver", "local", "--task", "1.1", "--task", "1.2")
    assert.strictEqual(more.code, 0, more.stderr)
    assert.include(more.stderr, `to ${branch}, which is not merged yet      (--fresh begins a new branch)`)
    assert.include(fileAt(clone, branch, "tasks.md"), "- [x] 1.2")
    assert.lengthOf(commitsOf(clone, branch), 3)
    const fresh = await run("--deliver", "local", "--fresh", "--task", "1.2")
    assert.strictEqual(fresh.code, 0, fresh.stderr)
    assert.lengthOf(branchesOf(clone), 3)
    assert.deepStrictEqual(snapshot(clone), before)
    const status = await call("status", ".")
    assert.match(status.stdout, /execution \S+ to devteam\/\S+ on this machine, from main/)
  })

  it("is what a repository without an origin gets", async () => {
    const { clone, run } = setUp()
    git(clone, "remote", "remove", "origin")
    const before = snapshot(clone)
    const refused = await run("--deliver", "main", "--task", "1.1")
    assert.strictEqual(refused.code, 2, refused.stderr)
    assert.match(refused.stderr, /no remote named origin[^]*--deliver local/)
    const shown = await run("--dry-run")
    assert.match(shown.stdout, /^deliver {2}commit each verified task to a branch devteam\/… here/m)
    const ended = await run("--deliver", "local", "--task", "1.1")
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.lengthOf(branchesOf(clone), 2)
    assert.deepStrictEqual(snapshot(clone), before)
    git(clone, "checkout", "--quiet", "--detach")
    const detached = await run("--deliver", "local")
    assert.strictEqual(detached.code, 2, detached.stderr)
    assert.match(detached.stderr, /No branch is checked out[^]*--target <branch>/)
  })
})
