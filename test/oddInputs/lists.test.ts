/**
 * Task lists as people leave them: with a cycle, an id twice, a dependency on nothing, odd line ends, no tasks, all
 * done, or not pushed. Each through the command: its status, its exit code, and words that name place and next step.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { serve } from "../../packages/cli/test/support/serving.ts"
import { fileAt, git } from "../support/bareRemote.ts"
import { devteam, type Ended } from "../support/devteamCommand.ts"
import { makeSample, quickVerify, type Sample } from "../support/sampleRepository.ts"
import { makeScriptedAgent, type ScriptedAgent } from "../support/scriptedAgent.ts"

interface Place {
  readonly sample: Sample
  readonly agent: ScriptedAgent
  readonly call: (words: ReadonlyArray<string>, cwd?: string) => Promise<Ended>
  readonly run: (words?: ReadonlyArray<string>, repository?: string) => Promise<Ended>
  readonly tasks: (words?: ReadonlyArray<string>) => Promise<Ended>
}

const places: Array<Sample> = []
afterAll(() => places.forEach(({ dispose }) => dispose()))

/** A work tree of the sample. */
const cloneOf = ({ directory, remote }: Sample): string => {
  const clone = join(directory, "clone")
  git(directory, "clone", "--quiet", remote, clone)
  return clone
}

/** A sample with a list of these files alone. */
const withoutUsualList = (files: Readonly<Record<string, string>>): Place => {
  const made = place(files)
  const clone = cloneOf(made.sample)
  git(clone, "rm", "--quiet", "tasks.md")
  git(clone, "commit", "--quiet", "--message", "Without a list")
  git(clone, "push", "--quiet")
  return made
}

const place = (files: Readonly<Record<string, string>>): Place => {
  const sample = makeSample(files)
  places.push(sample)
  const { data, directory, remote } = sample
  const agent = makeScriptedAgent(directory)
  const call = (words: ReadonlyArray<string>, cwd = directory) => devteam(words, { directory, cwd })
  const run = (words: ReadonlyArray<string> = [], repository = remote) =>
    call([
      "run",
      repository,
      "--data",
      data,
      ...quickVerify,
      ...words,
      "--agent",
      "command",
      "--",
      agent.program
    ])
  const tasks = (words: ReadonlyArray<string> = []) => call(["tasks", remote, "--data", data, ...words])
  return { sample, agent, call, run, tasks }
}

const timeout = 180_000

const said = ({ stderr, stdout }: Ended): string => `${stdout}\n${stderr}`

describe("a list that cannot be worked through", { concurrent: true, timeout }, () => {
  const cases: ReadonlyArray<{
    readonly what: string
    readonly list: string
    readonly says: ReadonlyArray<RegExp>
  }> = [
    {
      what: "a cycle",
      list: "- [ ] 1.1 One (depends on 1.3)\n- [ ] 1.2 Two (depends on 1.1)\n- [ ] 1.3 Three (depends on 1.2)\n",
      says: [/^tasks\.md:1:27: error: .*1\.1 → 1\.3 → 1\.2 → 1\.1/m]
    },
    {
      what: "an id that is used twice",
      list: "# Plan\n\n- [ ] 1.1 One\n- [ ] 1.2 Two\n  - a note\n- [ ] 1.1 Three\n",
      says: [/^tasks\.md:6:7: error: .*1\.1.*first used in line 3/m]
    },
    {
      what: "a dependency on a task that is not there",
      list: "- [ ] 1.1 One\n- [ ] 1.2 Two (depends on 1.1, 7.7)\n",
      says: [/^tasks\.md:2:32: error: .*1\.2 depends on 7\.7, which is not in the list/m]
    },
    {
      what: "no tasks",
      list: "# Plan\n\nWe will write it soon.\n",
      says: [/^tasks\.md:1:1: error: tasks\.md has no tasks\..*devteam tasks --template/m]
    },
    {
      what: "an empty file",
      list: "",
      says: [/^tasks\.md:1:1: error: tasks\.md has no tasks\./m]
    },
    {
      what: "several faults at once, with CRLF and a byte order mark",
      list: "\uFEFF- [ ] 1.1 One (depends on 9)\r\n- [ ] 1.1 Two\r\n",
      says: [/^tasks\.md:1:27: error: .*depends on 9/m, /^tasks\.md:2:7: error: .*first used in line 1/m]
    }
  ]
  for (const { list, says, what } of cases) {
    it(`${what}: nothing is started, and the place is named`, async () => {
      const { agent, call, run, sample, tasks } = place({ "tasks.md": list })
      const refs = git(sample.remote, "for-each-ref")
      for (const ended of await Promise.all([tasks(), run()])) {
        assert.strictEqual(ended.code, 2, said(ended))
        for (const words of says) assert.match(ended.stderr, words)
        assert.match(ended.stderr, /Correct them, commit and push\./)
      }
      assert.deepStrictEqual(agent.calls(), [])
      assert.strictEqual(git(sample.remote, "for-each-ref"), refs)
      const status = await call(["status", "--data", sample.data])
      assert.include(said(status), "There is no project yet")
    })
  }
})

describe("a list with odd bytes", { concurrent: true, timeout }, () => {
  const plain = "# Plan\n\n- [ ] 1.1 Ein Wort  \n  - [ ] ignoriert? nein\n- [ ] 1.2 Zwei Wörter\n\ttab\n"
  const cases: ReadonlyArray<readonly [string, string]> = [
    ["CRLF", plain.replaceAll("\n", "\r\n")],
    ["a byte order mark", `\uFEFF${plain}`],
    ["a byte order mark, CRLF and no line end", `\uFEFF${plain.replaceAll("\n", "\r\n").trimEnd()}`],
    ["mixed line ends", "- [ ] 1.1 One\r\n- [ ] 1.2 Two\n- [ ] 1.3 Three\r\n"]
  ]
  for (const [what, list] of cases) {
    it(`${what}: is worked through, and nothing but the boxes has changed`, async () => {
      const { run, sample } = place({ "tasks.md": list })
      const ended = await run()
      assert.strictEqual(ended.code, 0, said(ended))
      assert.match(said(ended), /is completed: \d of \d tasks done/)
      assert.strictEqual(fileAt(sample.remote, "main", "tasks.md"), list.replaceAll("[ ]", "[x]"))
    })
  }
})

describe("a list that is done", { timeout }, () => {
  it("is said to be completed, and nobody is called", async () => {
    const { agent, run, sample, tasks } = place({
      "tasks.md": "- [x] 1.1 One\n- [x] 1.2 Two\n- [ ]* 1.3 Three\n"
    })
    const before = git(sample.remote, "rev-parse", "main")
    const [listed, planned] = await Promise.all([tasks(), run(["--dry-run"])])
    assert.strictEqual(listed.code, 0, said(listed))
    assert.match(listed.stdout, /2 of 2 tasks done/)
    assert.strictEqual(planned.code, 0, said(planned))
    assert.match(said(planned), /There is nothing to do/)
    const ended = await run()
    assert.strictEqual(ended.code, 0, said(ended))
    assert.match(said(ended), /is completed: 2 of 2 tasks done/)
    assert.deepStrictEqual(agent.calls(), [])
    assert.strictEqual(git(sample.remote, "rev-parse", "main"), before)
  })
})

describe("a list that is not pushed", { timeout }, () => {
  it("is said to be in the folder and not on the remote: commit it and push it", async () => {
    const { agent, call, run, sample } = withoutUsualList({})
    const clone = join(sample.directory, "clone")
    mkdirSync(join(clone, "docs"))
    writeFileSync(join(clone, "docs", "tasks.md"), "- [ ] 1.1 One\n")
    const look = () => call(["tasks", ".", "--data", sample.data], clone)
    const words =
      /docs\/tasks\.md is in \S+\/clone, and not in main of \S+, where a run would look\. Commit it and push it/
    for (const ended of await Promise.all([look(), run(["--dry-run"], clone), run([], clone)])) {
      assert.strictEqual(ended.code, 2, said(ended))
      assert.match(ended.stderr, words)
    }
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "A list")
    assert.match((await look()).stderr, words, "committed, and not pushed")
    const named = await call(["tasks", ".", "--tasks", "plan.md", "--data", sample.data], clone)
    assert.strictEqual(named.code, 2)
    assert.match(named.stderr, /plan\.md is not in main of/, "one that is nowhere is not said to be there")
    git(clone, "push", "--quiet")
    assert.strictEqual((await look()).code, 0)
    assert.deepStrictEqual(agent.calls(), [])
  })

  it("has its edits spoken of, while the pushed one counts", async () => {
    const { call, run, sample } = place({})
    const clone = cloneOf(sample)
    const look = () => call(["tasks", ".", "--data", sample.data], clone)
    assert.notMatch(said(await look()), /does not count/)
    writeFileSync(join(clone, "tasks.md"), "- [ ] 9.9 Mine\n")
    for (const ended of await Promise.all([look(), run(["--dry-run"], clone)])) {
      assert.strictEqual(ended.code, 0, said(ended))
      assert.match(
        said(ended),
        /tasks\.md in \S+ is not the one in main of \S+: what is not committed and pushed does not count/
      )
      assert.notInclude(ended.stdout, "9.9")
    }
  })

  it("where there is none at all, the template is named", async () => {
    const { tasks } = withoutUsualList({})
    const ended = await tasks()
    assert.strictEqual(ended.code, 2)
    assert.match(
      ended.stderr,
      /no task list by the usual names on main.*--tasks <file>.*devteam tasks --template/s
    )
  })
})

describe("several lists", { timeout }, () => {
  const open = "- [ ] T001 First\n"
  const features = {
    ".kiro/specs/a/tasks.md": "- [x] 1. Done\n- [ ]* 2. Optional\n",
    ".kiro/specs/b/tasks.md": open,
    ".kiro/specs/c/tasks.md": open
  }

  it("of several features, the first that is not done is taken, and the others are named", async () => {
    const { run, sample, tasks } = withoutUsualList(features)
    const listed = await tasks()
    assert.strictEqual(listed.code, 0, said(listed))
    assert.match(listed.stdout, /\.kiro\/specs\/b\/tasks\.md on main/)
    const words =
      /\.kiro\/specs\/b\/tasks\.md is taken .*\.kiro\/specs\/a\/tasks\.md, \.kiro\/specs\/c\/tasks\.md as well\. Choose with --tasks/
    assert.match(listed.stderr, words)
    const ended = await run()
    assert.strictEqual(ended.code, 0, said(ended))
    assert.match(said(ended), words)
    assert.include(fileAt(sample.remote, "main", ".kiro/specs/b/tasks.md"), "[x] T001")
    assert.include(fileAt(sample.remote, "main", ".kiro/specs/c/tasks.md"), "[ ] T001")
  })

  it("tasks.md goes before them, also when it is done", async () => {
    const { tasks } = place({ ...features, "tasks.md": "- [x] 1. Done\n" })
    const listed = await tasks()
    assert.match(listed.stdout, /tasks\.md on main at \S+ 1 of 1 task done/)
    assert.match(listed.stderr, /^tasks\.md is taken /m)
  })
})

describe("the template", { timeout }, () => {
  it("is printed and answered, and never written into a repository", async () => {
    const { agent, call, run, sample, tasks } = withoutUsualList({})
    const clone = join(sample.directory, "clone")
    const everything = () => [
      git(sample.remote, "for-each-ref"),
      git(sample.remote, "ls-tree", "-r", "main"),
      git(clone, "status", "--porcelain", "--ignored", "--untracked-files=all"),
      git(clone, "ls-files", "--stage")
    ]
    const before = everything()
    const template = await call(["tasks", "--template", "--data", sample.data], clone)
    assert.strictEqual(template.code, 0)
    assert.match(template.stdout, /^- \[ \] 1\.1 /m)
    await Promise.all([
      tasks(),
      run(["--dry-run"], clone),
      run([], clone),
      run(),
      call(["doctor", ".", "--data", sample.data], clone)
    ])
    const server = await serve(sample, agent)
    const { body } = await server.ask("POST", "/api/devteam/repository/validate", {
      repositoryUrl: sample.remote
    })
    assert.deepInclude(body, { valid: false, hasTaskList: false, template: template.stdout })
    assert.strictEqual((await server.initialize()).status, 202)
    const ended = await server.until(() => false).catch(String)
    assert.match(JSON.stringify(ended), /list_missing/)
    server.running.child.kill("SIGTERM")
    await server.running.ended
    assert.deepStrictEqual(everything(), before)
    writeFileSync(join(clone, "tasks.md"), template.stdout)
    assert.notDeepEqual(everything(), before, "control: a template in the work tree would be seen")
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "--message", "Begin with the template")
    git(clone, "push", "--quiet")
    const listed = await tasks()
    assert.strictEqual(listed.code, 0, said(listed))
    assert.match(listed.stdout, /→ +1\.1 /)
  })
})
