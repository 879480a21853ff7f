/**
 * Secrets that the agent, the build, the remote and the URL tell are in nothing that a run leaves behind: data
 * directory, output, frames, remote, the next prompt. Without the redactor they are everywhere.
 *
 * The one place that may hold a secret is the private patch of a change that is held because of it, which is never
 * shown; it is looked at too, so that nothing else is excused.
 */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { git } from "../support/bareRemote.ts"
import type { ProcessEnd } from "../support/devteamProcess.ts"
import { journalsOf } from "../support/journalOf.ts"
import { type Hit, hitsIn } from "./support/canaries.ts"
import { canaries, type LeakyProject, makeLeakyProject, shapedToken } from "./support/leakyProject.ts"
import { databaseRows, filesBelow, gitObjects, type Sink } from "./support/sinks.ts"

const everything = { ...canaries, shape: shapedToken }
const { patch, ...allButPatch } = everything

const search = (sinks: ReadonlyArray<Sink>, wanted: Readonly<Record<string, string>>): ReadonlyArray<Hit> =>
  sinks.flatMap(({ where, bytes }) => hitsIn(where, bytes, wanted))

const printed = (ends: ReadonlyArray<ProcessEnd>, stream: "stdout" | "stderr"): ReadonlyArray<Sink> =>
  ends.map((end) => ({ where: stream, bytes: Buffer.from(end[stream]) }))

const promptsOf = (project: LeakyProject): ReadonlyArray<Sink> =>
  Object.entries(project.prompts()).map(([where, text]) => ({ where, bytes: Buffer.from(text) }))

/** Every row of the database; the private patches apart. */
const rowsOf = (dataDirectory: string) => {
  const rows = databaseRows(dataDirectory)
  const isPatch = ({ where, row }: (typeof rows)[number]) =>
    where === "table artifact" && row["visibility"] === "private" && String(row["kind"]).startsWith("patch.")
  return { patches: rows.filter(isPatch), others: rows.filter((row) => !isPatch(row)) }
}

/** The commands that show what was done. */
const looks = async (project: LeakyProject): Promise<ReadonlyArray<ProcessEnd>> => {
  const ends: Array<ProcessEnd> = []
  for (const json of [[], ["--json"]]) {
    ends.push(await project.command("status", "acme/shop", ...json))
    ends.push(await project.command("logs", "acme/shop", ...json))
    for (const task of ["1.1", "1.2", "1.3", "1.4"]) {
      ends.push(await project.command("show", task, "--project", "acme/shop", ...json))
    }
  }
  return ends
}

/** Killed once with everything told, so that the write-ahead log is there as a crash leaves it; then to its rest. */
const runThrough = async (project: LeakyProject) => {
  const killed = await project.run("REPORT:started")
  assert.strictEqual(killed.signal, "SIGKILL", killed.stderr)
  const afterCrash = filesBelow(project.dataDirectory)
  const resumed = await project.command("resume", "acme/shop", "--json")
  return { killed, afterCrash, resumed }
}

describe("with canaries in environment, URL, agent output, build log, patch and the remote's words", () => {
  it("nothing that is left behind holds one", { timeout: 120_000 }, async ({ onTestFinished }) => {
    const project = await makeLeakyProject("devteamUnderTest.ts")
    onTestFinished(project.close)
    const { dataDirectory, bare } = project
    const { killed, afterCrash, resumed } = await runThrough(project)
    const shown = await looks(project)

    assert.include(
      afterCrash.map(({ where }) => where),
      "devteam.sqlite-wal"
    )
    assert.deepStrictEqual(search(afterCrash, everything), [], "the data directory after a crash")
    const records = journalsOf(dataDirectory).flatMap((execution) => execution.records)
    const held = records.flatMap(({ event }) => (event._tag === "TaskHeld" ? [event] : []))
    assert.deepStrictEqual(
      held.map(({ taskId, reason }) => `${taskId} ${reason}`),
      ["1.2 secret_in_patch", "1.3 nothing_to_do", "1.4 push_refused"],
      resumed.stderr
    )

    assert.deepStrictEqual(search(filesBelow(dataDirectory), allButPatch), [], "the data directory")
    const { patches, others } = rowsOf(dataDirectory)
    assert.deepStrictEqual(search(others, { patch }), [], "the database, but for private patches")
    const leaky = patches.filter(({ bytes }) => hitsIn("", bytes, { patch }).length > 0)
    assert.deepStrictEqual([...new Set(leaky.map(({ row }) => row["task_id"]))], ["1.2"], "its patch")
    const outside = filesBelow(dataDirectory).filter(({ where }) => !where.startsWith("devteam.sqlite"))
    assert.deepStrictEqual(search(outside, { patch }), [], "files beside the database")

    const [cache = ""] = readdirSync(join(dataDirectory, "cache")).filter((name) => name.endsWith(".git"))
    const cached = join(dataDirectory, "cache", cache)
    const candidate = held[0]?.candidate?.tree ?? ""
    const ofCandidate = new Set(
      git(cached, "rev-list", "--objects", candidate, "--not", "--all")
        .split("\n")
        .map((line) => line.split(" ")[0])
    )
    const otherObjects = gitObjects(cached).filter(({ sha }) => !ofCandidate.has(sha))
    assert.deepStrictEqual(
      search(otherObjects, everything),
      [],
      "the cache's objects, but for the candidate of 1.2"
    )
    assert.deepStrictEqual(search(gitObjects(bare), everything), [], "all objects of the remote")
    assert.deepStrictEqual(
      search(filesBelow(bare), { agent: canaries.agent, build: canaries.build, patch }),
      []
    )

    const all = [killed, resumed, ...shown]
    for (const { code, stderr } of shown) assert.strictEqual(code, 0, stderr)
    assert.deepStrictEqual(search(printed(all, "stdout"), everything), [], "stdout, with the frames")
    assert.deepStrictEqual(search(printed(all, "stderr"), everything), [], "stderr")
    assert.include(killed.stdout, "«redacted»")

    const prompts = project.prompts()
    assert.include(prompts["1.1.2"], "cannot log in with «redacted»", "the failing log is in the next prompt")
    assert.deepStrictEqual(search(promptsOf(project), everything), [], "prompts")

    assert.deepStrictEqual(project.seenInArguments, [])
    assert.notInclude(
      project.buildEnvironment(),
      "SHOP_API_TOKEN",
      "what the agent is given is not the build's"
    )
  })

  it("without the redactor all of it does", { timeout: 120_000 }, async ({ onTestFinished }) => {
    const project = await makeLeakyProject("../redaction/support/unredacted.ts")
    onTestFinished(project.close)
    const { killed, afterCrash, resumed } = await runThrough(project)
    const all = [killed, resumed]
    const found = {
      "after a crash": search(afterCrash, everything),
      "data directory": search(filesBelow(project.dataDirectory), everything),
      remote: search(gitObjects(project.bare), everything),
      stdout: search(printed(all, "stdout"), everything),
      stderr: search(printed(all, "stderr"), everything),
      prompts: search(promptsOf(project), everything)
    }
    for (const [where, hits] of Object.entries(found)) assert.isNotEmpty(hits, where)
    const told = new Set(Object.values(found).flatMap((hits) => hits.map(({ canary }) => canary)))
    assert.sameMembers([...told], Object.keys(everything))
    const forms = new Set(found["data directory"].map(({ form }) => form))
    assert.sameMembers([...forms], ["as it is", "base64", "base64url", "in a URL", "in JSON"])
  })
})

describe("what is refused before it is stored", () => {
  for (const [what, words] of [
    ["the agent's arguments", ["--", "/bin/true", `--token=${canaries.agent}`]],
    ["a verification command", ["--verify", `check --password ${canaries.build}`, "--", "/bin/true"]]
  ] as const) {
    it(`a secret in ${what}`, async ({ onTestFinished }) => {
      const project = await makeLeakyProject("devteamUnderTest.ts")
      onTestFinished(project.close)
      const url = project.urlWith(canaries.url)
      const end = await project.command("run", url, "--project", "acme/shop", "--agent", "command", ...words)
      assert.strictEqual(end.code, 2, end.stderr)
      assert.match(end.stderr, /hold a secret/)
      assert.deepStrictEqual(
        search([...printed([end], "stdout"), ...printed([end], "stderr")], everything),
        []
      )
      assert.deepStrictEqual(
        search(
          filesBelow(project.directory).filter(({ where }) => where.startsWith("data")),
          everything
        ),
        []
      )
    })
  }

  it("a wrong password in the URL", async ({ onTestFinished }) => {
    const project = await makeLeakyProject("devteamUnderTest.ts")
    onTestFinished(project.close)
    const wrong = "wr0ngCanary@8/Zq:Lm"
    const args = ["--project", "acme/shop", "--json", "--agent", "command", "--", "/bin/true"]
    const end = await project.command("run", project.urlWith(wrong), ...args)
    assert.strictEqual(end.code, 5, end.stderr)
    const sinks = [
      ...printed([end], "stdout"),
      ...printed([end], "stderr"),
      ...filesBelow(project.dataDirectory)
    ]
    assert.deepStrictEqual(search(sinks, { wrong }), [])
  })
})
