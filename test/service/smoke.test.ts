/**
 * `npm run smoke`: against a server that it starts, against one that runs, and where there is something wrong.
 */
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { commitsOf } from "../support/bareRemote.ts"
import { startDevteam } from "../support/devteamCommand.ts"
import { goneAfterAll } from "../support/goneAfterAll.ts"
import { makeSample } from "../support/sampleRepository.ts"
import { makeScriptedAgent } from "../support/scriptedAgent.ts"

const root = join(import.meta.dirname, "..", "..")
const { processes, samples } = goneAfterAll()

const smoke = (words: ReadonlyArray<string> = [], token?: string) => {
  const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "smoke", "--", ...words], {
    cwd: root,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...(token === undefined ? {} : { DEVTEAM_TOKEN: token }) }
  })
  const lines = stdout.trimEnd().split("\n")
  return { status, lines, said: stdout + stderr, stages: lines.map((line) => line.split(/ +/).slice(0, 2)) }
}

const ok = (...names: ReadonlyArray<string>) => names.map((name) => ["ok", name])
const stages = ["ready", "project", "event", "status", "frame", "stop"]
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith("devteam-smoke-"))

describe("npm run smoke", { timeout: 180_000 }, () => {
  it("starts a server of its own, tries it, and leaves nothing behind", () => {
    const before = leftovers()
    const { status, lines, said, stages: found } = smoke()
    assert.strictEqual(status, 0, said)
    assert.deepStrictEqual(found, ok("start", ...stages, "end"))
    for (const line of lines) assert.match(line, /^ok +\w+ +\d+ ms +\S/)
    assert.deepStrictEqual(
      leftovers().filter((name) => !before.includes(name)),
      []
    )
  })

  it("tries a server that runs; refuses a wrong token, an unknown project, and one that is at work", async () => {
    const sample = makeSample()
    samples.push(sample)
    const { directory, data, remote } = sample
    const agent = makeScriptedAgent(directory, { "1.1.1": "wait" })
    const words = ["serve", "--port", "0", "--json", "--data", data, "--allow-repo", remote]
    const server = startDevteam([...words, "--agent", "command", "--", agent.program], { directory })
    processes.push(server)
    await server.says("stdout", /^\{.*\}\n/)
    const { url } = JSON.parse(readFileSync(join(data, "server.json"), "utf8")) as { readonly url: string }
    const token = readFileSync(join(data, "token"), "utf8").trim()
    const target = ["--url", url, "--project", "acme/smoke"]

    const unknown = smoke(target, token)
    assert.strictEqual(unknown.status, 1)
    assert.match(unknown.lines.at(-1) ?? "", /^FAILED +project .*Name its --repository/)
    assert.strictEqual(smoke(target, "wrong").status, 1)

    const tried = smoke([...target, "--repository", remote], token)
    assert.strictEqual(tried.status, 0, tried.said)
    assert.deepStrictEqual(tried.stages, ok(...stages))
    assert.notInclude(tried.said, token)
    assert.strictEqual(smoke(target, token).status, 0, "once more, on the project that is known by now")
    assert.lengthOf(commitsOf(remote, "main"), 1)

    const begun = await fetch(`${url}/api/devteam/automation/initialize`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ projectId: "acme/smoke" })
    })
    assert.strictEqual(begun.status, 202)
    const busy = smoke(target, token)
    assert.strictEqual(busy.status, 1)
    assert.match(busy.lines.at(-1) ?? "", /^FAILED +project .*Name a project of its own/)
  })

  it("says what is wrong where nobody answers, and how it is used", () => {
    const { status, stages: found, lines } = smoke(["--url", "http://127.0.0.1:1", "--project", "x"])
    assert.strictEqual(status, 1)
    assert.deepStrictEqual(found, [["FAILED", "ready"]])
    assert.match(lines[0] ?? "", /fetch failed: ./)
    const usage = smoke(["--urk"])
    assert.strictEqual(usage.status, 2)
    assert.include(usage.said, "npm run smoke -- --url")
  })
})
