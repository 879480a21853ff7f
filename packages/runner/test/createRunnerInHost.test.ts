/**
 * What a host relies on: runners that know nothing of each other, and a process that stays the host's.
 */
import { assert, describe, it } from "@effect/vitest"
import { createRunner, type Runner } from "@devteam/runner/createRunner"
import type { RunnerOptions } from "@devteam/runner/RunnerOptions"
import { tokenFile } from "@devteam/runner/server/tokenFile"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { constants } from "node:os"
import { commitsOf } from "../../../test/support/bareRemote.ts"
import { makeSample } from "../../../test/support/sampleRepository.ts"
import { type Act, makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"
import { listening } from "./support/listening.ts"
import { rejection } from "./support/rejection.ts"

const projectId = "acme/words"
const verify = [["sh", "check.sh"]]

const setUp = (script: Readonly<Record<string, Act>> = {}, more: Partial<RunnerOptions> = {}) => {
  const sample = makeSample()
  const agent = makeScriptedAgent(sample.directory, script)
  const log: Array<string> = []
  const runner = createRunner({
    dataDirectory: sample.data,
    repositories: [sample.remote],
    agents: [{ id: "command", argv: [agent.program, "{prompt}"], env: [] }],
    log: (line) => log.push(line),
    ...more
  })
  const delivered = () =>
    commitsOf(sample.remote, "main").flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])
  return { ...sample, agent, delivered, log, runner }
}

/** A host that has the runner's paths and one of its own. */
const hostOf = (runner: Runner) => {
  const server = createServer((request, response) => {
    if (runner.serves(request)) runner.handle(request, response)
    else response.end(`the host answers ${request.url}`)
  })
  return listening(server.on("upgrade", runner.upgrade))
}

const call = (url: string, token: string, body?: object) =>
  fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })

/** Everything of a process that belongs to its host, and that a library could change. */
const ofTheProcess = () => ({
  listeners: Object.fromEntries(
    [
      ...Object.keys(constants.signals),
      "beforeExit",
      "disconnect",
      "exit",
      "message",
      "multipleResolves",
      "rejectionHandled",
      "uncaughtException",
      "uncaughtExceptionMonitor",
      "unhandledRejection",
      "warning",
      "worker"
    ].map((name) => [name, process.listenerCount(name)])
  ),
  functions: [
    process.emit,
    process.exit,
    "reallyExit" in process && process.reallyExit,
    globalThis.fetch,
    console.log
  ],
  globals: Object.getOwnPropertyNames(globalThis).toSorted(),
  environment: { ...process.env },
  directory: process.cwd(),
  umask: process.umask(),
  exitCode: process.exitCode
})

describe("a runner in a host", () => {
  it("leaves the process as it was, while it works and after its end", async () => {
    const { agent, dispose, runner, remote } = setUp({ "1.1.1": "wait" })
    const before = ofTheProcess()
    const said: Array<unknown> = []
    const { exit } = process
    const { write } = process.stdout
    process.exit = (code) => {
      said.push(`exit ${code}`)
      throw new Error("exit")
    }
    process.stdout.write = (chunk: string | Uint8Array) => said.push(chunk) > 0
    try {
      await using host = await hostOf(runner)
      await runner.start()
      await runner.startExecution({ projectId, run: { url: remote, verify, maxTasks: 1 } })
      await agent.called(1)
      assert.match(await host.upgradeAnswer("/ws/devteam"), /^HTTP\/1\.1 101 /)
      const during = ofTheProcess()
      assert.deepStrictEqual({ ...during, functions: [] }, { ...before, functions: [] })
      agent.release()
      await runner.stop()
    } finally {
      process.exit = exit
      process.stdout.write = write
    }
    assert.deepStrictEqual(ofTheProcess(), before)
    assert.deepStrictEqual(said, [])
    // Without this a listener could come and go unseen.
    process.on("SIGTERM", setUp)
    assert.notDeepEqual(ofTheProcess(), before)
    process.off("SIGTERM", setUp)
    dispose()
  })

  it("knows nothing of another one beside it: work, tokens, metrics, logs and their ends are apart", async () => {
    const one = setUp({ "1.2.1": "wait" })
    const other = setUp({}, { token: "a-token-that-the-host-has-chosen", concurrency: 1 })
    await using first = await hostOf(one.runner)
    await using second = await hostOf(other.runner)
    await Promise.all([one.runner.start(), other.runner.start()])
    const ownToken = readFileSync(tokenFile(one.data), "utf8").trim()
    const chosen = "a-token-that-the-host-has-chosen"
    const status = `/api/devteam/automation/status/${projectId}`
    const start = (url: string, token: string, repository: string) =>
      call(`${url}/api/devteam/automation/initialize`, token, {
        projectId,
        repository: { url: repository },
        options: { verify }
      })

    assert.strictEqual((await call(`${first.url}${status}`, chosen)).status, 401)
    assert.strictEqual((await call(`${second.url}${status}`, ownToken)).status, 401)
    assert.strictEqual((await start(second.url, chosen, one.remote)).status, 403)
    const accepted = await start(first.url, ownToken, one.remote)
    assert.strictEqual(accepted.status, 202, await accepted.clone().text())
    await one.agent.called(2)
    assert.strictEqual((await call(`${second.url}${status}`, chosen)).status, 404)
    assert.isUndefined(await other.runner.status(projectId))

    const { executionId } = await other.runner.startExecution({
      projectId,
      run: { url: other.remote, verify }
    })
    assert.strictEqual((await other.runner.whenExecutionRests(executionId)).status, "completed")
    const taken = async (url: string, token: string) =>
      /devteam_queue_latency_seconds_count\{cause="hint"\} (\d+)/.exec(
        await (await call(`${url}/metrics`, token)).text()
      )?.[1]
    assert.deepStrictEqual([await taken(first.url, ownToken), await taken(second.url, chosen)], ["1", "1"])

    await other.runner.stop()
    assert.strictEqual((await call(`${second.url}${status}`, chosen)).status, 503)
    one.agent.release()
    const { executionId: theirs } = (await accepted.json()) as { readonly executionId: typeof executionId }
    assert.strictEqual((await one.runner.whenExecutionRests(theirs)).status, "completed")
    assert.deepStrictEqual(
      [one.delivered(), other.delivered()],
      [
        ["1.1", "1.2", "1.3"],
        ["1.1", "1.2", "1.3"]
      ]
    )
    await one.runner.stop()
    const executions = ({ log }: typeof one) =>
      new Set(log.map((line) => (JSON.parse(line) as { readonly executionId?: string }).executionId))
    assert.isTrue(executions(one).has(theirs) && executions(other).has(executionId))
    assert.isFalse(executions(one).has(executionId) || executions(other).has(theirs))
    one.dispose()
    other.dispose()
  })

  it("is told apart from the host's own paths", async () => {
    const { dispose, runner } = setUp({}, { token: false })
    const runners = [
      "/events",
      "/health",
      "/ready?verbose",
      "/metrics",
      "/docs",
      "/openapi.json",
      "/ws/devteam?projectId=a",
      "/api/devteam/automation/status/acme/shop",
      "/api/devteam/nothing/there"
    ]
    const hosts = ["/", "/shop", "/api", "/api/devteamwork", "/eventsource", "/health/deep", "", "*"]
    assert.deepStrictEqual(
      [...runners, ...hosts].filter((url) => runner.serves({ url })),
      runners
    )
    assert.isFalse(runner.serves({}))
    await using host = await hostOf(runner)
    await runner.start()
    assert.strictEqual(await (await fetch(`${host.url}/shop`)).text(), "the host answers /shop")
    assert.strictEqual((await fetch(`${host.url}/api/devteam/projects/`)).status, 200)
    assert.strictEqual((await fetch(`${host.url}/api/devteam/nothing/there`)).status, 404)
    assert.strictEqual((await fetch(`${host.url}/events`)).status, 405)
    assert.match(
      await host.upgradeAnswer("/ws/devteam", ["Origin: https://elsewhere.example"]),
      /^HTTP\/1\.1 403 /
    )
    await runner.stop()
    dispose()
  })

  it("refuses what it could not keep, and says where", async () => {
    const password = "hunter2-and-more"
    const { agent, dispose, remote, runner } = setUp(
      {},
      { environment: { ...process.env, DB_PASSWORD: password } }
    )
    const start = (run: object) =>
      rejection(runner.startExecution({ projectId, run: { url: remote, ...run } }))
    const refused = [
      [
        { agent: { id: "command", argv: [agent.program, `--db=${password}`], env: [] } },
        /^agent\.argv holds a secret/
      ],
      [{ verify: [["true"], ["deploy", password]] }, /^verify holds a secret/],
      [{ prepare: [["login", `ghp_${"a1B2".repeat(9)}`]] }, /^prepare holds a secret/],
      [{ url: "https://me:secret-word@github.com/acme/shop.git" }, /user name or password/],
      [{ url: "ext::sh -c true" }, /./]
    ] as const
    for (const [run, words] of refused) {
      const error = await start(run)
      assert.instanceOf(error, Error)
      assert.match(error.message, words)
      assert.notInclude(error.message, password)
      assert.notInclude(error.message, "secret-word")
    }
    assert.isUndefined(await runner.status(projectId))
    await runner.stop()
    dispose()
  })

  it("refuses options that cannot work: at once, or with its start", async () => {
    const { data, dispose } = setUp()
    const make = (more: Partial<RunnerOptions>) => createRunner({ dataDirectory: data, ...more })
    assert.throws(() => make({ token: "short" }), /fewer than 20 characters/)
    assert.throws(() => make({ concurrency: 0 }), /concurrency/)
    assert.throws(() => make({ repositories: ["ext::sh"] }), /^ext::sh: /)
    for (const [agents, words] of [
      [[{ id: "nobody", argv: [], env: [] }], /There is no agent "nobody"/],
      [[{ id: "command", argv: ["x", `ghp_${"a1B2".repeat(9)}`], env: [] }], /holds a secret/]
    ] as const) {
      const runner = make({ agents })
      const error = await rejection(runner.start())
      assert.instanceOf(error, Error)
      assert.match(error.message, words)
      await runner.stop()
    }
    dispose()
  })

  it("asks the host for the credentials of a remote", async () => {
    const asked: Array<string | undefined> = []
    await using remote = await listening(
      createServer((request, response) => {
        asked.push(request.headers.authorization)
        const status = request.headers.authorization === undefined ? 401 : 403
        response.writeHead(status, { "www-authenticate": 'Basic realm="git"' }).end()
      })
    )
    const urls: Array<string> = []
    const { dispose, log, runner } = setUp(
      {},
      {
        protocols: ["http"],
        secrets: [{ name: "the app's token", value: "app-token-0123456789" }],
        credentials: async (url) => {
          urls.push(url)
          return { username: "app", password: "app-token-0123456789" }
        }
      }
    )
    await runner.start()
    const url = `${remote.url}/acme/shop.git`
    const { executionId } = await runner.startExecution({ projectId, run: { url, verify } })
    const { error, status } = await runner.whenExecutionRests(executionId)
    assert.deepStrictEqual([status, error?.reason], ["error", "auth"])
    await runner.stop()
    assert.strictEqual(urls[0], url)
    const sent = `Basic ${Buffer.from("app:app-token-0123456789").toString("base64")}`
    assert.include(asked, sent)
    assert.notInclude(`${log.join("\n")}${error?.message}`, "app-token-0123456789")
    dispose()
  })
})
