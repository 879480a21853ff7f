/**
 * The plan that `devteam run` shows before it starts, what it asks, and what it finds by itself.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createBareRepository, startGitHttpServer } from "../../adapters-git/test/support/GitHttpServer.ts"
import { commitsOf, git } from "../../../test/support/bareRemote.ts"
import { devteam, type ProcessOptions, underTest } from "../../../test/support/devteamCommand.ts"
import { makeSample, quickVerify, type Sample } from "../../../test/support/sampleRepository.ts"
import { makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"

const samples: Array<Sample> = []
afterAll(() => samples.forEach((sample) => sample.dispose()))

const setUp = (files: Readonly<Record<string, string>> = {}) => {
  const sample = makeSample(files)
  samples.push(sample)
  const { directory, data, remote } = sample
  const agent = makeScriptedAgent(directory)
  const clone = join(directory, "clone")
  git(directory, "clone", "--quiet", remote, clone)
  const command = ["--agent", "command", "--", agent.program, "{prompt}"]
  /** `devteam run .` in the clone, with exactly these words. */
  const run = (words: ReadonlyArray<string>, options: Partial<ProcessOptions> = {}) =>
    devteam(["run", ".", "--data", data, ...words], { directory, cwd: clone, asking: true, ...options })
  const nothingIsThere = () => !existsSync(join(data, "devteam.sqlite")) && agent.calls().length === 0
  return { ...sample, agent, clone, command, run, nothingIsThere }
}

/** With somebody at a terminal who types this when asked. */
const answering = (answer: string): Partial<ProcessOptions> => ({
  entry: underTest,
  env: { DEVTEAM_ANSWER: answer }
})

describe("the plan", { timeout: 120_000 }, () => {
  const sample = setUp()
  const { remote, run, command, nothingIsThere, agent } = sample

  it("is shown, and nothing is started where nobody can be asked", async () => {
    const before = git(remote, "for-each-ref")
    const ended = await run(command)
    assert.strictEqual(ended.code, 2, ended.stderr)
    const sha = git(remote, "rev-parse", "--short=7", "main").trim()
    assert.deepStrictEqual(ended.stdout.trimEnd().split("\n"), [
      "tasks.md (work breakdown)  3 tasks · 0 done · 2 ready · 1 waiting",
      `remote   origin ${remote}  main @ ${sha}   push: allowed`,
      `agent    command ${agent.program} {prompt}      limits 30 min a round, $2 a task, $20 in all`,
      "verify   npm ci · npm run build",
      "sandbox  local: agent and npm scripts run as you, not isolated",
      "deliver  push each verified task to main      (--deliver branch | local; --dry-run)"
    ])
    assert.match(ended.stderr, /^devteam: Nothing was started\..* add: --yes --deliver main\n$/)
    assert.isTrue(nothingIsThere())
    assert.strictEqual(git(remote, "for-each-ref"), before)
  })

  it("stays off stdout where data is asked for, and takes both words", async () => {
    const [json, yes, deliver] = await Promise.all([
      run(["--json", ...command]),
      run(["--yes", ...command]),
      run(["--deliver", "branch", ...command])
    ])
    for (const ended of [json, yes, deliver]) assert.strictEqual(ended.code, 2, ended.stderr)
    assert.strictEqual(json.stdout, "")
    assert.match(json.stderr, /^remote {3}origin /m)
    assert.match(yes.stderr, /add: --deliver main\n$/)
    assert.match(deliver.stderr, /add: --yes\n$/)
    assert.match(
      deliver.stdout,
      /^deliver {2}push each verified task to a branch devteam\/…, for you to merge into main /m
    )
    assert.isTrue(nothingIsThere())
  })

  it("says what the words change", async () => {
    const ended = await run([
      "--task",
      "1.1",
      "--task",
      "1.2",
      "--skip",
      "1.3",
      "--max-tasks",
      "1",
      "--max-cost",
      "1.5",
      "--verify",
      "sh check.sh",
      ...command
    ])
    assert.match(ended.stdout, /3 tasks · 0 done · 2 ready · 0 waiting · 1 skipped\n/)
    assert.match(ended.stdout, /limits 30 min a round, \$1\.50 a task, \$1\.50 in all\n/)
    assert.match(ended.stdout, /^verify {3}sh check\.sh\n/m)
    assert.match(ended.stdout, /^scope {4}only 1\.1, 1\.2, without 1\.3, at most 1 task\n/m)
  })

  it("asks on a terminal: anything but yes starts nothing", async () => {
    const ended = await run(command, answering("no"))
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.strictEqual(ended.stdout, "")
    assert.match(ended.stderr, /^deliver .*\nStart\? \[y\/N\] Nothing was started\.\n$/m)
    assert.strictEqual((await run(command, answering(""))).code, 0)
    assert.isTrue(nothingIsThere())
  })

  it("asks on a terminal: yes starts, and afterwards there is nothing to do", async () => {
    const words = [...quickVerify, "--skip", "1.3", ...command]
    const ended = await run(words, answering("y"))
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.match(ended.stderr, /Start\? \[y\/N\] local\/remote-/)
    assert.deepStrictEqual(
      agent.calls().map(({ taskId }) => taskId),
      ["1.1", "1.2"]
    )
    assert.lengthOf(commitsOf(remote, "main"), 3)
    assert.strictEqual((await run([...quickVerify, ...command], answering("y"))).code, 0)
    const done = await run([...quickVerify, ...command], answering("y"))
    assert.strictEqual(done.code, 0, done.stderr)
    assert.match(done.stderr, /There is nothing to do\. Nothing was started\.\n$/)
    assert.lengthOf(agent.calls(), 3)
  })
})

describe("what a run finds by itself", { timeout: 120_000 }, () => {
  it("the project's own settings, under those of the words", async () => {
    const settings = `taskList: docs/todo.md
agent:
  id: command
  argv: [sh, -c, "echo x > done.txt"]
verify: ["sh check.sh"]
delivery: branch
skip: ["2"]
limits: { agentTime: 5m, maxCost: 3 }
`
    const { run } = setUp({
      ".devteam/project.yaml": settings,
      "docs/todo.md": "- [ ] 1 First\n- [ ] 2 Second\n"
    })
    const ended = await run([])
    assert.strictEqual(ended.code, 2, ended.stderr)
    assert.match(
      ended.stdout,
      /^docs\/todo\.md \(checkboxes\) {2}2 tasks · 0 done · 1 ready · 0 waiting · 1 skipped\n/
    )
    assert.match(
      ended.stdout,
      /^agent {4}command sh -c 'echo x > done\.txt' +limits 5 min a round, \$2 a task, \$3 in all\n/m
    )
    assert.match(ended.stdout, /^verify {3}sh check\.sh\n/m)
    assert.match(ended.stdout, /^deliver {2}push each verified task to a branch devteam\/…/m)
    assert.match(ended.stderr, /add: --yes --deliver branch\n$/)
    const other = await run(["--deliver", "main", "--max-cost", "7"])
    assert.match(other.stdout, /\$7 in all\n/)
    assert.match(other.stdout, /^deliver {2}push each verified task to main/m)
  })

  it("a mistake in the project's settings, with its place", async () => {
    const { run, nothingIsThere } = setUp({ ".devteam/project.yaml": "agent:\n  id: command\nverfy: [x]\n" })
    const ended = await run([])
    assert.strictEqual(ended.code, 2, ended.stderr)
    assert.match(ended.stderr, /\.devteam\/project\.yaml:3:1: /)
    assert.isTrue(nothingIsThere())
  })

  it("aider, its model and the variable of its key", async () => {
    const { directory, run, nothingIsThere } = setUp()
    const programs = join(directory, "programs")
    mkdirSync(programs)
    // What stands for aider's Python answers the question for the version.
    writeFileSync(join(programs, "python"), "#!/bin/sh\necho 'aider 0.86.2'\n", { mode: 0o755 })
    writeFileSync(join(programs, "aider"), `#!${join(programs, "python")}\n`, { mode: 0o755 })
    const env = { PATH: `${programs}:${process.env["PATH"] ?? ""}` }
    const [none, key, model] = await Promise.all([
      run([], { env }),
      run([], { env: { ...env, OPENAI_API_KEY: "k-0123456789" } }),
      run([], { env: { ...env, AIDER_MODEL: "sonnet", ANTHROPIC_API_KEY: "k-0123456789" } })
    ])
    assert.strictEqual(none.code, 5, none.stderr)
    assert.match(none.stderr, /no value for .*OPENAI_API_KEY[^]*export \w+_API_KEY=…/)
    assert.strictEqual(key.code, 2, key.stderr)
    assert.match(key.stdout, /^agent {4}aider 0\.86\.2, gpt-4o \(OPENAI_API_KEY\) +limits /m)
    assert.match(model.stdout, /^agent {4}aider 0\.86\.2, sonnet \(ANTHROPIC_API_KEY\) +limits /m)
    assert.notInclude(key.stdout + key.stderr, "k-0123456789")
    assert.isTrue(nothingIsThere())
    const doctor = await devteam(["doctor", "--data", join(directory, "other")], {
      directory,
      env: { ...env, OPENAI_API_KEY: "k-0123456789" }
    })
    assert.match(
      doctor.stdout,
      /^✓ aider: aider 0\.86\.2\n✓ aider's key: OPENAI_API_KEY\n! aider's model: gpt-4o/m
    )
  })

  it("a remote that takes no push from this person, before anything is paid for", async () => {
    const { directory, remote, clone, run, command, nothingIsThere } = setUp()
    const served = join(directory, "served")
    mkdirSync(served)
    createBareRepository(join(served, "shop.git"))
    git(remote, "push", "--quiet", join(served, "shop.git"), "main")
    git(join(served, "shop.git"), "config", "http.receivepack", "false")
    const server = await startGitHttpServer({ root: served })
    try {
      git(clone, "remote", "set-url", "origin", `${server.url}/shop.git`)
      const ended = await run(["--yes", "--deliver", "main", ...command])
      assert.strictEqual(ended.code, 5, ended.stderr)
      assert.match(ended.stderr, /push: refused\n/)
      assert.match(ended.stderr, /devteam: No push is possible: .*403/)
      assert.isTrue(nothingIsThere())
      const dry = await run(["--dry-run", ...command])
      assert.strictEqual(dry.code, 5)
      assert.match(dry.stdout, /If all goes well, 3 tasks:/)
    } finally {
      await server.close()
    }
  })
})
