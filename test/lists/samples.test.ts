/**
 * Task lists of the shapes that public projects and tools write, each run to its end over the real path.
 *
 * Nothing of the parser is asked about its own work: what comes of a list is told by hand (`table.ts`), and commits and
 * lists are read from the remote with plain git.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CorrelationId, ProjectId } from "@devteam/core/model/Ids"
import { drive } from "@devteam/core/worker/drive"
import { start } from "@devteam/core/worker/start"
import { assert, describe, it } from "@effect/vitest"
import { embeddedLayer } from "@devteam/runner/layers/embedded"
import { toSettings } from "@devteam/runner/RunSettings"
import { Effect, Logger } from "effect"
import { fileAt, git, makeBareRemote } from "../support/bareRemote.ts"
import { type Sample, samples } from "./table.ts"

const agent = `#!/bin/sh
echo "$DEVTEAM_TASK_ID" > "done/$DEVTEAM_TASK_ID"
`

const runToItsEnd = (directory: string, bare: string, sample: Sample) =>
  Effect.gen(function* () {
    const { executionId } = yield* start({
      projectId: ProjectId.make("sample/list"),
      settings: toSettings({
        url: bare,
        ...(sample.isNamed ? { taskList: sample.path } : {}),
        agent: { id: "command", argv: [join(directory, "agent.sh")], env: [] },
        identity: { name: "DevTeam", email: "devteam@example.com" },
        verify: [["test", "-d", "done"]]
      }),
      scope: { _tag: "List" },
      boundTo: "cli",
      correlationId: CorrelationId.make("lists"),
      workflow: "DEVTEAM_AUTOMATION"
    })
    return yield* drive(executionId)
  }).pipe(
    Effect.provide(embeddedLayer({ dataDirectory: join(directory, "data"), protocols: ["file"] })),
    Effect.provide(Logger.layer([]))
  )

const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "devteam-list-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

/** What each commit did to the list: lines as numbers. */
const linesChanged = (bare: string, commit: string, path: string): ReadonlyArray<number> => {
  const [before, after] = [
    fileAt(bare, `${commit}^`, path).split("\n"),
    fileAt(bare, commit, path).split("\n")
  ]
  return before.flatMap((line, index) => (line === after[index] ? [] : [index + 1]))
}

describe("task lists as public projects write them", () => {
  for (const sample of samples) {
    const { file, finished, order, path } = sample
    it.live(
      `${file}: ${order.length} tasks, one commit each, in order; then the whole list is ticked`,
      () =>
        Effect.gen(function* () {
          const directory = yield* temporaryDirectory
          const text = readFileSync(join(import.meta.dirname, "samples", file), "utf8")
          const bare = makeBareRemote(directory, { [path]: text, "done/begin": "begin\n" })
          writeFileSync(join(directory, "agent.sh"), agent, { mode: 0o755 })

          const result = yield* runToItsEnd(directory, bare, sample)

          assert.deepStrictEqual(result, { _tag: "Rested", status: "completed" })
          assert.strictEqual(fileAt(bare, "main", path), finished(text))
          const commits = git(bare, "log", "--reverse", "--format=%H %s", "main")
            .trim()
            .split("\n")
            .slice(1)
            .map((line) => ({ sha: line.slice(0, 40), subject: line.slice(41) }))
          const subjects = commits.map(({ subject }) => subject.replace(/^t-[0-9a-f]{8}-\d+: /, ""))
          assert.deepStrictEqual(
            subjects.map((subject, index) => subject.slice(0, order[index]?.length)),
            order
          )
          const lines = commits.flatMap(({ sha }) => linesChanged(bare, sha, path))
          assert.isTrue(commits.every(({ sha }) => linesChanged(bare, sha, path).length > 0))
          assert.lengthOf(new Set(lines), lines.length, "no line is changed twice")
        }),
      180_000
    )
  }
})
