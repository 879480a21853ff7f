/**
 * The runner as a library, with both of its stores, on a real repository with a real agent process.
 */
import { assert, describe, it } from "@effect/vitest"
import { defaultLimits } from "@devteam/core/model/Limits"
import { createRunner } from "@devteam/runner/createRunner"
import type { HostRun } from "@devteam/runner/executions"
import type { RunnerOptions } from "@devteam/runner/RunnerOptions"
import { createServer } from "node:http"
import { commitsOf } from "../../../test/support/bareRemote.ts"
import { makeSample } from "../../../test/support/sampleRepository.ts"
import { makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"
import { rejection } from "./support/rejection.ts"
import { listening } from "./support/listening.ts"

const projectId = "acme/words"

const setUp = (store: RunnerOptions["store"]) => {
  const sample = makeSample()
  const agent = makeScriptedAgent(sample.directory, { "1.1.1": "bad", "1.3.1": "wait" })
  const options: RunnerOptions = { store, dataDirectory: sample.data, protocols: ["file"] }
  const runner = createRunner({
    ...options,
    agents: [{ id: "command", argv: [agent.program, "{prompt}"], env: [] }],
    identity: { name: "A Host", email: "host@example.com" },
    limits: { rounds: 2 }
  })
  const run: HostRun = { url: sample.remote, verify: [["sh", "check.sh"]], maxTasks: 1 }
  return { ...sample, agent, options, runner, run }
}

describe.each(["memory", "embedded"] as const)("createRunner with the %s store", (store) => {
  it("runs a list, tells what happens, takes requests, and gives everything back when it is stopped", async () => {
    const { agent, dispose, options, remote, run, runner } = setUp(store)
    const delivered = () =>
      commitsOf(remote, "main").flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])
    assert.isUndefined(await runner.status(projectId))
    const { executionId, settings } = await runner.startExecution({
      projectId,
      run,
      correlationId: "request-1"
    })
    assert.deepStrictEqual(settings.explicit, ["verify"])
    assert.deepStrictEqual(settings.caps, {
      limits: { ...defaultLimits, rounds: 2 },
      agents: [settings.agent]
    })
    assert.strictEqual(settings.limits.rounds, 2)
    assert.propertyVal(await rejection(runner.startExecution({ projectId, run })), "_tag", "RequestRejected")
    assert.lengthOf(agent.calls(), 0)

    await runner.start()
    const first = await runner.whenExecutionRests(executionId)
    assert.deepInclude(first, { status: "paused", totals: { completed: 1, total: 3 } })
    assert.deepStrictEqual(await runner.status(projectId), first)
    assert.deepStrictEqual(delivered(), ["1.1"])

    const skipped = await runner.decideOnTask(projectId, "1.3", "skip")
    assert.deepInclude(skipped.execution, { executionId, status: "paused" })
    assert.isTrue(skipped.changed)
    assert.isTrue((await runner.decideOnTask(projectId, "1.3", "reopen")).changed)
    for (const [taskId, decision, message] of [
      ["1.1", "skip", /completed already/],
      ["1.3", "accept", /only the change of a held task/],
      ["9.9", "done", /There is no task 9\.9/]
    ] as const) {
      const refused = await rejection(runner.decideOnTask(projectId, taskId, decision))
      assert.propertyVal(refused, "_tag", "RequestRejected")
      assert.match(String((refused as Error).message), message)
    }
    assert.isTrue((await runner.resumeExecution(projectId)).changed)
    const elsewhere = await rejection(runner.resumeExecution(projectId, "branch"))
    assert.match(String((elsewhere as Error).message), /only while the execution is paused/)
    let last = 0
    for await (const { seq, frame } of runner.watch(projectId)) {
      assert.strictEqual(seq, last + 1)
      last = seq
      assert.strictEqual(frame.payload["correlationId"], "request-1")
      if (String(frame.payload["text"]).includes("waiting")) break
    }
    assert.isTrue((await runner.pauseExecution(projectId, "now")).changed)
    assert.strictEqual((await runner.whenExecutionRests(executionId)).status, "paused")
    assert.deepStrictEqual(delivered(), ["1.1", "1.2"])
    assert.strictEqual((await runner.stopExecution(projectId)).after.status, "stopped")
    await runner.stop()
    assert.lengthOf(agent.calls(), 4)

    const again = createRunner(options)
    const status = await again.status(projectId)
    assert.strictEqual(status?.status, store === "embedded" ? "stopped" : undefined)
    await again.stop()
    dispose()
  })
})

describe("a runner that does not run", () => {
  it("answers 503 before its start and after its end, and nothing else is possible after that", async () => {
    const { dispose, run, runner } = setUp("embedded")
    const server = createServer(runner.handle).on("upgrade", runner.upgrade)
    await using host = await listening(server)
    const refused = async () => {
      const response = await fetch(`${host.url}/health`, { headers: { "x-correlation-id": "mine" } })
      assert.strictEqual(response.status, 503)
      assert.strictEqual(response.headers.get("content-type"), "application/problem+json")
      assert.deepInclude(await response.json(), {
        type: "urn:devteam:problem:unavailable",
        status: 503,
        correlationId: "mine"
      })
      assert.match(await host.upgradeAnswer("/ws/devteam"), /^HTTP\/1\.1 503 /)
    }
    await refused()
    await Promise.all([runner.start(), runner.start()])
    assert.strictEqual((await fetch(`${host.url}/ready`)).status, 200)
    const watching = runner.watch(projectId)[Symbol.asyncIterator]().next()
    const { executionId } = await runner.startExecution({ projectId, run })
    assert.strictEqual((await watching).done, false)
    const waiting = rejection(runner.whenExecutionRests(executionId))
    void runner.stop()
    await runner.stop({ patienceMs: 0 })
    assert.propertyVal(await waiting, "_tag", "RunnerStopped")
    await runner.stop()
    await refused()
    for (const call of [
      () => runner.start(),
      () => runner.status(projectId),
      () => runner.startExecution({ projectId, run })
    ]) {
      assert.propertyVal(await rejection(call()), "_tag", "RunnerStopped")
    }
    const frames = []
    for await (const frame of runner.watch(projectId)) frames.push(frame)
    assert.deepStrictEqual(frames, [])
    dispose()
  })

  it("ends those who watch", async () => {
    const { dispose, runner } = setUp("memory")
    const frames = runner.watch(projectId)[Symbol.asyncIterator]()
    const next = frames.next()
    await runner.status(projectId)
    await runner.stop()
    assert.deepStrictEqual(await next, { done: true, value: undefined })
    dispose()
  })
})
