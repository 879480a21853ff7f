/**
 * A private repository over ssh: through the user's agent and known hosts, with a real server. What ssh would ask a
 * person is an error with what to do, before anything is worked on. The agent's socket reaches ssh and nobody else.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { assert, describe, it, type TestContext } from "@effect/vitest"
import { git } from "../support/bareRemote.ts"
import { agentKey, looksAt, makePrivateShop } from "./support/privateShop.ts"
import { missingForSsh, startSshServer } from "./support/sshServer.ts"

const missing = missingForSsh()
const inCi = process.env["CI"] === "true"
if (missing !== undefined) process.stderr.write(`The tests with ssh are left out: ${missing}.\n`)

const makeShop = async ({ onTestFinished }: TestContext) => {
  // Git's own call of the program, not the server's side of it.
  const shop = await makePrivateShop(/^ssh -F /)
  const server = await startSshServer(shop.directory)
  onTestFinished(async () => {
    await server.close()
    shop.close()
  })
  const url = server.urlOf(shop.bare)
  return {
    ...shop,
    server,
    url,
    run: (environment: Readonly<Record<string, string>>, ...words: ReadonlyArray<string>) =>
      shop.devteam(["run", url, "--json", ...words, ...shop.runOptions], environment)
  }
}

const notWorkedOn = (shop: Awaited<ReturnType<typeof makeShop>>) => {
  assert.deepStrictEqual(shop.agentCalls(), [])
  assert.lengthOf(shop.delivered(), 1)
  assert.strictEqual(shop.execution().status, "none", "nothing was started")
}

it.runIf(inCi)("the tests with ssh can run", () => {
  assert.isUndefined(missing)
})

describe.skipIf(missing !== undefined)("a private repository over ssh", () => {
  it("is worked on through the user's agent and known hosts", { timeout: 300_000 }, async (test) => {
    const shop = await makeShop(test)
    const { server } = shop
    server.trust("true")
    const environment = { SSH_AUTH_SOCK: server.agentSocket }
    // As a person with a configuration of their own says it, in both ways.
    const run = await shop.run({ ...environment, GIT_SSH_COMMAND: server.command }, "--max-tasks", "1")
    assert.strictEqual(run.code, 3, run.stderr)
    assert.lengthOf(shop.delivered(), 2)
    shop.configure(`[core]\n\tsshCommand = ${server.command}\n`)
    const resumed = await shop.devteam(["resume", "acme/shop", "--json"], environment)
    assert.strictEqual(resumed.code, 0, resumed.stderr)
    assert.lengthOf(shop.delivered(), 3)

    const looks = await looksAt(shop)
    const canaries = {
      agentKey,
      socket: server.agentSocket,
      "name of the socket": basename(dirname(server.agentSocket)),
      variable: "SSH_AUTH_SOCK"
    }
    assert.deepStrictEqual(shop.hits(canaries, [run, resumed, ...looks]), [])

    // ssh has it, and nothing of the agent's; it was told to ask nothing.
    const programs = shop.sampler.watched()
    assert.isNotEmpty(programs)
    for (const program of programs) {
      assert.include(program, `SSH_AUTH_SOCK=${server.agentSocket}`)
      assert.notInclude(program, agentKey)
    }
    const calls = shop.sampler.commandLines().filter((line) => line.startsWith("ssh -F "))
    for (const call of calls) assert.include(call, "-o BatchMode=yes")
    for (const name of ["agent", "install", "build", "push"]) {
      assert.isNotEmpty(shop.sampler.environments(name), name)
    }
  })

  it("is not worked on when the host key is unknown or another one", { timeout: 240_000 }, async (test) => {
    const shop = await makeShop(test)
    const { server } = shop
    const environment = { SSH_AUTH_SOCK: server.agentSocket, GIT_SSH_COMMAND: server.command }
    const unknown = await shop.run(environment)
    assert.strictEqual(unknown.code, 5, unknown.stderr)
    assert.match(unknown.stderr, /ssh does not know the host key of ssh:.*compare the fingerprint/)
    assert.include(unknown.stderr, `ssh -T -p ${server.port} `)
    assert.strictEqual(readFileSync(server.knownHosts, "utf8"), "", "nothing was accepted")
    notWorkedOn(shop)

    server.trust("other")
    const changed = await shop.run(environment)
    assert.strictEqual(changed.code, 5, changed.stderr)
    assert.match(changed.stderr, /is another one than ssh knows.*ssh-keygen -R/)
    notWorkedOn(shop)
  })

  it("is not worked on without a key", { timeout: 240_000 }, async (test) => {
    const shop = await makeShop(test)
    const { server } = shop
    server.trust("true")
    const run = await shop.run({ GIT_SSH_COMMAND: server.command })
    assert.strictEqual(run.code, 5, run.stderr)
    assert.match(run.stderr, /refused the ssh key, or there was none.*ssh-add/)
    assert.match(run.stderr, /Permission denied \(publickey\)/)
    notWorkedOn(shop)

    const doctor = await shop.devteam(["doctor", shop.url], { GIT_SSH_COMMAND: server.command })
    assert.strictEqual(doctor.code, 5)
    assert.match(doctor.stdout, /✗ remote: .*refused the ssh key/)
  })

  it("what a clone's own configuration calls ssh is not run", { timeout: 240_000 }, async (test) => {
    const shop = await makeShop(test)
    const { server } = shop
    server.trust("true")
    const clone = join(shop.directory, "clone")
    mkdirSync(clone)
    git(clone, "init", "--quiet")
    git(clone, "remote", "add", "origin", shop.url)
    const trap = join(shop.directory, "trap.sh")
    const sprung = join(shop.directory, "sprung")
    writeFileSync(trap, `#!/bin/sh\ntouch '${sprung}'\n`, { mode: 0o755 })
    git(clone, "config", "core.sshCommand", trap)
    shop.configure(`[core]\n\tsshCommand = ${server.command}\n`)
    const tasks = await shop.devteam(["tasks", clone, "--json"], { SSH_AUTH_SOCK: server.agentSocket })
    assert.strictEqual(tasks.code, 0, tasks.stderr)
    assert.include(tasks.stdout, "First word")
    assert.throws(() => readFileSync(sprung))
    assert.throws(() => git(clone, "fetch", "--quiet"), undefined, undefined, "plain git runs it")
    readFileSync(sprung)
  })
})
