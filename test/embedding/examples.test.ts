/**
 * The example services as their users start them, but from the sources: from a request to pushed commits, over an end
 * in the middle of a step.
 */
import { assert, describe, it } from "@effect/vitest"
import { createClient } from "@devteam/client/client"
import { cursorOf, type Frame } from "@devteam/client/Frame"
import type { WatchState } from "@devteam/client/watch"
import { readFileSync } from "node:fs"
import { commitsOf } from "../support/bareRemote.ts"
import { goneAfterAll } from "../support/goneAfterAll.ts"
import { makeSample } from "../support/sampleRepository.ts"
import { makeScriptedAgent } from "../support/scriptedAgent.ts"
import { startExample } from "./support/startExample.ts"

const projectId = "acme/shop"
const { processes, samples } = goneAfterAll()

const setUp = (example: string) => {
  const sample = makeSample()
  samples.push(sample)
  const { data, directory, remote } = sample
  const agent = makeScriptedAgent(directory, { "1.2.1": "wait" })
  const start = async () => {
    const { running, url } = await startExample(example, {
      directory,
      env: { REPOSITORY: remote, AGENT: agent.program, DATA: data, PORT: "0" }
    })
    processes.push(running)
    const token = readFileSync(`${data}/token`, "utf8").trim()
    return { client: createClient({ baseUrl: url, token }), running, url }
  }
  const delivered = () => commitsOf(remote, "main").flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])
  return { agent, delivered, remote, start }
}

/** What each answers under paths that are not the runner's. */
const hosts = {
  "embed-node": {
    nothing: /^My service\. Its shop: nothing yet/,
    done: /completed, 100 %/,
    unknown: /^There is nothing here/
  },
  "embed-fastify": {
    nothing: /"shop":"nothing yet"/,
    done: /"shop":"completed","progress":100/,
    unknown: /"Route GET:\/elsewhere not found"/
  }
}

describe.each(["embed-node", "embed-fastify"] as const)("examples/%s", (example) => {
  it(
    "serves its own routes and the runner's, stops in the middle of a step, and goes on",
    { timeout: 180_000 },
    async () => {
      const { agent, delivered, remote, start } = setUp(example)
      const own = hosts[example]
      const first = await start()
      const text = async (path: string) => (await fetch(`${first.url}${path}`)).text()
      assert.match(await text("/"), own.nothing)
      assert.match(await text("/elsewhere"), own.unknown)
      assert.match(await text("/api/devteam/elsewhere"), /urn:devteam:problem:not-found/)
      assert.match(
        await text(`/api/devteam/automation/status/${projectId}`),
        /urn:devteam:problem:unauthorized/
      )
      assert.strictEqual((await fetch(`${first.url}/ready`)).status, 200)
      const notJson = { method: "POST", body: "{}", headers: { "content-type": "text/plain" } }
      assert.strictEqual(
        (await fetch(`${first.url}/events`, notJson)).headers.get("content-type"),
        "application/problem+json"
      )

      await first.client.call("POST /api/devteam/automation/initialize", {
        body: { projectId, repository: { url: remote }, options: { verify: [["sh", "check.sh"]] } }
      })
      const frames: Array<Frame> = []
      const states: Array<WatchState> = []
      const left = new AbortController()
      for await (const frame of first.client.watch(projectId, {
        after: 0,
        signal: left.signal,
        onState: (state) => {
          states.push(state)
          if (state.state === "waiting") left.abort()
        }
      })) {
        frames.push(frame)
        if (frame.type !== "execution-log" || !String(frame.payload["text"]).includes("waiting")) continue
        first.running.child.kill("SIGTERM")
        // Only once the WebSocket is closed, so that the step is in its middle until then.
        left.signal.addEventListener("abort", agent.release)
      }
      assert.deepInclude(states.at(-1), { state: "waiting", code: 1012 })
      const end = await first.running.ended
      assert.deepStrictEqual([end.code, end.signal, end.stderr], [0, null, ""])
      assert.deepStrictEqual(delivered(), ["1.1"])

      const second = await start()
      const after = frames.map(cursorOf).findLast((cursor) => cursor !== undefined)
      for await (const frame of second.client.watch(projectId, { after })) {
        frames.push(frame)
        if (frame.type === "completion") break
      }
      assert.deepStrictEqual(
        frames.map((frame) => Number(cursorOf(frame)?.split(".").at(-1))),
        frames.map((_, index) => index + 1)
      )
      assert.deepStrictEqual(delivered(), ["1.1", "1.2", "1.3"])
      assert.deepStrictEqual(
        agent.calls().map(({ taskId }) => taskId),
        ["1.1", "1.2", "1.3"]
      )
      const status = await second.client.call("GET /api/devteam/automation/status/{projectId}", {
        path: { projectId }
      })
      assert.strictEqual(status.status, "completed")
      assert.match(await (await fetch(second.url)).text(), own.done)
      second.running.child.kill("SIGTERM")
      const { code, stderr } = await second.running.ended
      assert.deepStrictEqual([code, stderr], [0, ""])
    }
  )
})
