/**
 * What a server does with a data directory that others have used: what the command line started is left to it, and
 * what is old is forgotten.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as sleep } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { commitsOf } from "../support/bareRemote.ts"
import { devteam, startDevteam } from "../support/devteamCommand.ts"
import { goneAfterAll } from "../support/goneAfterAll.ts"
import { findViolations } from "../support/invariants.ts"
import { journalsOf } from "../support/journalOf.ts"
import { makeSample, quickVerify } from "../support/sampleRepository.ts"
import { makeScriptedAgent } from "../support/scriptedAgent.ts"

const { processes, samples } = goneAfterAll()

const makeProject = () => {
  const sample = makeSample()
  samples.push(sample)
  return { ...sample, agent: makeScriptedAgent(sample.directory, { "1.1.1": "wait" }) }
}

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await sleep(50)
}

/** Starts a server on the data directory of a project; it is one more process of the same user. */
const serve = async (
  { directory, data, agent }: ReturnType<typeof makeProject>,
  allowed: ReadonlyArray<string>
) => {
  const words = ["serve", "--port", "0", "--json", "--data", data]
  const allow = allowed.flatMap((remote) => ["--allow-repo", remote])
  const running = startDevteam([...words, ...allow, "--agent", "command", "--", agent.program], { directory })
  processes.push(running)
  await running.says("stdout", /^\{.*\}\n/)
  const { url } = JSON.parse(readFileSync(join(data, "server.json"), "utf8")) as { readonly url: string }
  const token = readFileSync(join(data, "token"), "utf8").trim()
  const ask = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    return (await answer.json()) as Record<string, unknown>
  }
  return { running, ask }
}

const tasksOn = (remote: string) =>
  commitsOf(remote, "main").flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])

describe("a server on the data directory of others", { timeout: 240_000 }, () => {
  it("leaves a dead run of the command line to devteam resume, and says so; its own it takes up", async () => {
    const [theirs, own] = [makeProject(), makeProject()]
    const { directory, data } = theirs
    const status = (projectId: string) => `/api/devteam/automation/status/${projectId}`
    const run = startDevteam(
      [
        "run",
        theirs.remote,
        "--project",
        "their/own",
        "--data",
        data,
        ...quickVerify,
        "--agent",
        "command",
        "--",
        theirs.agent.program
      ],
      { directory }
    )
    processes.push(run)
    await theirs.agent.called(1)
    run.child.kill("SIGKILL")
    await run.ended

    const first = await serve({ ...own, data, directory }, [own.remote])
    const begun = await first.ask("POST", "/api/devteam/automation/initialize", {
      projectId: "our/own",
      repository: { url: own.remote },
      options: { verify: [["sh", "check.sh"]] }
    })
    assert.isString(begun["executionId"])
    await own.agent.called(1)
    first.running.child.kill("SIGKILL")
    await first.running.ended
    theirs.agent.release()
    own.agent.release()

    // Both are dead and runnable now, and the older one is looked at first: no hint tells of either.
    const { running, ask } = await serve({ ...own, data, directory }, [own.remote])
    await until(async () => (await ask("GET", status("our/own")))["status"] === "completed")
    assert.deepStrictEqual(tasksOn(own.remote), ["1.1", "1.2", "1.3"])
    assert.lengthOf(theirs.agent.calls(), 1)
    const [left] = journalsOf(data, "their/own")
    assert.deepStrictEqual(left?.records.at(-1)?.event._tag, "StepStarted", "nobody has written anything")

    const found = await ask("GET", status("their/own"))
    assert.strictEqual(found["status"], "running")
    const explained = await ask("GET", `/api/devteam/executions/${String(found["executionId"])}/explain`)
    assert.match(String(explained["sentences"]), /is dead: it belongs to the command line: devteam resume/)
    const shown = await devteam(["status", "their/own", "--data", data], { directory })
    assert.match(shown.stdout, /its process \d+ is dead/)
    assert.include(shown.stdout, `devteam resume their/own --data ${data}`)

    const resumed = await devteam(["resume", "their/own", "--data", data], { directory })
    assert.strictEqual(resumed.code, 0, resumed.stderr)
    assert.deepStrictEqual(tasksOn(theirs.remote), ["1.1", "1.2", "1.3"])
    running.child.kill("SIGTERM")
    assert.strictEqual((await running.ended).code, 0)
    for (const [projectId, { remote }] of [
      ["their/own", theirs],
      ["our/own", own]
    ] as const) {
      assert.deepStrictEqual(findViolations({ dataDirectories: [data], remote, projectId }), [])
    }
  })

  it("forgets answers whose time is over, old events, and the frames of executions that ended long ago", async () => {
    const project = makeProject()
    const { agent, data, directory, remote } = project
    agent.release()
    const run = (task: string) =>
      devteam(
        [
          "run",
          remote,
          "--data",
          data,
          "--task",
          task,
          ...quickVerify,
          "--agent",
          "command",
          "--",
          agent.program
        ],
        { directory }
      )
    for (const task of ["1.1", "1.2"]) assert.strictEqual((await run(task)).code, 0)
    using raw = new DatabaseSync(join(data, "devteam.sqlite"), { timeout: 5_000 })
    const numbers = (sql: string) =>
      raw
        .prepare(sql)
        .all()
        .map((row) => Number(row["n"]))
    const now = Date.now()
    const days = (count: number) => now - count * 24 * 60 * 60 * 1000
    for (const [name, end] of [
      ["over", now - 1_000],
      ["live", now + 600_000]
    ] as const) {
      raw.prepare("INSERT INTO idempotency VALUES (?, '', ?, '')").run(name, end)
    }
    for (const [name, at] of [
      ["old", days(31)],
      ["known", days(29)]
    ] as const) {
      raw.prepare("INSERT INTO client_event VALUES (?, '', ?, '', '')").run(name, at)
    }
    const [older = 0, newer = 0] = numbers("SELECT first_frame AS n FROM execution ORDER BY ordinal")
    assert.deepStrictEqual(numbers("SELECT min(seq) AS n FROM frame"), [older])
    raw.exec(`UPDATE execution SET updated_at = ${days(31)}`)

    const { running } = await serve(project, [remote])
    await until(() => numbers("SELECT min(seq) AS n FROM frame")[0] === newer)
    const names = (table: string, column: string) =>
      raw
        .prepare(`SELECT ${column} AS name FROM ${table}`)
        .all()
        .map((row) => row["name"])
    assert.deepStrictEqual(names("idempotency", "key_hash"), ["live"])
    assert.deepStrictEqual(names("client_event", "event_hash"), ["known"])
    assert.isAbove(newer, older)
    assert.deepStrictEqual(numbers("SELECT count(*) AS n FROM journal WHERE seq = 1"), [2], "journals stay")
    running.child.kill("SIGTERM")
    assert.strictEqual((await running.ended).code, 0)
  })
})
