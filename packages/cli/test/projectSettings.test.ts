/** A project's own settings in `devteam run`, as a person meets them. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { commitsOf, git } from "../../../test/support/bareRemote.ts"
import { devteam } from "../../../test/support/devteamCommand.ts"
import { makeSample, type Sample } from "../../../test/support/sampleRepository.ts"
import { type Act, makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"

const samples: Array<Sample> = []
afterAll(() => samples.forEach((sample) => sample.dispose()))

const setUp = (settings: string, script: Readonly<Record<string, Act>> = {}) => {
  const sample = makeSample({ ".devteam/project.yaml": settings })
  samples.push(sample)
  const agent = makeScriptedAgent(sample.directory, script)
  const run = (...words: ReadonlyArray<string>) =>
    devteam(["run", sample.remote, "--data", sample.data, ...words], { directory: sample.directory })
  return { ...sample, agent, run }
}

const tasksOf = (remote: string, branch = "main") =>
  commitsOf(remote, branch).flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])

/** The agent is named from where the person stands: the folder that the command is called in. */
const settings = `agent:
  id: command
  argv: [./agent/agent.sh, "{prompt}"]
verify:
  - sh check.sh && echo proved
skip: ["1.1"]
limits:
  rounds: 1
`

describe("devteam run in a project with settings", { concurrent: true }, () => {
  it("needs no words, and does as the project says", async () => {
    const { remote, agent, run } = setUp(settings, { "1.3.1": "bad" })
    const ended = await run()
    assert.strictEqual(ended.code, 1, ended.stderr)
    assert.deepStrictEqual(tasksOf(remote), ["1.2"])
    assert.deepStrictEqual(
      agent.calls().map(({ taskId, round }) => `${taskId}/${round}`),
      ["1.2/1", "1.3/1"]
    )
    assert.notInclude(ended.stderr, "npm ci")
  })

  it("does as the person says where both say something", async () => {
    const { remote, agent, run } = setUp(settings)
    const words = [
      "--skip",
      "1.2",
      "--verify",
      "sh check.sh",
      "--agent",
      "command",
      "--",
      agent.program,
      "{prompt}"
    ]
    const ended = await run(...words)
    assert.deepStrictEqual(tasksOf(remote), ["1.1"])
    assert.strictEqual(ended.code, 1, ended.stderr)
  })

  it("shows them without starting anything", async () => {
    const { remote, agent, run } = setUp(`${settings}  maxTaskTokens: 400000\n  maxTokens: 4000000\n`)
    const before = git(remote, "for-each-ref")
    const { code, stdout, stderr } = await run("--dry-run")
    assert.strictEqual(code, 0, stderr)
    assert.include(stdout, "check.sh && echo proved")
    assert.include(stdout, "agent.sh")
    assert.include(stdout, "limits 30 min a round, $2 or 400k tokens a task, $20 or 4.0M tokens in all\n")
    assert.strictEqual(git(remote, "for-each-ref"), before)
    assert.isEmpty(agent.calls())
  })

  it("ends before anything is started where the file is broken, with each problem's place", async () => {
    const { remote, agent, run } = setUp(`${settings}  maxCosts: 3\nverfiy: []\n`)
    const { code, stderr } = await run()
    assert.strictEqual(code, 2)
    assert.include(
      stderr,
      '.devteam/project.yaml:9:3: unknown setting "limits.maxCosts". Did you mean "limits.maxCost"?'
    )
    assert.include(stderr, '.devteam/project.yaml:10:1: unknown setting "verfiy". Did you mean "verify"?')
    assert.isEmpty(agent.calls())
    assert.isEmpty(tasksOf(remote))
  })
})
