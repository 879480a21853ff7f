/**
 * The commands that only look: doctor, tasks, status, and which project is meant.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { createBareRepository, startGitHttpServer } from "../../adapters-git/test/support/GitHttpServer.ts"
import { git } from "../../../test/support/bareRemote.ts"
import { devteam } from "../../../test/support/devteamCommand.ts"
import { makeSample, quickVerify } from "../../../test/support/sampleRepository.ts"
import { makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"

const sample = makeSample()
const { directory, remote, data } = sample
const agent = makeScriptedAgent(directory)
afterAll(sample.dispose)

const call = (words: ReadonlyArray<string>, cwd = directory) =>
  devteam([...words, "--data", data], { directory, cwd })
const run = (...words: ReadonlyArray<string>) =>
  devteam(
    ["run", remote, "--data", data, ...quickVerify, ...words, "--agent", "command", "--", agent.program],
    { directory }
  )

describe("looking on", () => {
  it("doctor finds everything, and leaves nothing on the remote", async () => {
    const before = git(remote, "for-each-ref")
    const ended = await call(["doctor", remote])
    assert.strictEqual(ended.code, 0, ended.stdout)
    for (const check of [
      "node",
      "git",
      "npm",
      "data directory",
      "disk",
      "database",
      "sandbox",
      "commit author",
      "credentials",
      "remote",
      "push"
    ]) {
      assert.match(ended.stdout, new RegExp(`^✓ ${check}: `, "m"))
    }
    assert.strictEqual(git(remote, "for-each-ref"), before)
  })

  it("doctor ends with 5 and says what to do", async () => {
    mkdirSync(join(directory, "empty.git"))
    git(directory, "init", "--quiet", "--bare", "empty.git")
    const ended = await devteam(["doctor", "empty.git", "--json", "--data", data], {
      directory,
      anonymous: true
    })
    assert.strictEqual(ended.code, 5)
    const { ok, findings } = JSON.parse(ended.stdout) as {
      ok: boolean
      findings: ReadonlyArray<{ check: string; status: string }>
    }
    assert.isFalse(ok)
    const problems = findings.filter(({ status }) => status === "problem").map(({ check }) => check)
    assert.deepStrictEqual(problems, ["commit author", "remote"])
  })

  it("doctor says whose credentials git has for a remote, and what to do where it has none", async () => {
    const served = join(directory, "served")
    mkdirSync(served)
    createBareRepository(join(served, "shop.git"))
    git(remote, "push", "--quiet", join(served, "shop.git"), "main")
    const server = await startGitHttpServer({ root: served, username: "ada", password: "word-91f2" })
    try {
      const url = `${server.url}/shop.git`
      const none = await call(["doctor", url])
      assert.strictEqual(none.code, 5, none.stdout)
      assert.match(
        none.stdout,
        /^✗ credentials: none: git's credential helper knows no account of 127\.0\.0\.1\n {4}Let git's credential helper know/m
      )
      assert.match(none.stdout, /^✗ remote: .*credential/m)
      const known = await call(["doctor", url.replace("://", "://ada:word-91f2@")])
      assert.strictEqual(known.code, 0, known.stdout)
      assert.match(known.stdout, /^✓ credentials: git's credential helper has ada\n/m)
      assert.match(known.stdout, /^✓ push: /m)
      assert.notInclude(known.stdout + known.stderr, "word-91f2")
    } finally {
      await server.close()
    }
  })

  it("doctor looks at the repository here, and at the agent that is named", async () => {
    const clone = join(directory, "here")
    git(directory, "clone", "--quiet", remote, clone)
    const [fine, wrong] = await Promise.all([
      call(["doctor"], clone),
      call(["doctor", "--agent", "aider", "--model", "gpt-5"])
    ])
    assert.strictEqual(fine.code, 0, fine.stdout)
    assert.match(fine.stdout, /^! agent: aider is not on the PATH\n {4}Install it \(uv tool install /m)
    assert.match(fine.stdout, /^✓ push: /m)
    assert.strictEqual(wrong.code, 5)
    assert.match(wrong.stdout, /^✗ aider: .*\n {4}uv tool install /m)
    assert.match(wrong.stdout, /^✗ aider's key: .*OPENAI_API_KEY.*\n {4}export OPENAI_API_KEY=…$/m)
    assert.notMatch(wrong.stdout, /^. push/m)
  })

  it("tasks shows what is next and what the others wait for, of any repository", async () => {
    const unused = join(directory, "unused")
    const words = ["tasks", remote, "--data", unused]
    const [text, document] = await Promise.all([
      devteam(words, { directory }),
      devteam([...words, "--json"], { directory })
    ])
    assert.strictEqual(text.code, 0, text.stderr)
    assert.match(text.stdout, /tasks\.md on main at [0-9a-f]{10}: 0 of 3 tasks done\n/)
    assert.match(
      text.stdout,
      /→ +1\.1 +First word +next\n· +1\.2 +Second word +ready\n +1\.3 +Third word +waits for 1\.2\n/
    )
    const list: unknown = JSON.parse(document.stdout)
    assert.deepNestedPropertyVal(list, "next", "1.1")
    assert.deepNestedPropertyVal(list, "tasks[2].waitingFor[0]", "1.2")
    assert.isFalse(existsSync(join(unused, "devteam.sqlite")))
  })

  it("tasks --template prints a list that can be begun with", async () => {
    const { stdout, code } = await call(["tasks", "--template"])
    assert.strictEqual(code, 0)
    assert.match(stdout, /^- \[ \] 1\.1 /m)
  })

  it("a project is found by its id, its repository, the folder, or by being the only one", async () => {
    const none = await call(["status", "acme/shop"])
    assert.strictEqual(none.code, 2)
    assert.include(none.stderr, "There is no project yet")
    assert.strictEqual((await run("--task", "1.1", "--project", "acme/shop")).code, 0)
    const clone = join(directory, "clone")
    git(directory, "clone", "--quiet", remote, clone)
    const answers = await Promise.all([
      call(["status", "acme/shop"]),
      call(["status", remote]),
      call(["status", "."], clone),
      call(["tasks"]),
      call(["tasks"], clone)
    ])
    for (const { code, stdout, stderr } of answers) {
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /^acme\/shop /)
    }
    assert.strictEqual((await run("--task", "1.2", "--project", "acme/other")).code, 0)
    const [ambiguous, named] = await Promise.all([call(["logs"]), call(["logs", "acme/other"])])
    assert.strictEqual(ambiguous.code, 2)
    assert.include(ambiguous.stderr, "Say which project: acme/other, acme/shop.")
    assert.match(named.stdout, /agent works on 1\.2/)
    const overview = await call(["status"])
    assert.match(
      overview.stdout,
      /^PROJECT +STATUS +DONE +NOW\nacme\/other +completed +1\/1\nacme\/shop +completed +1\/1\n$/
    )
  })
})
