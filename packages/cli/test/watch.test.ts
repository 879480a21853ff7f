/**
 * Watching a server from the command line: `devteam serve` and `devteam watch` as processes, over the real network.
 */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { devteam, type Running, startDevteam } from "../../../test/support/devteamCommand.ts"
import { makeSample, type Sample } from "../../../test/support/sampleRepository.ts"
import { makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"

const samples: Array<Sample> = []
const servers: Array<Running> = []
afterAll(async () => {
  for (const { child, ended } of servers) {
    child.kill("SIGTERM")
    await ended
  }
  samples.forEach((sample) => sample.dispose())
})

const setUp = async () => {
  const sample = makeSample()
  samples.push(sample)
  const { directory, remote, data } = sample
  const agent = makeScriptedAgent(directory, {})
  const words = ["serve", "--port", "0", "--data", data, "--allow-repo", remote, "--agent", "command"]
  const server = startDevteam([...words, "--", agent.program, "{prompt}"], { directory })
  servers.push(server)
  await server.says("stdout", /serves on/)
  const { url }: { readonly url: string } = JSON.parse(readFileSync(join(data, "server.json"), "utf8"))
  const token = readFileSync(join(data, "token"), "utf8").trim()
  const ask = (method: string, path: string, body: unknown) =>
    fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body)
    })
  const start = (projectId: string) =>
    ask("POST", "/api/devteam/automation/initialize", {
      projectId,
      repository: { url: remote },
      options: { verify: [["node", "--version"]], prepare: [["node", "--version"]] }
    })
  const command = (...more: ReadonlyArray<string>) => devteam([...more, "--data", data], { directory })
  const startCommand = (...more: ReadonlyArray<string>) =>
    startDevteam([...more, "--data", data], { directory })
  return { ...sample, url, token, ask, start, command, startCommand }
}

interface Printed {
  readonly payload: { readonly cursor: string; readonly executionId: string }
}

const framesIn = (stdout: string): ReadonlyArray<Printed> =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Printed)

describe("devteam watch", { timeout: 180_000 }, () => {
  it("tells the newest execution from its beginning to its end", async () => {
    const { start, command, startCommand, url, token, directory, data } = await setUp()
    const unknown = await command("watch", "acme/shop")
    assert.strictEqual(unknown.code, 2)
    assert.include(unknown.stderr, "acme/shop")

    const begun = await start("acme/shop")
    assert.strictEqual(begun.status, 202, await begun.text())
    const live = startCommand("watch", "acme/shop", "--logs")
    const { code, stdout } = await live.ended
    assert.strictEqual(code, 0)
    assert.include(stdout, "execution requested")
    assert.include(stdout, "execution completed")
    assert.notInclude(stdout, token)

    const after = await command("watch", "acme/shop", "--json")
    assert.strictEqual(after.code, 0)
    const seqs = framesIn(after.stdout).map(({ payload }) => Number(payload.cursor.split(".").at(-1)))
    assert.deepStrictEqual(
      seqs,
      seqs.map((_, index) => index + 1)
    )
    // Another server, as far as the command knows, does not get this one's token.
    const elsewhere = await command("watch", "acme/shop", "--url", url.replace("127.0.0.1", "localhost"))
    assert.strictEqual(elsewhere.code, 5)
    const env = { DEVTEAM_TOKEN: token }
    const named = ["watch", "acme/shop", "--url", url, "--data", join(data, "nowhere")]
    const withToken = await startDevteam(named, { directory, env }).ended
    assert.strictEqual(withToken.code, 0)
    assert.isFalse(existsSync(join(data, "nowhere")))
  })

  it("begins with the newest execution, or where it is told; goes on with those that follow", async () => {
    const { remote, command, startCommand, ask } = await setUp()
    const options = { verify: [["node", "--version"]], prepare: [["node", "--version"]] }
    assert.strictEqual((await ask("PUT", "/api/devteam/projects/acme/shop", { url: remote })).status, 200)
    /** An execution of one task. */
    const execute = async (task: string): Promise<string> => {
      const event = { id: task, type: "devteam.automation.requested", projectId: "acme/shop", task, options }
      const answer = await ask("POST", "/events", event)
      assert.strictEqual(answer.status, 202)
      return ((await answer.json()) as { readonly executionId: string }).executionId
    }
    /** The executions that a watcher told of, and its last cursor. */
    const told = async (...more: ReadonlyArray<string>) => {
      const { code, stdout, stderr } = await command("watch", "acme/shop", "--json", ...more)
      assert.strictEqual(code, 0, stderr)
      const payloads = framesIn(stdout).map(({ payload }) => payload)
      const executions = [...new Set(payloads.map(({ executionId }) => executionId))]
      return { executions, cursor: payloads.at(-1)?.cursor ?? "" }
    }
    const first = await execute("1.1")
    const { executions, cursor } = await told()
    assert.deepStrictEqual(executions, [first])
    const second = await execute("1.2")
    assert.deepStrictEqual((await told()).executions, [second])
    assert.deepStrictEqual((await told("--all")).executions, [first, second])
    assert.deepStrictEqual((await told("--after", cursor)).executions, [second])

    const following = startCommand("watch", "acme/shop", "--json", "--follow")
    await following.says("stdout", /"event":"ExecutionCompleted"/)
    const third = await execute("1.3")
    await following.says("stdout", /(?:"event":"ExecutionCompleted"[^]*){2}/)
    following.child.kill("SIGINT")
    const { code, stdout } = await following.ended
    assert.strictEqual(code, 130)
    const followed = framesIn(stdout).map(({ payload }) => payload.executionId)
    assert.deepStrictEqual([...new Set(followed)], [second, third])
  })

  it("says what to do where there is no server", async () => {
    const sample = makeSample()
    samples.push(sample)
    const { code, stderr } = await devteam(["watch", "acme/shop", "--data", sample.data], sample)
    assert.strictEqual(code, 5)
    assert.include(stderr, "Start one with devteam serve")
    const gone = ["watch", "acme/shop", "--data", sample.data, "--url", "http://127.0.0.1:1"]
    const refused = await devteam(gone, sample)
    assert.strictEqual(refused.code, 5)
    assert.include(refused.stderr, "Is devteam serve running there?")
  })
})
