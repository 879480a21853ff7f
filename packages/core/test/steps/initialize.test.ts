/** Everything that is found wrong before anything is paid for, and what is stored once. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ExecutionSettings } from "../../src/model/Settings.ts"
import { exampleFiles, layerMemory, World, type WorldShape } from "../../src/testing/memory/Everything.ts"
import type { Files } from "../../src/testing/memory/MemoryGit.ts"
import { atPass, eventsNamed, run, stateOf } from "../worker/support.ts"

interface Case {
  readonly what: string
  readonly files?: Files
  readonly settings?: Partial<Omit<ExecutionSettings, "limits">>
  readonly arrange?: (world: WorldShape) => void
  readonly reason: string
  readonly message: RegExp
}

const agent = { id: "command", argv: ["agent"], env: [] }
const { "tasks.md": _, ...noList } = exampleFiles

const cases: ReadonlyArray<Case> = [
  { what: "no list", files: noList, reason: "list_missing", message: /--tasks <file>/ },
  {
    what: "a list that is not there",
    settings: { taskList: "todo.md" },
    reason: "list_missing",
    message: /^todo\.md is not in the repository's target branch/
  },
  {
    what: "an invalid list",
    files: { ...exampleFiles, "tasks.md": "[ ] 1 A (deps: 2)\n[ ] 2 B (deps: 1)\n" },
    reason: "list_invalid",
    message: /^tasks\.md:\d+:1: /
  },
  {
    what: "a list without tasks",
    files: { ...exampleFiles, "tasks.md": "Nothing yet\n" },
    reason: "no_tasks",
    message: /tasks\.md has no tasks/
  },
  {
    what: "a template with an unknown variable",
    files: { ...exampleFiles, ".devteam/prompts/implement.md": "Do {{task}}\nfor {{customer}}\n" },
    reason: "environment",
    message: /^\.devteam\/prompts\/implement\.md:2: unknown variable "customer"/
  },
  {
    what: "a package manager that is not installed",
    files: { ...exampleFiles, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "package-lock.json": null },
    reason: "environment",
    message: /installed with pnpm \(pnpm-lock\.yaml\).*`npm install -g pnpm`.*--verify/
  },
  {
    what: "a Yarn of the wrong kind",
    files: { ...exampleFiles, "yarn.lock": "__metadata:\n  version: 8\n", "package-lock.json": null },
    arrange: ({ programs }) => {
      programs["yarn"] = () => Effect.succeed({ exitCode: 0, stdout: "1.22.22\n" })
    },
    reason: "environment",
    message: /with Yarn 2 or later \(yarn\.lock\), and the yarn of this machine is 1\.22\.22/
  },
  {
    what: "a package manager that does not run here",
    files: { ...exampleFiles, "yarn.lock": "# yarn lockfile v1\n", "package-lock.json": null },
    arrange: ({ programs }) => {
      programs["yarn"] = () => Effect.succeed({ exitCode: 1, stderr: "error: packageManager is yarn@4\n" })
    },
    reason: "environment",
    message: /`yarn --version` fails[^]*packageManager is yarn@4/
  },
  {
    what: "a verify command whose program is not there",
    settings: { verify: [["cargo", "test"]] },
    arrange: ({ programs }) => {
      programs["sh"] = () => Effect.succeed({ exitCode: 3 })
    },
    reason: "environment",
    message: /"cargo test" needs cargo/
  },
  {
    what: "an unknown agent",
    settings: { agent: { ...agent, id: "robot" } },
    reason: "agent",
    message: /There is no agent "robot". Known agents: command/
  },
  {
    what: "an agent whose key is not set",
    settings: { agent: { ...agent, env: ["AGENT_KEY"] } },
    reason: "agent",
    message: /AGENT_KEY/
  },
  {
    what: "a branch that is not there",
    settings: { repository: { url: "https://example.test/acme/shop.git", target: "release" } },
    reason: "environment",
    message: /The branch release is not in/
  },
  {
    what: "a repository without a commit",
    arrange: ({ remote }) => remote.refs.clear(),
    reason: "environment",
    message: /has no commit yet/
  }
]

describe("INITIALIZE", () => {
  for (const { what, files, settings, arrange, reason, message } of cases) {
    it.effect(`ends the execution at ${what}, and says what to do`, () =>
      Effect.gen(function* () {
        const world = yield* World
        arrange?.(world)
        const executionId = yield* run(settings)
        const state = yield* stateOf(executionId)
        assert.strictEqual(state.status, "error")
        assert.strictEqual(state.error?.reason, reason)
        assert.match(state.error?.message ?? "", message)
        assert.lengthOf(world.agent.runs, 0)
      }).pipe(Effect.provide(layerMemory({ files })))
    )
  }

  it.effect("reads the project's own template once: a later change of it is for the next execution", () =>
    Effect.gen(function* () {
      const world = yield* World
      const path = ".devteam/prompts/implement.md"
      const act = Effect.sync(() => world.person.commit({ [path]: "Now do {{task}}\n" }))
      const executionId = yield* run().pipe(atPass("INITIALIZE:ended", act))
      assert.strictEqual((yield* eventsNamed(executionId, "Initialized"))[0]?.templateSource, path)
      assert.deepStrictEqual(
        world.agent.runs.map(({ prompt }) => prompt.split("\n")[0]),
        ["Please:", "Please:"]
      )
    }).pipe(
      Effect.provide(
        layerMemory({ files: { ...exampleFiles, ".devteam/prompts/implement.md": "Please:\n{{task}}\n" } })
      )
    )
  )

  it.effect("an unknown task in the scope ends the execution", () =>
    Effect.gen(function* () {
      const executionId = yield* run({}, { scope: { _tag: "Tasks", ids: ["9"] } })
      const { error } = yield* stateOf(executionId)
      assert.deepStrictEqual(error, { reason: "unknown_task", message: "tasks.md has no task 9." })
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a list that goes away later ends the execution", () =>
    Effect.gen(function* () {
      const world = yield* World
      const act = Effect.sync(() => world.person.commit({ "tasks.md": null }))
      const executionId = yield* run().pipe(atPass("INITIALIZE:ended", act))
      assert.strictEqual((yield* stateOf(executionId)).error?.reason, "list_missing")
    }).pipe(Effect.provide(layerMemory()))
  )
})
