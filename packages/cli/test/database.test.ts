/**
 * Looking after a data directory from the command line: its schema, a backup while a run goes on, and what a restored
 * backup does to the remote.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { commitsOf } from "../../../test/support/bareRemote.ts"
import { readDatabase } from "../../../test/support/databaseContents.ts"
import { devteam, startDevteam } from "../../../test/support/devteamCommand.ts"
import { findViolations } from "../../../test/support/invariants.ts"
import { makeSample, quickVerify, type Sample } from "../../../test/support/sampleRepository.ts"
import { type Act, makeScriptedAgent } from "../../../test/support/scriptedAgent.ts"

const samples: Array<Sample> = []
afterAll(() => samples.forEach((sample) => sample.dispose()))

const setUp = (script: Readonly<Record<string, Act>> = {}) => {
  const sample = makeSample()
  samples.push(sample)
  const { directory, remote, data } = sample
  const agent = makeScriptedAgent(directory, script)
  const words = ["run", remote, "--project", "acme/shop", "--data", data, ...quickVerify]
  const run = (...more: ReadonlyArray<string>) =>
    startDevteam([...words, ...more, "--agent", "command", "--", agent.program], { directory })
  const command = (...more: ReadonlyArray<string>) => devteam([...more, "--data", data], { directory })
  const json = async (...more: ReadonlyArray<string>): Promise<Record<string, unknown>> =>
    JSON.parse((await command(...more, "--json")).stdout)
  const delivered = () => commitsOf(remote, "main").flatMap(({ trailers }) => trailers["DevTeam-Task"] ?? [])
  return { ...sample, agent, run, command, json, delivered }
}

describe("devteam migrate", { concurrent: true, timeout: 180_000 }, () => {
  it("makes the database; --status makes nothing, and says by its exit code what is pending", async () => {
    const { command, json, data } = setUp()
    const none = await command("migrate", "--status")
    assert.strictEqual(none.code, 1, none.stderr)
    assert.match(none.stdout, /^schema +none yet; this program knows \d+$/m)
    assert.match(none.stdout, /^pending +1 stores, /m)
    assert.isFalse(existsSync(data))

    const made = await command("migrate")
    assert.strictEqual(made.code, 0, made.stderr)
    assert.match(made.stdout, /devteam\.sqlite is new, with schema \d+ now: 1 stores, /)
    const status = await command("migrate", "--status")
    assert.deepStrictEqual([status.code, status.stderr], [0, ""])
    assert.match(status.stdout, /^pending +nothing$/m)
    assert.match((await command("migrate")).stdout, /has schema \d+ already/)

    const { known } = await json("migrate", "--status")
    using raw = new DatabaseSync(join(data, "devteam.sqlite"))
    raw.exec("ALTER TABLE execution DROP COLUMN first_frame")
    raw.exec("DELETE FROM devteam_migrations WHERE migration_id >= 4")
    const pending = await command("migrate", "--status", "--json")
    assert.strictEqual(pending.code, 1)
    const expected = { version: 3, known, newer: false }
    assert.deepInclude(JSON.parse(pending.stdout), expected)
    assert.deepInclude(JSON.parse(pending.stdout).pending[0], { id: 4, name: "first_frame" })
    assert.deepInclude(await json("migrate"), { before: 3, version: known })
    assert.deepInclude(await json("migrate", "--status"), { version: known, pending: [] })
  })

  it("refuses a newer schema, says what to do, and so does every other command", async () => {
    const { command, json, data } = setUp()
    const { version } = await json("migrate")
    const newer = Number(version) + 1
    using raw = new DatabaseSync(join(data, "devteam.sqlite"))
    raw.prepare("INSERT INTO devteam_migrations (migration_id, name) VALUES (?, 'later')").run(newer)
    for (const words of [["migrate", "--status"], ["migrate"], ["status"], ["serve", "--port", "0"]]) {
      const { code, stderr } = await command(...words)
      assert.strictEqual(code, 5, words.join(" "))
      assert.match(stderr, /newer version of devteam has used .*Update devteam, restore the backup/)
    }
    assert.deepInclude(await json("migrate", "--status"), { version: newer, newer: true, pending: [] })
  })
})

describe("devteam backup", { concurrent: true, timeout: 180_000 }, () => {
  it("a backup of a run in its midst, restored as it says: it goes on, and nothing is delivered twice", async () => {
    const { directory, data, remote, agent, run, command, json, delivered } = setUp({ "1.2.1": "wait" })
    const running = run("--task", "1.1", "--task", "1.2")
    await agent.called(2)
    const before = await json("status", "acme/shop")
    assert.strictEqual(before["status"], "running")
    const file = join(directory, "one.sqlite")
    const made = await command("backup", file)
    assert.strictEqual(made.code, 0, made.stderr)
    assert.include(made.stdout, "1 project, 1 execution,")

    // Many workers come and go after the backup: on the remote their epochs are ahead of those that it knows.
    running.child.kill("SIGKILL")
    await running.ended
    {
      using raw = new DatabaseSync(join(data, "devteam.sqlite"))
      raw.exec("UPDATE lease SET epoch = epoch + 10")
    }
    agent.release()
    assert.strictEqual((await command("resume", "acme/shop")).code, 0)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2"])
    const head = commitsOf(remote, "main").at(-1)?.sha

    const lines = made.stdout.split("\n").filter((line) => /^ {2}(mv|mkdir|cp) /.test(line))
    assert.lengthOf(lines, 3)
    execFileSync("sh", ["-ec", lines.join("\n")])
    assert.deepStrictEqual(readdirSync(data), ["devteam.sqlite"])
    assert.deepStrictEqual(await json("status", "acme/shop"), before)
    const resumed = await command("resume", "acme/shop")
    assert.strictEqual(resumed.code, 0, resumed.stderr)
    assert.strictEqual(commitsOf(remote, "main").at(-1)?.sha, head, "what is there is not delivered again")
    assert.strictEqual((await json("status", "acme/shop"))["status"], "completed")

    const rest = await run().ended
    assert.strictEqual(rest.code, 0, rest.stderr)
    assert.deepStrictEqual(delivered(), ["1.1", "1.2", "1.3"])
    assert.isAbove(readDatabase(data).leases[0]?.epoch ?? 0, 12, "it has raised its epoch above the remote's")
    // The backup does not know that 1.2 is its own; nothing else is wrong.
    const forgotten = / 1\.2 is on the target, and its execution \(completed\) does not say so/
    const violations = findViolations({ dataDirectories: [data], remote })
    assert.deepStrictEqual(
      violations.filter((violation) => !forgotten.test(violation)),
      []
    )
  })

  it("into a folder under names of its own, never over a file; what it cannot do it says", async () => {
    const { directory, command, json, data } = setUp()
    const without = await command("backup", join(directory, "none.sqlite"))
    assert.strictEqual(without.code, 5)
    assert.include(without.stderr, `There is no database ${join(data, "devteam.sqlite")}`)
    await command("migrate")
    const folder = join(directory, "backups")
    const missing = await command("backup", `${folder}/`)
    assert.strictEqual(missing.code, 2)
    assert.include(missing.stderr, "There is no folder")
    mkdirSync(folder)
    const made = await json("backup", folder)
    const [name = ""] = readdirSync(folder)
    assert.match(name, /^devteam-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.sqlite$/)
    assert.deepInclude(made, {
      file: join(folder, name),
      dataDirectory: data,
      projects: 0,
      lostArtifacts: []
    })
    assert.strictEqual(made["bytes"], statSync(join(folder, name)).size)
    const again = await command("backup", join(folder, name))
    assert.strictEqual(again.code, 2)
    assert.include(again.stderr, "exists already, and a backup overwrites nothing")
    assert.deepStrictEqual(readFileSync(join(folder, name)).length, made["bytes"])
  })
})
