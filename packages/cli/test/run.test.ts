/**
 * `devteam run` as real processes against bare remotes: exit codes, what is said, and what the remote has afterwards.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { commitsOf, fileAt, git } from "../../../test/support/bareRemote.ts"
import { devteam, type ProcessOptions } from "../../../test/support/devteamCommand.ts"
import { makeSample, quickVerify, type Sample } from "../../../test/support/sampleRepository.ts"
import { type Act, makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"

const samples: Array<Sample> = []
afterAll(() => samples.forEach((sample) => sample.dispose()))

const setUp = (files: Readonly<Record<string, string>> = {}, script: Readonly<Record<string, Act>> = {}) => {
  const sample = makeSample(files)
  samples.push(sample)
  const agent = makeScriptedAgent(sample.directory, script)
  const data = ["--data", sample.data]
  const command = ["--agent", "command", "--", agent.program, "{prompt}"]
  const call = (words: ReadonlyArray<string>, options: Partial<ProcessOptions> = {}) =>
    devteam(words, { directory: sample.directory, ...options })
  /** `devteam run` with the scripted agent and a check that needs no npm. */
  const run = (words: ReadonlyArray<string> = [], options: Partial<ProcessOptions> = {}) =>
    call(["run", sample.remote, ...data, ...quickVerify, ...words, ...command], options)
  return { ...sample, agent, dataWords: data, command, call, run }
}

const tasksOf = (remote: string) =>
  commitsOf(remote, "main").flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])
const refsOf = (remote: string) => git(remote, "for-each-ref")

/** Whether any file below a folder has these bytes. */
const holds = (directory: string, text: string): boolean =>
  existsSync(directory) &&
  readdirSync(directory, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text)
  )

describe("devteam run", { concurrent: true }, () => {
  it("does the whole list with install and build, from a folder of a clone", async () => {
    const { remote, directory, dataWords, command, call } = setUp()
    const clone = join(directory, "clone")
    git(directory, "clone", "--quiet", remote, clone)
    git(clone, "remote", "set-url", "origin", "../remote.git")
    mkdirSync(join(clone, "sub"))
    const run = await call(["run", ".", ...dataWords, "--task", "1.1", "--task", "1.2", ...command], {
      cwd: join(clone, "sub")
    })
    assert.strictEqual(run.code, 0, run.stderr)
    assert.deepStrictEqual(tasksOf(remote), ["1.1", "1.2"])
    assert.include(fileAt(remote, "main", "tasks.md"), "- [x] 1.2 Second word")
    assert.match(
      run.stdout,
      /^TASK +ROUNDS +TIME +RESULT +COMMIT\n1\.1 First word +1 .* done +[0-9a-f]{10}\n/
    )
    assert.match(run.stderr, /→ 1\.1 {2}First word\n/)
    assert.match(run.stderr, /round 1 {2}npm ci .*, npm run build .*: passed/)
    assert.match(run.stderr, /✓ 1\.2 {2}Second word {2}[0-9a-f]{10} {2}1 round/)
    assert.match(run.stderr, /is completed: 2 of 2 tasks done\./)
    assert.notInclude(run.stdout + run.stderr, "\u001b")
  })

  it("ends with 1 where tasks are left, and shows the failing log and who is blocked", async () => {
    const { remote, agent, run } = setUp({}, { "1.1.1": "bad", "1.2": "bad" })
    const ended = await run()
    assert.strictEqual(ended.code, 1, ended.stderr)
    assert.deepStrictEqual(tasksOf(remote), ["1.1"])
    assert.deepStrictEqual(
      agent.calls().map(({ taskId, round }) => `${taskId}/${round}`),
      ["1.1/1", "1.1/2", "1.2/1", "1.2/2", "1.2/3"]
    )
    assert.include(ended.stderr, "Error: word-1.1.txt is bad")
    assert.match(ended.stdout, /1\.2 Second word +3 .* failed +rounds_used_up/)
    assert.match(ended.stdout, /1\.3 Third word +blocked +by 1\.2/)
  })

  it("pauses at a stop point with 3, names the command that goes on, and that one does", async () => {
    const { remote, run, call, dataWords } = setUp()
    const first = await run(["--until", "1.2"])
    assert.strictEqual(first.code, 3, first.stderr)
    assert.deepStrictEqual(tasksOf(remote), ["1.1", "1.2"])
    const [, resume = ""] = /Go on with: devteam (.*)/.exec(first.stderr) ?? []
    assert.match(resume, /^resume local\/remote-[0-9a-f]{6} --data /)
    const again = await run()
    assert.strictEqual(again.code, 3)
    assert.include(again.stderr, resume)
    assert.strictEqual((await call(resume.split(" "))).code, 0)
    assert.deepStrictEqual(tasksOf(remote), ["1.1", "1.2", "1.3"])
    const nothing = await call(["resume", ...dataWords])
    assert.strictEqual(nothing.code, 2)
    assert.include(nothing.stderr, "There is nothing to resume")
  })

  it("pauses after --max-tasks, and stops at the first failure when asked", async () => {
    const { run } = setUp()
    const limited = await run(["--max-tasks", "1"])
    assert.strictEqual(limited.code, 3, limited.stderr)
    const other = setUp({}, { "1.1": "bad" })
    const failed = await other.run(["--on-failure", "stop"])
    assert.strictEqual(failed.code, 1, failed.stderr)
    assert.deepStrictEqual(tasksOf(other.remote), [])
  })

  it("says what it would do with --dry-run, and changes nothing", async () => {
    const { remote, data, agent, run } = setUp()
    const before = refsOf(remote)
    const ended = await run(["--dry-run"])
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.match(ended.stdout, /1 {2}1\.1 {2}First word\n +2 {2}1\.2/)
    assert.include(ended.stdout, "Task 1.1: First word")
    assert.strictEqual(refsOf(remote), before)
    assert.isFalse(existsSync(join(data, "devteam.sqlite")))
    assert.deepStrictEqual(agent.calls(), [])
    const document: unknown = JSON.parse((await run(["--dry-run", "--json"])).stdout)
    assert.deepNestedPropertyVal(document, "tasks[0].id", "1.1")
  })

  it("prints frames and nothing else with --json", async () => {
    const { run } = setUp()
    const ended = await run(["--json", "--task", "1.1"])
    assert.strictEqual(ended.code, 0, ended.stderr)
    const frames = ended.stdout
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line))
    const seen: Array<number> = []
    for (const frame of frames) {
      assert.hasAllKeys(frame, ["type", "ts", "projectId", "payload"])
      const { payload } = frame as { payload: { cursor: string; executionId: string } }
      assert.match(payload.executionId, /^\d{8}-[0-9a-f]+$/)
      seen.push(Number(payload.cursor.split(".")[1]))
    }
    assert.deepStrictEqual(
      seen,
      seen.map((_, index) => index + (seen[0] ?? 0))
    )
    const types = frames.map((frame) => (frame as { type: string }).type)
    assert.include(types, "execution-log")
    assert.strictEqual(types.at(-1), "completion")
  })
})

describe("devteam run refuses", { concurrent: true }, () => {
  const list = setUp({
    "tasks.md":
      "Phase 1: A (Dependencies: [])\n\n- 1.1 One (Dependencies: [9.9])\n- 1.1 Two (Dependencies: [])\n"
  })

  it("a list with errors, with 2 and where they are", async () => {
    const [ended, listed] = await Promise.all([
      list.run(),
      list.call(["tasks", list.remote, ...list.dataWords])
    ])
    for (const { code, stderr } of [ended, listed]) {
      assert.strictEqual(code, 2, stderr)
      assert.match(stderr, /tasks\.md:3:\d+: .*9\.9/)
      assert.match(stderr, /tasks\.md:4:\d+: .*1\.1/)
    }
    assert.deepStrictEqual(list.agent.calls(), [])
  })

  const sample = setUp()
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>, number, RegExp]> = [
    ["a command that is not there", ["nope"], 2, /Unknown subcommand "nope"/],
    ["no repository", ["run"], 2, /Missing required argument: repository/],
    ["an unknown option", ["run", sample.remote, "--colour"], 2, /--colour/],
    [
      "words behind -- that are nobody's",
      ["run", sample.remote, "--", "./my-agent"],
      2,
      /--agent command[^]*\nKnown agents: aider, command/
    ],
    ["no agent", ["run", sample.remote], 5, /There is no agent[^]*uv tool install[^]*--agent command -- /],
    [
      "a task to skip that is not in the list",
      ["run", sample.remote, "--skip", "7.7", ...sample.command],
      2,
      /no task 7\.7/
    ],
    [
      "a stop point that is not in the list",
      ["run", sample.remote, "--until", "7.7", ...sample.command],
      2,
      /no task 7\.7/
    ],
    ["a limit of nothing", ["run", sample.remote, "--max-cost", "0", ...sample.command], 2, /greater than 0/],
    [
      "a local delivery to elsewhere",
      ["run", "https://example.com/acme/shop.git", "--deliver", "local", ...sample.command],
      2,
      /is not on this machine/
    ],
    [
      "an unknown agent",
      ["run", sample.remote, "--agent", "magic"],
      2,
      /There is no agent "magic"\. Known agents: aider, command/
    ],
    [
      "an agent without a program",
      ["run", sample.remote, "--agent", "command"],
      2,
      /needs a program behind --/
    ],
    [
      "a program that is not there",
      ["run", sample.remote, "--agent", "command", "--", "./no"],
      5,
      /\/no does not exist/
    ],
    [
      "a folder that is not there",
      ["run", "./nowhere", ...sample.command],
      5,
      /There is no folder .*nowhere/
    ],
    ["a folder that is no repository", ["run", "agent", ...sample.command], 5, /is not a git repository/],
    ["plain http to another host", ["run", "http://example.com/a.git", ...sample.command], 2, /use https/],
    ["an impossible id", ["run", sample.remote, "--project", "A b", ...sample.command], 2, /acme\/shop/],
    [
      "a task that is not in the list",
      ["run", sample.remote, "--task", "7.7", ...sample.command],
      2,
      /no task 7\.7/
    ],
    [
      "a list that is not there",
      ["run", sample.remote, "--project", "other", "--tasks", "x.md", ...sample.command],
      2,
      /x\.md is not in/
    ]
  ]
  it.each(cases)("%s", async (_, words, code, message) => {
    const at = words.indexOf("--")
    const withData =
      at === -1
        ? [...words, ...sample.dataWords]
        : [...words.slice(0, at), ...sample.dataWords, ...words.slice(at)]
    const ended = await sample.call(withData)
    assert.strictEqual(ended.code, code, ended.stderr)
    assert.match(ended.stderr, message)
    assert.strictEqual(ended.stdout, "")
    assert.notMatch(ended.stderr, /^\s+at /m)
  })

  it("an id that belongs to another remote", async () => {
    const { run } = sample
    assert.strictEqual((await run(["--project", "acme/shop", "--task", "1.1"])).code, 0)
    const other = setUp()
    const ended = await other.call([
      "run",
      other.remote,
      "--project",
      "acme/shop",
      ...sample.dataWords,
      ...other.command
    ])
    assert.strictEqual(ended.code, 2, ended.stderr)
    assert.match(ended.stderr, /acme\/shop belongs to .* Choose another id with --project/)
  })

  it("to work for somebody without a name", async () => {
    const ended = await setUp().run([], { anonymous: true })
    assert.strictEqual(ended.code, 5)
    assert.include(ended.stderr, 'git config --global user.name "Your Name"')
  })

  it("to store a secret that stands in the agent's arguments", async () => {
    const { remote, dataWords, call, data } = setUp()
    const secret = "canary-4f9d1c7e"
    const words = ["run", remote, ...dataWords, "--agent", "command", "--", "sh", "-c", `x --key ${secret}`]
    const ended = await call(words, { env: { SHOP_API_KEY: secret } })
    assert.strictEqual(ended.code, 2, ended.stderr)
    assert.include(ended.stderr, "--agent-env")
    assert.notInclude(ended.stderr + ended.stdout, secret)
    assert.isFalse(holds(data, secret))
    // The control: what nobody knows to be a secret is stored with the settings.
    await call(words, { env: { SHOP_NAME: secret } })
    assert.isTrue(holds(data, secret))
  })
})
