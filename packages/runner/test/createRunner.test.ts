/**
 * The runner as a library, with both of its stores, on a real repository with a real agent process.
 */
import { assert, describe, it } from "@effect/vitest"
import { createRunner, type RunnerOptions } from "@devteam/runner/createRunner"
import type { RunSettings } from "@devteam/runner/RunSettings"
import { commitsOf } from "../../../test/support/bareRemote.ts"
import { makeSample } from "../../../test/support/sampleRepository.ts"
import { makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"

const projectId = "acme/words"

const setUp = (store: RunnerOptions["store"]) => {
  const sample = makeSample()
  const agent = makeScriptedAgent(sample.directory, { "1.1.1": "bad", "1.3.1": "wait" })
  const runner = createRunner({ store, dataDirectory: sample.data, protocols: ["file"] })
  const run: RunSettings = {
    url: sample.remote,
    agent: { id: "command", argv: [agent.program, "{prompt}"], env: [] },
    identity: { name: "A Host", email: "host@example.com" },
    verify: [["sh", "check.sh"]],
    maxTasks: 1
  }
  return { ...sample, agent, runner, run }
}

describe.each(["memory", "embedded"] as const)("createRunner with the %s store", (store) => {
  it("runs a list, tells what happens, takes requests, and ends what runs when it is closed", async () => {
    const { runner, run, agent, remote, dispose } = setUp(store)
    const delivered = () =>
      commitsOf(remote, "main").flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])
    assert.isUndefined(await runner.status(projectId))
    const { executionId } = await runner.start({ projectId, run, correlationId: "request-1" })
    await assertRejects(runner.start({ projectId, run }), "RequestRejected")

    assert.deepInclude(await runner.drive(executionId), { _tag: "Rested", status: "paused" })
    assert.deepStrictEqual(delivered(), ["1.1"])
    assert.deepInclude(await runner.status(projectId), {
      status: "paused",
      totals: { completed: 1, total: 3 }
    })

    assert.isTrue((await runner.resume(projectId)).changed)
    const working = runner.drive(executionId)
    let last = 0
    for await (const { seq, frame } of runner.watch(projectId)) {
      assert.strictEqual(seq, last + 1)
      last = seq
      assert.strictEqual(frame.payload["correlationId"], "request-1")
      if (String(frame.payload["text"]).includes("waiting")) break
    }
    assert.isTrue((await runner.pause(projectId, "now")).changed)
    assert.deepInclude(await working, { status: "paused" })
    assert.deepStrictEqual(delivered(), ["1.1", "1.2"])
    assert.strictEqual((await runner.stop(projectId)).after.status, "stopped")
    await runner.close()
    assert.lengthOf(agent.calls(), 4)

    const again = createRunner({ store, dataDirectory: `${remote}/../data`, protocols: ["file"] })
    const status = await again.status(projectId)
    assert.strictEqual(status?.status, store === "embedded" ? "stopped" : undefined)
    await again.close()
    dispose()
  })
})

const assertRejects = async (promise: Promise<unknown>, tag: string) => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason
  )
  assert.propertyVal(error, "_tag", tag)
}
