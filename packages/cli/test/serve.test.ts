/**
 * `devteam serve`: from a request to a pushed commit, its end in good order, and its sudden death.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { commitsOf } from "../../../test/support/bareRemote.ts"
import { devteam, startDevteam } from "../../../test/support/devteamCommand.ts"
import { makeSample, type Sample } from "../../../test/support/sampleRepository.ts"
import { type Act, makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"
import { project, serve, type Serving } from "./support/serving.ts"

const samples: Array<Sample> = []
const servers: Array<Serving> = []
afterAll(async () => {
  for (const { running } of servers) running.child.kill("SIGKILL")
  await Promise.all(servers.map(({ running }) => running.ended))
  for (const sample of samples) sample.dispose()
})

const setUp = (script: Readonly<Record<string, Act>> = {}) => {
  const sample = makeSample()
  samples.push(sample)
  const agent = makeScriptedAgent(sample.directory, script)
  const start = async (...words: ReadonlyArray<string>) => {
    const server = await serve(sample, agent, words)
    servers.push(server)
    return server
  }
  const delivered = () =>
    commitsOf(sample.remote, "main").flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])
  return { ...sample, agent, start, delivered }
}

const stop = async ({ running }: Serving) => {
  running.child.kill("SIGTERM")
  return await running.ended
}

const completed = ({ status }: { readonly status?: string }) => status === "completed"

const lines = (stderr: string): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)

describe("devteam serve", { concurrent: true }, () => {
  it("says where it is, where its token is, and how to begin: the lines that it prints work", async () => {
    const { directory, data, remote, agent } = setUp()
    const running = startDevteam(
      [
        "serve",
        "--port",
        "0",
        "--data",
        data,
        "--allow-repo",
        remote,
        "--agent",
        "command",
        "--",
        agent.program
      ],
      { directory }
    )
    let text = ""
    running.child.stdout?.on("data", (chunk: string) => (text += chunk))
    await running.says("stdout", /stop\/acme\/shop\n/)
    assert.match(text, /^devteam serves on http:\/\/127\.0\.0\.1:\d+\n/)
    assert.include(text, join(data, "token"))
    assert.notInclude(text, readFileSync(join(data, "token"), "utf8").trim())
    const curls = text.split("\n").filter((line) => line.startsWith("curl "))
    assert.lengthOf(curls, 3)
    const sh = (line: string) =>
      execFileSync("sh", ["-c", line.replace("curl", "curl --silent")], { encoding: "utf8" })
    assert.match(sh(curls[0] ?? ""), /"executionId"/)
    assert.match(sh(curls[1] ?? ""), /"projectId":"acme\/shop"/)
    assert.match(sh(curls[2] ?? ""), /"currentStatus":"stop|not-legal/)
    running.child.kill("SIGTERM")
    assert.strictEqual((await running.ended).code, 0)
  })

  it("100 parallel requests with one key are one execution, on the embedded database", async () => {
    const { start } = setUp({ "1.1.1": "wait" })
    const server = await start()
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => server.initialize({ "idempotency-key": "one" }))
    )
    assert.deepStrictEqual([...new Set(answers.map(({ status }) => status))], [202])
    assert.lengthOf([...new Set(answers.map(({ text }) => text))], 1)
    assert.lengthOf(
      answers.filter(({ headers }) => headers.get("idempotent-replayed") !== "true"),
      1
    )
    const { body } = await server.ask("GET", "/api/devteam/executions")
    assert.lengthOf(body["executions"] as ReadonlyArray<unknown>, 1)
    server.running.child.kill("SIGKILL")
  })

  it("SIGTERM: not ready, the running step ends, exit 0; the next start goes on without paying again", async () => {
    const { start, agent, delivered } = setUp({ "1.1.1": "wait" })
    const server = await start()
    await server.initialize()
    await server.until(({ currentStep }) => currentStep === "IMPLEMENT")
    await agent.called(1)
    const begun = performance.now()
    server.running.child.kill("SIGTERM")
    await server.running.says("stderr", /Stopping/)
    const ready = await server.ask("GET", "/ready")
    assert.strictEqual(ready.status, 503)
    assert.deepInclude(ready.body["dependencies"], { workers: { ok: false, detail: "is shutting down" } })
    assert.strictEqual((await server.ask("GET", "/health")).status, 200)
    agent.release()
    const { code, stderr } = await server.running.ended
    assert.strictEqual(code, 0, stderr)
    assert.isBelow(performance.now() - begun, 25_000)
    assert.deepStrictEqual(delivered(), [])
    const next = await start()
    await next.until(completed)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2", "1.3"])
    assert.deepStrictEqual(
      agent.calls().map(({ taskId }) => taskId),
      ["1.1", "1.2", "1.3"]
    )
    await stop(next)
  })

  it("two signals: the step is interrupted, exit 0, and it counts as no crash", async () => {
    const { start, agent, delivered } = setUp({ "1.1.1": "wait" })
    const server = await start()
    const { body } = await server.initialize()
    await agent.called(1)
    server.running.child.kill("SIGTERM")
    await server.running.says("stderr", /Stopping/)
    server.running.child.kill("SIGTERM")
    const { code, stderr } = await server.running.ended
    assert.strictEqual(code, 0, stderr)
    agent.release()
    const next = await start()
    await next.until(completed)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2", "1.3"])
    const journal = await next.ask("GET", `/api/devteam/executions/${body.executionId}/journal?limit=1000`)
    assert.include(journal.text, '"worker_closed"')
    assert.notInclude(journal.text, '"crashed"')
    await stop(next)
  })

  it("killed in the middle of a step: the next start goes on by itself, each task is one commit", async () => {
    const { start, agent, delivered } = setUp({ "1.2.1": "wait" })
    const server = await start()
    await server.initialize()
    await agent.called(2)
    server.running.child.kill("SIGKILL")
    await server.running.ended
    agent.release()
    const begun = performance.now()
    const next = await start()
    await next.until(({ currentTask, status }) => currentTask?.id === "1.2" || status === "completed")
    const goesOn = performance.now() - begun
    await next.until(completed)
    console.info(`goes on ${(goesOn / 1000).toFixed(1)} s after the new start`)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2", "1.3"])
    await stop(next)
  })

  it("a stop during a push ends in one of the two legal ends", async () => {
    const { start, remote, delivered } = setUp()
    const hook = join(remote, "hooks", "pre-receive")
    writeFileSync(hook, "#!/bin/sh\nsleep 1\n")
    chmodSync(hook, 0o755)
    const server = await start()
    await server.initialize()
    await server.until(({ currentStep }) => currentStep === "PUSH")
    const asked = await server.ask("POST", `/api/devteam/automation/stop/${project}`)
    assert.deepInclude(asked.body, { previousStatus: "running", currentStatus: "stopping" })
    const ended = await server.until(({ status }) => status === "stopped")
    assert.deepStrictEqual(
      ended.completed?.map(({ id }) => id),
      delivered()
    )
    assert.include([[], ["1.1"]].map(String), String(delivered()))
    await stop(server)
  })

  it("an event joins, and one that comes while it stops is followed by a new execution", async () => {
    const { start, agent, delivered } = setUp({ "1.1.1": "wait" })
    const server = await start()
    const first = await server.initialize()
    await agent.called(1)
    const event = (id: string, more: object = {}) =>
      server.ask("POST", "/events", { id, type: "devteam.automation.requested", projectId: project, ...more })
    assert.strictEqual((await event("join-1")).body.executionId, first.body.executionId)
    const stopped = await server.ask("POST", `/api/devteam/automation/stop/${project}`)
    const followed = await event("follow-1", { task: "1.2" })
    assert.strictEqual(stopped.status, 200)
    assert.strictEqual(followed.status, 202, followed.text)
    agent.release()
    const status = await server.until(completed)
    assert.notStrictEqual(status.executionId, first.body.executionId)
    assert.deepStrictEqual(delivered(), ["1.2"])
    await stop(server)
  })
})

/** One after the other: they measure time, and servers beside them would take it. */
describe("devteam serve, measured", () => {
  it("initialize → status → completed → commits on the remote; the log carries the correlation id", async () => {
    const { start, delivered, remote, agent, data } = setUp({ "1.2.1": "wait" })
    const server = await start()
    const answer = await server.initialize({ "x-correlation-id": "order-4711" })
    assert.strictEqual(answer.status, 202, answer.text)
    await server.until(
      ({ currentStep, currentTask }) => currentTask?.id === "1.2" && currentStep === "IMPLEMENT"
    )
    const times: Array<number> = []
    for (let asked = 0; asked < 50; asked++) {
      const begun = performance.now()
      await server.ask("GET", answer.headers.get("location") ?? "")
      times.push(performance.now() - begun)
    }
    times.sort((a, b) => a - b)
    console.info(
      `status while a task runs: median ${times[25]?.toFixed(1)} ms, worst ${times[49]?.toFixed(1)} ms`
    )
    assert.isBelow(times[47] ?? 0, 50)
    agent.release()
    const status = await server.until(completed)
    const commits = commitsOf(remote, "main").slice(1)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2", "1.3"])
    assert.deepStrictEqual(
      status.completed?.map(({ commit }) => commit),
      commits.map(({ sha }) => sha)
    )
    for (const { trailers } of commits)
      assert.strictEqual(trailers["DevTeam-Execution"], answer.body.executionId)
    const metrics = (await server.ask("GET", "/metrics")).text
    assert.match(metrics, /devteam_verification_duration_seconds_count\{[^}]*outcome="passed"[^}]*\} \d+/)
    assert.strictEqual(statSync(join(data, "token")).mode & 0o777, 0o600)
    const { code, stderr } = await stop(server)
    assert.strictEqual(code, 0, stderr)
    const taken = lines(stderr).find((line) => line["message"] === "taken")
    assert.deepInclude(taken, {
      correlationId: "order-4711",
      projectId: project,
      executionId: answer.body.executionId
    })
    assert.notInclude(stderr, server.token)
    const again = await start()
    assert.strictEqual(again.token, server.token)
    assert.strictEqual((await stop(again)).code, 0)
  })

  it("measures queueing and verification as a clock beside it does", async () => {
    const { start, agent, delivered } = setUp({ "1.1.1": "wait" })
    const other = makeSample()
    samples.push(other)
    const server = await start("--concurrency", "1", "--allow-repo", other.remote)
    const options = { verify: [["sh", "-c", "sleep 0.3"]] }
    await server.initialize({}, { options })
    await agent.called(1)
    const waiting = {
      projectId: "other/one",
      repository: { url: other.remote },
      options: { ...options, maxTasks: 1 }
    }
    assert.strictEqual((await server.ask("POST", "/api/devteam/automation/initialize", waiting)).status, 202)
    await new Promise((resolve) => setTimeout(resolve, 700))
    agent.release()
    await server.until(completed)
    const { text } = await server.ask("GET", "/metrics")
    const { stderr } = await stop(server)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2", "1.3"])
    const value = (name: string, label: string): number =>
      Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`devteam_${name}{`) && line.includes(label))
          ?.split(" ")[1]
      )
    const log = lines(stderr)
    const firstOf = (message: string, projectId: string): number =>
      Date.parse(
        String(log.find((line) => line["message"] === message && line["projectId"] === projectId)?.["time"])
      )
    const queued = [project, "other/one"].map((id) => (firstOf("taken", id) - firstOf("accepted", id)) / 1000)
    assert.isAbove(queued[1] ?? 0, 0.7)
    assert.strictEqual(value("queue_latency_seconds_count", 'cause="hint"'), 2)
    const sum = value("queue_latency_seconds_sum", 'cause="hint"')
    assert.closeTo(sum, (queued[0] ?? 0) + (queued[1] ?? 0), 0.05)
    const verified = value("verification_duration_seconds_sum", 'outcome="passed"')
    const count = value("verification_duration_seconds_count", 'outcome="passed"')
    assert.isAtLeast(count, 3)
    assert.isAtLeast(verified, count * 0.3)
    assert.isBelow(verified, count * 0.6)
  })
})

describe("what devteam serve refuses", { concurrent: true }, () => {
  const refused = async (words: ReadonlyArray<string>) => {
    const { directory, data } = setUp()
    return await devteam(["serve", "--port", "0", "--data", data, ...words], { directory })
  }

  it("no authentication where others could reach it", async () => {
    const { code, stderr } = await refused(["--no-auth", "--host", "0.0.0.0"])
    assert.strictEqual(code, 2)
    assert.match(stderr, /--no-auth on 0\.0\.0\.0/)
  })

  it("an allowed repository that is none, an agent that is none, a program that is not there", async () => {
    const none = await refused(["--allow-repo", "ext::sh -c x"])
    assert.deepStrictEqual([none.code, /--allow-repo/.test(none.stderr)], [2, true])
    assert.strictEqual((await refused(["--agent", "nobody"])).code, 2)
    assert.strictEqual((await refused(["--agent", "command", "--", "/no/such/program"])).code, 5)
  })

  it("a port that is taken", async () => {
    const { start, directory, data } = setUp()
    const server = await start()
    const { port } = new URL(server.url)
    const { code, stderr } = await devteam(["serve", "--port", port, "--data", data], { directory })
    assert.strictEqual(code, 5)
    assert.match(stderr, /Something else listens on 127\.0\.0\.1:\d+\. Name another port/)
    await stop(server)
  })

  it("a token that others may read", async () => {
    const { start, directory, data } = setUp()
    await stop(await start())
    chmodSync(join(data, "token"), 0o644)
    const { code, stderr } = await devteam(["serve", "--port", "0", "--data", data], { directory })
    assert.strictEqual(code, 5)
    assert.match(stderr, /may be read by others\. Remove it/)
  })
})
