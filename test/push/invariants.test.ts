/**
 * The invariant checker can find everything that it looks for: each fault is made by hand, on a copy of a run in
 * which it finds nothing.
 */
import { spawn } from "node:child_process"
import { cpSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { findViolations, markedProcesses, tasksDeliveredTwice } from "../support/invariants.ts"
import { readDatabase } from "../support/databaseContents.ts"
import { gitIn } from "../support/remoteCommits.ts"
import { newestIn } from "./support/journal.ts"
import { trivialWorld } from "./support/trivial.ts"
import type { World } from "./support/world.ts"

let world: World
let executionId: string
let copies = 0

beforeAll(async () => {
  world = await trivialWorld(2)
  await world.work().ended
  await world.quiet()
  executionId = newestIn(world.dataDirectory()).state.executionId
}, 60_000)

afterAll(() => world.close())

const stat = readFileSync("/proc/self/stat", "utf8")
const startedAt = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
const thisProcess = JSON.stringify(["host", "boot", process.pid, startedAt, "worker"])

/** A copy of the run, to be spoilt. */
const copy = () => {
  const directory = join(world.root, `copy-${++copies}`)
  const dataDirectory = join(directory, "data")
  const remote = join(directory, "shop.git")
  cpSync(world.dataDirectory(), dataDirectory, { recursive: true })
  cpSync(world.bare, remote, { recursive: true })
  return {
    dataDirectory,
    remote,
    violations: () => findViolations({ dataDirectories: [dataDirectory], remote })
  }
}

const inDatabase = (sql: string) => {
  const run = copy()
  const database = new DatabaseSync(join(run.dataDirectory, "devteam.sqlite"))
  database.exec(sql)
  database.close()
  return run.violations()
}

const onRemote = (change: (remote: string) => void) => {
  const run = copy()
  change(run.remote)
  return run.violations()
}

const says = (violations: ReadonlyArray<string>, text: string) =>
  assert.isTrue(
    violations.some((violation) => violation.includes(text)),
    `no violation says "${text}": ${JSON.stringify(violations)}`
  )

const faults: ReadonlyArray<readonly [what: string, sql: string, says: string]> = [
  ["a smaller epoch", "UPDATE journal SET epoch = 9 WHERE seq = 4", "epoch 1 comes after 9"],
  [
    "a record of a later epoch than the lease's",
    "UPDATE lease SET epoch = 0",
    "with epoch 1, the lease has 0"
  ],
  ["a hole in the journal", "UPDATE journal SET seq = 1000 + seq WHERE seq > 6", "stands in place 7"],
  ["a lost record", "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)", "records"],
  ["a hole in the frames", "DELETE FROM frame WHERE seq = 3", "Frame 4 of acme/shop stands in place 3"],
  ["a lost frame", "DELETE FROM frame WHERE seq = (SELECT max(seq) FROM frame)", "frames and numbered"],
  [
    "a live lease",
    `UPDATE lease SET owner = '${thisProcess}', expires_at = unixepoch('subsec') * 1000 + 60000`,
    "acme/shop still has a live lease"
  ],
  [
    "a status row that lies",
    "UPDATE execution SET status = 'running'",
    "the status row says running, the journal completed"
  ],
  [
    "a record after the end",
    `INSERT INTO journal SELECT execution_id, max(seq) + 1, max(at), 1, event_version, '{"_tag":"StopRequested","by":"x"}' FROM journal`,
    "comes after the end (completed)"
  ],
  [
    "a way that the lifecycle does not know",
    `UPDATE journal SET event = '{"_tag":"ExecutionCompleted","totals":{"completed":2,"total":2}}' WHERE seq = 2`,
    "ExecutionCompleted leads from initializing to completed"
  ],
  [
    "a step inside another",
    `UPDATE journal SET event = '{"_tag":"StepStarted","step":"VERIFY","attempt":1}' WHERE event LIKE '%"WorkspacePrepared"%'`,
    "VERIFY begins while PREP runs"
  ]
]

describe("the invariant checker", () => {
  it("finds nothing wrong with an ordinary run", () => {
    assert.deepStrictEqual(copy().violations(), [])
  })

  for (const [what, sql, text] of faults) {
    it(`finds ${what}`, () => says(inDatabase(sql), text))
  }

  it("finds a push of another tree than the verified one", () => {
    const [verified] = newestIn(world.dataDirectory()).events.flatMap((event) =>
      event._tag === "Verified" ? [event.verdict.verifiedTree] : []
    )
    const sql = `UPDATE journal SET event = replace(event, '${verified}', '${"0".repeat(40)}') WHERE event LIKE '%"Verified"%'`
    says(inDatabase(sql), `is pushed, ${"0".repeat(40)} verified`)
  })

  it("finds a completed task that is not on the target", () => {
    const violations = onRemote((remote) => gitIn(remote, ["update-ref", "refs/heads/main", "main~1"]))
    says(violations, `${executionId} / 1.2 is completed and not on the target`)
  })

  it("finds a task that was delivered twice", () => {
    const twice = (remote: string) => {
      const message = gitIn(remote, ["log", "-1", "--format=%B", "main"])
      const commit = gitIn(remote, ["commit-tree", "main^{tree}", "-p", "main"], message)
      gitIn(remote, ["update-ref", "refs/heads/main", commit])
      assert.deepStrictEqual(tasksDeliveredTwice(remote), ["1.2"])
    }
    says(onRemote(twice), `${executionId} / 1.2 has 2 commits on the target`)
  })

  it("finds what landed and is not said", () => {
    const violations = inDatabase(
      `UPDATE journal SET event = replace(event, '"taskId":"1.1"', '"taskId":"1.9"') WHERE event LIKE '%"TaskCompleted"%'`
    )
    says(violations, `${executionId} / 1.1 is on the target, and its execution (completed) does not say so`)
  })

  it("finds a checkout that was left", () => {
    const run = copy()
    mkdirSync(join(run.dataDirectory, "work", `${executionId}-agent`), { recursive: true })
    says(run.violations(), `The checkout ${executionId}-agent of an ended execution is still there`)
  })

  it("finds a process that was left", async () => {
    const { instance } = readDatabase(world.dataDirectory())
    const child = spawn("sleep", ["60"], {
      env: { PATH: process.env["PATH"], DEVTEAM_MARK: `${instance}:a/b:c:1` }
    })
    await new Promise((resolve) => child.once("spawn", resolve))
    try {
      assert.deepStrictEqual(markedProcesses(instance), [String(child.pid)])
      says(copy().violations(), `Process ${child.pid}`)
    } finally {
      child.kill("SIGKILL")
    }
  })
})
