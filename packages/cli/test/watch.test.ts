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
  const start = (projectId: string) =>
    fetch(`${url}/api/devteam/automation/initialize`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        projectId,
        repository: { url: remote },
        options: { verify: [["node", "--version"]], prepare: [["node", "--version"]] }
      })
    })
  const command = (...more: ReadonlyArray<string>) => devteam([...more, "--data", data], { directory })
  const startCommand = (...more: ReadonlyArray<string>) =>
    startDevteam([...more, "--data", data], { directory })
  return { ...sample, url, token, start, command, startCommand }
}

describe("devteam watch", () => {
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
    const frames = after.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly payload: { readonly cursor: string } })
    const seqs = frames.map(({ payload }) => Number(payload.cursor.split(".").at(-1)))
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
