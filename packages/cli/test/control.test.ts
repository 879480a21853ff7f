/**
 * A running execution from outside: Ctrl-C, requests from a second process, a killed worker, and looking on.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { commitsOf } from "../../../test/support/bareRemote.ts"
import { devteam, type Ended, startDevteam } from "../../../test/support/devteamCommand.ts"
import { makeSample, quickVerify, type Sample } from "../../../test/support/sampleRepository.ts"
import { type Act, makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"

const samples: Array<Sample> = []
afterAll(() => samples.forEach((sample) => sample.dispose()))

/** A run whose agent waits at its first task until it is released. */
const setUp = (script: Readonly<Record<string, Act>> = { "1.1.1": "wait" }) => {
  const sample = makeSample()
  samples.push(sample)
  const { directory, remote, data } = sample
  const agent = makeScriptedAgent(directory, script)
  const words = ["run", remote, "--data", data, ...quickVerify, "--json", "--task", "1.1", "--task", "1.2"]
  const run = () =>
    startDevteam([...words, "--agent", "command", "--", agent.program, "{prompt}"], { directory })
  /** Another process of the command, on the same data directory. */
  const other = (...more: ReadonlyArray<string>) => devteam([...more, "--data", data], { directory })
  const start = (...more: ReadonlyArray<string>) => startDevteam([...more, "--data", data], { directory })
  const delivered = () => commitsOf(remote, "main").flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])
  return { ...sample, agent, run, other, start, delivered }
}

const waits = /"text":"[^"]*waiting\\n/

interface Frame {
  readonly type: string
  readonly ts: string
  readonly payload: { readonly event?: string; readonly status?: string; readonly cursor: string }
}

const framesOf = ({ stdout }: Ended): ReadonlyArray<Frame> =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Frame)

/** Milliseconds from one event to another. */
const between = (frames: ReadonlyArray<Frame>, from: string, to: string): number => {
  const at = (event: string) => Date.parse(frames.find(({ payload }) => payload.event === event)?.ts ?? "")
  return at(to) - at(from)
}

/** Processes whose arguments name a folder. */
const processesWith = (folder: string): ReadonlyArray<string> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8")
        return line.includes(folder) ? [line] : []
      } catch {
        return [] // It has ended meanwhile.
      }
    })

describe("from outside", { concurrent: true, timeout: 120_000 }, () => {
  it("Ctrl-C lets the step end, pauses and says how to go on", async () => {
    const { run, other, agent, delivered } = setUp()
    const running = run()
    await running.says("stdout", waits)
    running.child.kill("SIGINT")
    await running.says("stderr", /Pausing as soon as this step is done\. Press Ctrl-C again/)
    agent.release()
    const ended = await running.ended
    assert.strictEqual(ended.code, 130, ended.stderr)
    assert.match(ended.stderr, /is paused[^]*Go on with: devteam resume/)
    assert.deepStrictEqual(framesOf(ended).at(-1)?.payload.event, "Paused")
    const resumed = await other("resume")
    assert.strictEqual(resumed.code, 0, resumed.stderr)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2"])
    assert.lengthOf(agent.calls(), 2)
  })

  it("Ctrl-C twice interrupts the step, which starts again on resume", async () => {
    const { run, other, agent, delivered } = setUp()
    const running = run()
    await running.says("stdout", waits)
    running.child.kill("SIGINT")
    await running.says("stderr", /Press Ctrl-C again/)
    running.child.kill("SIGINT")
    const ended = await running.ended
    assert.strictEqual(ended.code, 130, ended.stderr)
    assert.match(ended.stderr, /Interrupting this step[^]*Go on with: devteam resume/)
    agent.release()
    assert.strictEqual((await other("resume")).code, 0)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2"])
    assert.deepStrictEqual(
      agent.calls().map(({ taskId }) => taskId),
      ["1.1", "1.1", "1.2"]
    )
  })

  it("a pause waits for the step, says so, and resume takes it back while it is pending", async () => {
    const { run, other, agent, delivered } = setUp()
    const running = run()
    await running.says("stdout", waits)
    const paused = await other("pause")
    assert.strictEqual(paused.code, 0, paused.stderr)
    assert.match(paused.stdout, /is pausing: IMPLEMENT of 1\.1 is still running\. .*--now/)
    const resumed = await other("resume")
    assert.strictEqual(resumed.code, 0, resumed.stderr)
    assert.include(resumed.stderr, `goes on in process ${running.pid} on `)
    agent.release()
    const ended = await running.ended
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2"])
  })

  it("what a killed worker was to stop is stopped by who asks, and its agent is dead", async () => {
    const { run, other, agent, directory } = setUp()
    const running = run()
    await running.says("stdout", waits)
    running.child.kill("SIGKILL")
    await running.ended
    const stopped = await other("stop", "--json")
    assert.strictEqual(stopped.code, 0, stopped.stderr)
    assert.deepInclude(JSON.parse(stopped.stdout), { currentStatus: "stopped", changed: true })
    assert.deepStrictEqual(processesWith(directory), [])
    assert.lengthOf(agent.calls(), 1)
  })

  it("following ends when nobody reads any more, and a run goes on without being heard", async () => {
    const { run, start, agent, delivered } = setUp()
    const running = run()
    await running.says("stdout", waits)
    const following = start("logs", "--follow")
    await following.says("stdout", /waiting/)
    following.child.stdout?.destroy()
    running.child.stdout?.destroy()
    agent.release()
    assert.strictEqual((await running.ended).code, 0)
    assert.notStrictEqual((await following.ended).code, null)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2"])
  })

  it("status, logs and show tell what happens while it happens", async () => {
    const { run, other, start, agent } = setUp()
    const running = run()
    await running.says("stdout", waits)
    const following = start("logs", "--follow")
    await following.says("stdout", /── 1\.1 · round 1 · IMPLEMENT ──\n[^]*waiting\n/)
    const [status, document, show] = await Promise.all([
      other("status", "."),
      other("status", "--json"),
      other("show", "1.1")
    ])
    assert.strictEqual(status.code, 2, "this folder is no project's")
    const rows: unknown = JSON.parse(document.stdout)
    assert.deepNestedPropertyVal(rows, "[0].status", "running")
    assert.deepNestedPropertyVal(rows, "[0].currentTask.id", "1.1")
    assert.deepNestedPropertyVal(rows, "[0].currentStep", "IMPLEMENT")
    assert.match(
      show.stdout,
      /1\.1 {2}First word: in_progress\n── round 1: prompt ──\n[^]*Task 1\.1[^]*waiting/
    )
    const projectId = (rows as ReadonlyArray<{ projectId: string }>)[0]?.projectId ?? ""
    assert.include((await other("status", projectId)).stdout, `process ${running.pid} on `)
    agent.release()
    const [ended, followed] = await Promise.all([running.ended, following.ended])
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.strictEqual(followed.code, 0, followed.stderr)
    assert.match(followed.stdout, /── 1\.2 · round 1 · VERIFY ──\n[^]*checked\n/)
    const logs = await other("logs", "--task", "1.2", "--json")
    for (const frame of framesOf(logs)) assert.deepNestedPropertyVal(frame, "payload.taskId", "1.2")
    const shown = await other("show", "1.1", "--round", "1")
    assert.match(shown.stdout, /completed in commit [0-9a-f]{40}[^]*\+good 1[^]*"verifiedTree"/)
    assert.strictEqual((await other("show", "1.1", "--round", "2")).code, 2)
    assert.strictEqual((await other("show", "8.8")).code, 2)
  })
})

/** One after the other: they measure time, and runs beside them would take it. */
describe("from outside, measured", { timeout: 120_000 }, () => {
  it("pause --now and resume by a second process take effect within a second", async () => {
    const { run, other, agent, delivered } = setUp()
    const running = run()
    await running.says("stdout", waits)
    const paused = await other("pause", "--now", "--json")
    assert.strictEqual(paused.code, 0, paused.stderr)
    assert.deepInclude(JSON.parse(paused.stdout), {
      previousStatus: "running",
      currentStatus: "paused",
      changed: true
    })
    const ended = await running.ended
    assert.strictEqual(ended.code, 3, ended.stderr)
    assert.isBelow(between(framesOf(ended), "PauseRequested", "Paused"), 1_000)
    agent.release()
    assert.strictEqual((await other("resume")).code, 0)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2"])
  })

  it("stop by a second process ends it within a second, for good", async () => {
    const { run, other, delivered } = setUp()
    const running = run()
    await running.says("stdout", waits)
    const stopped = await other("stop")
    assert.strictEqual(stopped.code, 0, stopped.stderr)
    assert.match(stopped.stdout, /is stopped, 0 of 2 tasks done/)
    const ended = await running.ended
    assert.strictEqual(ended.code, 4, ended.stderr)
    assert.isBelow(between(framesOf(ended), "StopRequested", "Stopped"), 1_000)
    assert.deepStrictEqual(delivered(), [])
    const again = await other("stop")
    assert.strictEqual(again.code, 0)
    assert.include(again.stdout, "It was so already.")
    assert.strictEqual((await other("resume")).code, 2)
  })

  it("a killed worker's execution is taken over within two seconds", async () => {
    const { run, start, agent, delivered } = setUp()
    const running = run()
    await running.says("stdout", waits)
    running.child.kill("SIGKILL")
    await running.ended
    agent.release()
    const begun = performance.now()
    const resumed = start("resume", "--json")
    await resumed.says("stdout", /"event":"StepInterrupted"/)
    assert.isBelow(performance.now() - begun, 2_000)
    const ended = await resumed.ended
    assert.strictEqual(ended.code, 0, ended.stderr)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2"])
  })
})
