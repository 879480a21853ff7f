/**
 * What people decide after an agent: held tasks, refused pushes, commits taken back; and how they look at them before.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { commitsOf, fileAt, git } from "../../../test/support/bareRemote.ts"
import { devteam } from "../../../test/support/devteamCommand.ts"
import { makeSample, quickVerify, type Sample } from "../../../test/support/sampleRepository.ts"

const samples: Array<Sample> = []
afterAll(() => samples.forEach((sample) => sample.dispose()))

const list = `- [ ] 1 Change the pipeline
- [ ] 2 Say hello
- [ ] 3 Say goodbye (Dependencies: [1])
- [ ] 4 Break the build
- [ ] 5 Mend it (Dependencies: [4])
- [ ]* 6 Sing
`

/** Touches what it may not, does its work, or breaks the build, as the task is. */
const program = `#!/bin/sh
echo "$DEVTEAM_TASK_ID" >> "$(dirname "$0")/calls"
case "$DEVTEAM_TASK_ID" in
  1) mkdir -p .github/workflows; echo "on: push" > .github/workflows/ci.yml ;;
  4) echo "BAD $DEVTEAM_ROUND" > word-4.txt; echo "this agent is out of ideas" ;;
  *) echo "hello" > "word-$DEVTEAM_TASK_ID.txt" ;;
esac
`

const setUp = () => {
  const sample = makeSample({ "tasks.md": list })
  samples.push(sample)
  const { directory, data, remote } = sample
  const agent = join(directory, "agent.sh")
  writeFileSync(agent, program, { mode: 0o755 })
  const call = (...words: ReadonlyArray<string>) => devteam([...words, "--data", data], { directory })
  const run = (...words: ReadonlyArray<string>) =>
    devteam(
      [
        "run",
        remote,
        "--data",
        data,
        "--project",
        "acme/shop",
        ...quickVerify,
        ...words,
        "--agent",
        "command",
        "--",
        agent
      ],
      { directory }
    )
  const delivered = (branch = "main") =>
    commitsOf(remote, branch).flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])
  return { ...sample, call, run, delivered }
}

const documentOf = (stdout: string) => JSON.parse(stdout) as Readonly<Record<string, unknown>>

describe("a held task", { timeout: 180_000 }, () => {
  const { call, run, delivered, remote } = setUp()

  it("is shown with why, diff and what can be done", async () => {
    const ended = await run("--task", "1", "--task", "2")
    assert.strictEqual(ended.code, 1, ended.stderr)
    assert.deepStrictEqual(delivered(), ["2"])
    assert.match(ended.stderr, /devteam tasks accept 1 acme\/shop --data /)
    const [why, diff, json] = await Promise.all([
      call("why", "1"),
      call("diff", "1"),
      call("diff", "1", "--json")
    ])
    assert.match(why.stdout, /^1 {2}Change the pipeline: held\n.*\(policy\).*\.github\/workflows\/ci\.yml/)
    assert.match(why.stdout, /devteam tasks accept 1 acme\/shop --data \S+ +# delivers it after all/)
    assert.match(diff.stdout, /^diff --git a\/\.github\/workflows\/ci\.yml[^]*\n\+on: push\n$/)
    assert.deepInclude(documentOf(json.stdout), { taskId: "1", round: 1, diff: diff.stdout })
    const status = await call("status", "acme/shop")
    assert.match(status.stdout, /Deliver it after all: devteam tasks accept 1 acme\/shop/)
  })

  it("is left alone by mistakes", async () => {
    const [unknown, done, noDiff, noRound] = await Promise.all([
      call("tasks", "accept", "9"),
      call("tasks", "reopen", "2"),
      call("diff", "3"),
      call("diff", "1", "--round", "7")
    ])
    assert.strictEqual(unknown.code, 2)
    assert.match(unknown.stderr, /tasks\.md has no task 9\. See its tasks with: devteam tasks acme\/shop/)
    assert.strictEqual(done.code, 2)
    assert.match(done.stderr, /Task 2 is completed/)
    assert.strictEqual(noDiff.code, 2)
    assert.match(noRound.stderr, /No change of round 7 is stored for task 1/)
    assert.deepStrictEqual(delivered(), ["2"])
  })

  it("is delivered when a person accepts it, and the run goes on", async () => {
    const ended = await call("tasks", "accept", "1")
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.match(ended.stderr, /→ 1 {2}Change the pipeline \(its kept change, as you decided\)/)
    assert.deepStrictEqual(delivered(), ["2", "1"])
    assert.strictEqual(fileAt(remote, "main", ".github/workflows/ci.yml"), "on: push\n")
    const done = await call("why", "1", "--json")
    assert.deepInclude(documentOf(done.stdout), { standing: "done", waitingFor: [] })
    const again = await call("tasks", "skip", "3")
    assert.strictEqual(again.code, 2)
    assert.match(again.stderr, /has ended \(completed\)[^]*--skip 3/)
  })

  it("is taken back by undo, and is open again", async () => {
    const ended = await call("undo", "1")
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.match(ended.stdout, /1 Change the pipeline .* taken back +[0-9a-f]{10}\n/)
    assert.match(ended.stderr, /is completed: 1 taken back\./)
    assert.include(fileAt(remote, "main", "tasks.md"), "- [ ] 1 Change the pipeline")
    assert.notInclude(git(remote, "ls-tree", "-r", "--name-only", "main"), "ci.yml")
    assert.match((await call("why", "1")).stdout, /: undone\n {2}Its commit was taken back by [0-9a-f]{10}/)
    const twice = await call("undo", "1")
    assert.strictEqual(twice.code, 2)
    assert.match(twice.stderr, /taken back already/)
    assert.match((await call("undo", "5")).stderr, /there is no commit of it to take back/)
  })
})

describe("decisions", { timeout: 180_000 }, () => {
  const { call, run, delivered, directory, data } = setUp()

  it("come after the end as well: what is kept is delivered on its own", async () => {
    assert.strictEqual((await run("--task", "1")).code, 1)
    assert.strictEqual((await call("stop")).code, 0)
    const ended = await call("tasks", "accept", "1", "acme/shop")
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.deepStrictEqual(delivered(), ["1"])
  })

  it("on a paused run are kept until it goes on", async () => {
    const paused = await run("--max-tasks", "1", "--skip", "5")
    assert.strictEqual(paused.code, 3, paused.stderr)
    const noted = await call("tasks", "done", "4", "--json")
    assert.strictEqual(noted.code, 0, noted.stderr)
    assert.deepInclude(documentOf(noted.stdout), {
      taskId: "4",
      decision: "done",
      changed: true,
      status: "paused"
    })
    const again = await call("tasks", "done", "4")
    assert.match(again.stdout, /decided so already/)
    const active = await call("undo", "1")
    assert.strictEqual(active.code, 2)
    assert.match(active.stderr, /has not ended[^]*devteam stop acme\/shop/)
    const resumed = await call("resume")
    assert.strictEqual(resumed.code, 0, resumed.stderr)
    assert.match(resumed.stderr, /→ 4 {2}Break the build \(its tick alone, as you decided\)/)
    assert.sameMembers([...delivered()], ["1", "2", "3", "4"])
  })

  it("need something to decide about", async () => {
    const nowhere = await devteam(["tasks", "accept", "1", "--data", join(directory, "none")], { directory })
    assert.strictEqual(nowhere.code, 2)
    assert.match(nowhere.stderr, /There is no project yet/)
    assert.isTrue(existsSync(data))
  })
})

describe("why", { timeout: 180_000 }, () => {
  it("says what keeps a task, whatever that is", async () => {
    const { call, run } = setUp()
    const ended = await run("--task", "4", "--task", "5", "--skip", "2")
    assert.strictEqual(ended.code, 1, ended.stderr)
    const answers = await Promise.all(["4", "5", "3", "6", "2", "9"].map((id) => call("why", id)))
    const [failed, waiting, other, optional, skipped, unknown] = answers.map(
      ({ stdout, stderr }) => stdout + stderr
    )
    assert.match(
      failed ?? "",
      /^4 {2}Break the build: failed\n {2}It failed after 3 rounds \(rounds_used_up\)/
    )
    assert.match(failed ?? "", /from verify\.log of round 3:\n {4}.*Error: word-4\.txt is bad/)
    assert.match(failed ?? "", /devteam run \S+remote\.git --data \S+ +# tries it again/)
    assert.match(
      waiting ?? "",
      /^5 {2}Mend it: waiting\n {2}It waits for 4 Break the build \(failed, rounds_used_up\)\./
    )
    assert.match(waiting ?? "", /The error is tasks_failed/)
    assert.match(other ?? "", /It waits for 1 Change the pipeline \(not done yet\)\./)
    assert.match(optional ?? "", /: optional\n[^]*--task 6/)
    assert.match(skipped ?? "", /: skipped\n/)
    assert.match(unknown ?? "", /has no task 9/)
  })
})

describe("a push that the remote refuses", { timeout: 180_000 }, () => {
  it("keeps the change, and resume --deliver branch delivers that", async () => {
    const { call, run, delivered, remote, directory } = setUp()
    const hook = join(remote, "hooks", "update")
    writeFileSync(
      hook,
      `#!/bin/sh\n[ "$1" != refs/heads/main ] || { echo "GH006: Protected branch update failed" >&2; exit 1; }\n`
    )
    chmodSync(hook, 0o755)
    const ended = await run("--task", "2")
    assert.strictEqual(ended.code, 5, ended.stderr)
    assert.match(ended.stderr, /GH006: Protected branch update failed/)
    assert.match(ended.stderr, /devteam resume acme\/shop --data \S+ --deliver branch\n/)
    const resumed = await call("resume", "--deliver", "branch")
    assert.strictEqual(resumed.code, 0, resumed.stderr)
    const [branch = ""] = git(remote, "for-each-ref", "--format=%(refname:short)", "refs/heads/devteam")
      .trim()
      .split("\n")
    assert.deepStrictEqual(delivered(branch), ["2"])
    assert.deepStrictEqual(delivered(), [])
    assert.match(resumed.stderr, new RegExp(`1 commit on ${branch}, `))
    // Paid for once.
    assert.strictEqual(readFileSync(join(directory, "calls"), "utf8"), "2\n")
    assert.strictEqual((await call("show", "2")).code, 0)
  })
})
