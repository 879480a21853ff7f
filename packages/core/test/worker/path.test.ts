/** The whole path, from a list to pushed commits, with nothing outside of memory. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { parseTrailers } from "../../src/delivery/CommitMessage.ts"
import { Artifacts } from "../../src/ports/Artifacts.ts"
import { Frames } from "../../src/ports/Frames.ts"
import { Journal } from "../../src/ports/Journal.ts"
import { Leases } from "../../src/ports/Leases.ts"
import { Repository } from "../../src/ports/Repository.ts"
import { Receipt } from "../../src/receipt/Receipt.ts"
import * as given from "../../src/testing/given.ts"
import { layerMemory, type NamedCommit, World } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import { artifactText, begin, eventsNamed, run, stateOf, stepsOf } from "./support.ts"

const project = given.projectId()
const oneTask = [
  "SELECT",
  "PREP",
  "PROMPT",
  "IMPLEMENT",
  "VERIFY",
  "MERGE",
  "PUSH:intend",
  "PUSH:push",
  "REPORT"
]

describe("the whole path", () => {
  it.effect("starts without doing anything, then drives to completed", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* begin()
      assert.strictEqual((yield* stateOf(executionId)).status, "initializing")
      assert.lengthOf(world.commands, 0)
      assert.deepStrictEqual(yield* drive(executionId), { _tag: "Rested", status: "completed" })
      assert.deepStrictEqual(yield* stepsOf(executionId), ["INITIALIZE", ...oneTask, ...oneTask, "SELECT"])
      const { outcomes, totals } = yield* stateOf(executionId)
      assert.deepStrictEqual(totals, { completed: 2, total: 2 })
      assert.deepStrictEqual(
        outcomes.map(({ outcome, rounds, taskId }) => ({ taskId, outcome, rounds })),
        [
          { taskId: "1.1", outcome: "completed", rounds: 1 },
          { taskId: "1.2", outcome: "completed", rounds: 1 }
        ]
      )
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("pushes one commit per task: change and tick together, with trailers, on the commit before", () =>
    Effect.gen(function* () {
      const { person } = yield* World
      const base = person.head()
      const executionId = yield* run()
      const [second, first, before] = person.log()
      assert.strictEqual(before?.sha, base)
      assert.deepStrictEqual(
        [first, second].map((commit) => commit?.parents),
        [[base], first === undefined ? [] : [first.sha]]
      )
      const trailers = [first, second].map((commit) => ({ ...parseTrailers(commit?.message ?? "") }))
      const verify = "passed npm ci, npm run build"
      assert.deepStrictEqual<ReadonlyArray<unknown>>(trailers, [
        { execution: executionId, task: "1.1", base, verify },
        { execution: executionId, task: "1.2", base: first?.sha, verify }
      ])
      const repository = yield* Repository
      const ref = { projectId: project, url: given.settings().repository.url }
      const changed = (from: NamedCommit | undefined, to: NamedCommit | undefined) =>
        repository.changedPaths(ref, from?.tree ?? given.sha(), to?.tree ?? given.sha())
      assert.deepStrictEqual(yield* changed(before, first), ["src/1.1.ts", "tasks.md"])
      assert.deepStrictEqual(yield* changed(first, second), ["src/1.2.ts", "tasks.md"])
      assert.strictEqual(person.read("tasks.md"), "[x] 1.1 Add a cart\n[x] 1.2 Add a checkout (deps: 1.1)\n")
      assert.strictEqual(first?.identity.email, "ada@example.test")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("pushes exactly the tree that was verified, and verified exactly what is pushed", () =>
    Effect.gen(function* () {
      const world = yield* World
      const built: Array<string> = []
      world.build = (read) =>
        Effect.sync(() => {
          built.push(read("tasks.md") ?? "")
          return { exitCode: 0 }
        })
      const executionId = yield* run()
      const verified = (yield* eventsNamed(executionId, "Verified")).map(
        ({ verdict }) => verdict.verifiedTree
      )
      const pushed = world.person.log().slice(0, 2).reverse()
      assert.deepStrictEqual(
        verified,
        pushed.map(({ tree }) => tree)
      )
      assert.match(built[0] ?? "", /^\[x\] 1\.1/)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("keeps prompt, diff and a receipt of every task, and the patch apart", () =>
    Effect.gen(function* () {
      const { person } = yield* World
      const executionId = yield* run()
      const artifacts = yield* Artifacts
      const kinds = (yield* artifacts.list(executionId)).map(
        ({ key }) => `${key.taskId}/${key.round}/${key.kind}`
      )
      assert.deepStrictEqual(kinds, [
        "1.1/1/diff.patch",
        "1.1/1/prompt.md",
        "1.1/1/receipt.json",
        "1.1/1/verify.log",
        "1.2/1/diff.patch",
        "1.2/1/prompt.md",
        "1.2/1/receipt.json",
        "1.2/1/verify.log"
      ])
      const [second, first] = person.log()
      const text = yield* artifactText(executionId, { taskId: "1.2", round: 1, kind: "receipt.json" })
      const receipt = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Receipt))(text)
      assert.strictEqual(receipt.commit, second?.sha)
      assert.strictEqual(receipt.base, first?.sha)
      assert.strictEqual(receipt.verifiedTree, second?.tree)
      assert.deepStrictEqual(receipt.filesModified, ["src/1.2.ts"])
      const prompt = yield* artifactText(executionId, { taskId: "1.1", round: 1, kind: "prompt.md" })
      assert.include(prompt ?? "", "Task 1.1: Add a cart")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("numbers the frames without hole or repeat, and ends with the completion", () =>
    Effect.gen(function* () {
      const executionId = yield* run()
      const frames = yield* Frames
      const stored = yield* frames.read(project, 0, 10_000)
      assert.deepStrictEqual(
        stored.map(({ seq }) => seq),
        stored.map((_, index) => index + 1)
      )
      const { records } = yield* Journal.use((journal) =>
        Effect.map(journal.records(executionId, 0), (records) => ({ records }))
      )
      const ofEvents = stored.filter(({ frame }) => frame.type !== "execution-log")
      assert.deepStrictEqual(
        ofEvents.map(({ frame }) => frame.payload["event"]),
        records.map(({ event }) => event._tag)
      )
      assert.strictEqual(stored.at(-1)?.frame.type, "completion")
      const text = (yield* frames.logs(executionId, { taskId: "1.1", step: "VERIFY" }))
        .map(({ frame }) => frame.payload["text"])
        .join("")
      assert.include(text, "$ npm ci\n")
      assert.include(text, "built\n")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("gives the project back and leaves no checkout behind", () =>
    Effect.gen(function* () {
      const world = yield* World
      yield* run()
      const leases = yield* Leases
      assert.isTrue(Option.isNone(yield* leases.holder(project)))
      assert.strictEqual(yield* leases.count, 0)
      assert.deepStrictEqual([...world.git.checkouts.keys()], [])
      assert.deepStrictEqual([...world.machine.directories], [])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("works only on the tasks that were asked for", () =>
    Effect.gen(function* () {
      const { person } = yield* World
      const executionId = yield* run({}, { scope: { _tag: "Tasks", ids: ["1.1"] } })
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.strictEqual(person.read("tasks.md"), "[x] 1.1 Add a cart\n[ ] 1.2 Add a checkout (deps: 1.1)\n")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("hands ids and the variables that were named to the agent, and nothing else", () =>
    Effect.gen(function* () {
      const { agent, host } = yield* World
      host.variables["AGENT_KEY"] = "agent-key-value"
      host.variables["OTHER"] = "other"
      const executionId = yield* run(
        { agent: { id: "command", argv: ["agent"], env: ["AGENT_KEY"] } },
        { scope: { _tag: "Tasks", ids: ["1.1"] } }
      )
      assert.deepStrictEqual(agent.runs[0]?.env, {
        AGENT_KEY: "agent-key-value",
        DEVTEAM_PROJECT: project,
        DEVTEAM_EXECUTION_ID: executionId,
        DEVTEAM_CORRELATION_ID: given.correlationId(),
        DEVTEAM_TASK_ID: "1.1",
        DEVTEAM_ROUND: "1"
      })
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("starts again when it has ended, under another id, with nothing left to do", () =>
    Effect.gen(function* () {
      const { person } = yield* World
      const first = yield* run()
      const head = person.head()
      const second = yield* run()
      assert.notStrictEqual(first, second)
      assert.strictEqual((yield* stateOf(second)).status, "completed")
      assert.strictEqual(person.head(), head)
    }).pipe(Effect.provide(layerMemory()))
  )
})
