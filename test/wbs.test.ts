/**
 * A real work breakdown structure, run to its end over the real path: clone, agent, build, commit, push, tick.
 *
 * What came of it is read from the remote with plain git, and compared with the list by this test's own eyes: it
 * knows the list's tasks and dependencies from its text, not from the parser that the run used.
 */
import { assert, it } from "@effect/vitest"
import { CorrelationId, ProjectId } from "@devteam/core/model/Ids"
import { Journal } from "@devteam/core/ports/Journal"
import { drive } from "@devteam/core/worker/drive"
import { start } from "@devteam/core/worker/start"
import { embeddedLayer } from "@devteam/runner/layers/embedded"
import { toSettings } from "@devteam/runner/RunSettings"
import { Effect, Logger } from "effect"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { commitsOf, fileAt, makeBareRemote } from "./support/bareRemote.ts"

const list = readFileSync(
  join(import.meta.dirname, "../packages/adapters-tasklist/test/fixtures/wbs.md"),
  "utf8"
)
const listPath = "docs/wbs.md"

/** Green only while every file of `done/` says what the task's agent writes there. */
const build = `
const { readdirSync, readFileSync } = require("node:fs")
for (const name of readdirSync("done")) {
  if (readFileSync("done/" + name, "utf8").trim() !== name) throw new Error(name + " is not what it should be")
}
`

const agent = `#!/bin/sh
echo "working on $DEVTEAM_TASK_ID"
echo "$DEVTEAM_TASK_ID" > "done/$DEVTEAM_TASK_ID"
`

interface WrittenTask {
  readonly id: string
  readonly phase: string
  readonly needs: ReadonlyArray<string>
}

const ids = (text: string): ReadonlyArray<string> => text.split(",").flatMap((id) => id.trim() || [])

/** Tasks and their dependencies as a reader finds them: one line each, phases wait for phases. */
const written = ((): ReadonlyArray<WrittenTask> => {
  const phases = new Map<string, ReadonlyArray<string>>()
  const tasks: Array<WrittenTask> = []
  for (const line of list.split("\n")) {
    const phase = /^(?:<!-- )?Phase (\d+):.*\(Dependencies: \[(.*)\]\)/.exec(line)
    if (phase) phases.set(phase[1] ?? "", ids(phase[2] ?? ""))
    const task = /^- (\d+)\.(\d+) .*\(Dependencies: \[(.*)\]\)/.exec(line)
    if (task) tasks.push({ id: `${task[1]}.${task[2]}`, phase: task[1] ?? "", needs: ids(task[3] ?? "") })
  }
  return tasks.map((task) => ({
    ...task,
    needs: [
      ...task.needs,
      ...(phases.get(task.phase) ?? []).flatMap((phase) =>
        tasks.filter((other) => other.phase === phase).map((other) => other.id)
      )
    ]
  }))
})()

const run = (directory: string, bare: string) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const { executionId } = yield* start({
      projectId: ProjectId.make("sample/wbs"),
      settings: toSettings({
        url: bare,
        taskList: listPath,
        agent: { id: "command", argv: [join(directory, "agent.sh")], env: [] },
        identity: { name: "DevTeam", email: "devteam@example.com" },
        verify: [["node", "build.js"]]
      }),
      scope: { _tag: "List" },
      boundTo: "cli",
      correlationId: CorrelationId.make("wbs"),
      workflow: "DEVTEAM_AUTOMATION"
    })
    const result = yield* drive(executionId)
    return { executionId, result, records: yield* journal.records(executionId, 0) }
  }).pipe(
    Effect.provide(embeddedLayer({ dataDirectory: join(directory, "data"), protocols: ["file"] })),
    Effect.provide(Logger.layer([]))
  )

const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "devteam-wbs-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

it.live(
  "36 open tasks: each becomes one commit, after what it depends on",
  () =>
    Effect.gen(function* () {
      const directory = yield* temporaryDirectory
      const bare = makeBareRemote(directory, { [listPath]: list, "build.js": build, "done/begin": "begin\n" })
      writeFileSync(join(directory, "agent.sh"), agent, { mode: 0o755 })
      const open = written.filter((task) => task.phase !== "1")
      assert.lengthOf(open, 36)

      const { executionId, result, records } = yield* run(directory, bare)

      assert.deepStrictEqual(result, { _tag: "Rested", status: "completed" })
      const events = records.map((record) => record.event)
      const ended = events.at(-1)
      assert.deepStrictEqual(ended, { _tag: "ExecutionCompleted", totals: { completed: 39, total: 39 } })

      const [first, ...commits] = commitsOf(bare, "main")
      assert.sameMembers(
        commits.map((commit) => commit.trailers["DevTeam-Task"] ?? "none"),
        open.map((task) => task.id)
      )
      const done = new Set(written.filter((task) => task.phase === "1").map((task) => task.id))
      let parent = first
      for (const commit of commits) {
        const id = commit.trailers["DevTeam-Task"] ?? "none"
        assert.deepStrictEqual(
          commit.parents,
          [parent?.sha ?? "none"],
          `${id} has one parent, the task before it`
        )
        assert.strictEqual(commit.trailers["DevTeam-Execution"], executionId)
        const missing = written.find((task) => task.id === id)?.needs.filter((need) => !done.has(need))
        assert.deepStrictEqual(missing, [], `${id} came after everything that it depends on`)
        done.add(id)
        parent = commit
      }

      const verified = events.flatMap((event) =>
        event._tag === "Verified" ? [event.verdict.verifiedTree as string] : []
      )
      assert.deepStrictEqual(
        verified,
        commits.map((commit) => commit.tree),
        "what was pushed is what was verified"
      )

      const text = fileAt(bare, "main", listPath)
      const ticked = open.filter((task) => text.includes(`\n- [x] ${task.id} `))
      assert.lengthOf(ticked, 36)
      assert.strictEqual(text.replaceAll("- [x] ", "- "), list, "nothing but the ticks changed in the list")
    }).pipe(Effect.scoped),
  180_000
)
