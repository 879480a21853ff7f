/** What an agent may not deliver: secrets, guarded files, the list; and the lockfile that follows its manifest. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Frames } from "../../src/ports/Frames.ts"
import { Journal } from "../../src/ports/Journal.ts"
import * as given from "../../src/testing/given.ts"
import { exampleFiles, layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { artifactText, eventsNamed, run, stateOf } from "../worker/support.ts"
import { writes } from "./scripts.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const

describe("a secret in the change", () => {
  const secret = "s3cr3t-canary-0001"

  it.effect(
    "holds the task; the candidate is kept raw in private, and the secret is in nothing that is shown",
    () =>
      Effect.gen(function* () {
        const world = yield* World
        world.host.secrets.push({ name: "TOKEN", value: secret })
        world.agent.script = (input, print) =>
          Effect.andThen(
            print(`using ${secret}\n`),
            writes(world, () => ({ "src/config.ts": `export const token = "${secret}"\n` }))(input, print)
          )
        const executionId = yield* run()
        const state = yield* stateOf(executionId)
        assert.deepInclude(state.outcomes[0], { outcome: "held", reason: "secret_in_patch" })
        assert.lengthOf(world.person.log(), 1)
        const patch = state.outcomes[0]?.candidate?.patch ?? { taskId: "", round: 0, kind: "" }
        assert.include((yield* artifactText(executionId, patch, "private")) ?? "", secret)
        const diff = yield* artifactText(executionId, { ...patch, kind: "diff.patch" })
        assert.include(diff ?? "", "«redacted»")
        const frames = yield* Frames.use((port) => port.read(given.projectId(), 0, 10_000))
        const records = yield* Journal.use((journal) => journal.records(executionId, 0))
        const shown = JSON.stringify([diff, frames, records])
        assert.notInclude(shown, secret)
        assert.include(shown, "using «redacted»")
      }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("that a build prints is not in the next prompt either", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.host.secrets.push({ name: "TOKEN", value: secret })
      world.agent.script = writes(world, ({ env }) => ({ "src/cart.ts": `round ${env["DEVTEAM_ROUND"]}\n` }))
      world.build = (read) =>
        Effect.succeed({
          exitCode: read("src/cart.ts") === "round 1\n" ? 1 : 0,
          stdout: `error: token ${secret}\n`
        })
      yield* run({}, onlyFirst)
      assert.include(world.agent.runs[1]?.prompt ?? "", "error: token «redacted»")
      assert.notInclude(JSON.stringify(world.person.log()), secret)
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("guarded files", () => {
  it.effect("a change of continuous integration is held, said why, and other tasks go on", () =>
    Effect.gen(function* () {
      const world = yield* World
      const add = world.agent.script
      world.agent.script = (input, print) =>
        input.env["DEVTEAM_TASK_ID"] === "1.1"
          ? writes(world, () => ({ ".github/workflows/ci.yml": "on: push\n" }))(input, print)
          : add(input, print)
      const executionId = yield* run()
      const state = yield* stateOf(executionId)
      assert.deepInclude(state.outcomes[0], { taskId: "1.1", outcome: "held", reason: "policy" })
      assert.include(state.outcomes[0]?.message ?? "", ".github/workflows/ci.yml")
      assert.deepInclude(state.outcomes[1], { taskId: "2", outcome: "completed" })
      assert.deepInclude(state.pause, { reason: "held", message: "Waiting for a decision on 1.1." })
      assert.isUndefined(world.person.read(".github/workflows/ci.yml"))
    }).pipe(
      Effect.provide(
        layerMemory({ files: { ...exampleFiles, "tasks.md": "[ ] 1.1 Add a cart\n[ ] 2 Add docs\n" } })
      )
    )
  )

  it.effect("a symlink out of the tree is held", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = writes(world, () => ({ "src/up": { symlink: "../../outside" } }))
      const executionId = yield* run({}, onlyFirst)
      assert.deepInclude((yield* stateOf(executionId)).outcomes[0], { outcome: "held", reason: "policy" })
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a nested repository is held even where no file differs", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = writes(world, () => ({ "vendor/lib/.git/HEAD": "ref: refs/heads/main\n" }))
      const executionId = yield* run({}, onlyFirst)
      assert.deepInclude((yield* stateOf(executionId)).outcomes[0], { outcome: "held", reason: "policy" })
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("the task list", () => {
  it.effect("an agent's edits to it are undone, with a warning; the tick is ours", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = writes(world, () => ({
        "src/cart.ts": "cart\n",
        "tasks.md": "[x] 1.1 All done\n"
      }))
      const executionId = yield* run({}, onlyFirst)
      assert.strictEqual(
        world.person.read("tasks.md"),
        "[x] 1.1 Add a cart\n[ ] 1.2 Add a checkout (deps: 1.1)\n"
      )
      const [candidate] = yield* eventsNamed(executionId, "CandidatePrepared")
      assert.deepStrictEqual(candidate?.candidate.filesModified, ["src/cart.ts"])
      assert.deepStrictEqual(candidate?.warnings, ["The agent edited tasks.md; that was undone."])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("an edit to nothing but the list is no edit", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = writes(world, () => ({ "tasks.md": "[x] 1.1 Add a cart\n" }))
      const executionId = yield* run({ limits: { rounds: 1 } }, onlyFirst)
      assert.deepInclude((yield* eventsNamed(executionId, "RoundSpent"))[0], { reason: "no_edit" })
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("dependencies", () => {
  it.effect("a manifest that changed without its lockfile gets it in the candidate", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { npm } = world.programs
      world.programs["npm"] = (request) => {
        if (request.argv[1] !== "install") return (npm ?? (() => Effect.never))(request)
        assert.deepStrictEqual(request.argv, ["npm", "install", "--package-lock-only", "--ignore-scripts"])
        world.git.edit(request.cwd, { "package-lock.json": '{"left-pad":1}\n' })
        return Effect.succeed({ exitCode: 0 })
      }
      const manifest = '{"name":"shop","scripts":{"build":"tsc"},"dependencies":{"left-pad":"1"}}\n'
      world.agent.script = writes(world, () => ({ "package.json": manifest }))
      const executionId = yield* run({}, onlyFirst)
      assert.strictEqual(world.person.read("package-lock.json"), '{"left-pad":1}\n')
      const [candidate] = yield* eventsNamed(executionId, "CandidatePrepared")
      assert.deepStrictEqual(candidate?.candidate.filesModified, ["package-lock.json", "package.json"])
      assert.match(candidate?.warnings[0] ?? "", /lockfile was brought in line/)
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("verification", () => {
  it.effect("what it changes in tracked files is dropped, with a warning", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.build = (_read, { cwd }) =>
        Effect.sync(() => {
          world.git.edit(cwd, { "src/index.ts": "generated\n", "dist/out.js": "out\n" })
          return { exitCode: 0 }
        })
      const executionId = yield* run({}, onlyFirst)
      assert.strictEqual(world.person.read("src/index.ts"), "export {}\n")
      assert.isUndefined(world.person.read("dist/out.js"))
      assert.deepStrictEqual((yield* eventsNamed(executionId, "Verified"))[0]?.verdict.warnings, [
        "Verification changed tracked files; that was dropped: src/index.ts."
      ])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect(
    "a project without a build is delivered as unverified, and held where verification is required",
    () =>
      Effect.gen(function* () {
        const world = yield* World
        const first = yield* run({ requireVerify: true }, onlyFirst)
        assert.deepInclude((yield* stateOf(first)).outcomes[0], { outcome: "held", reason: "unverified" })
        assert.lengthOf(world.person.log(), 1)
      }).pipe(Effect.provide(layerMemory({ files: { "tasks.md": "[ ] 1.1 Write\n" } })))
  )

  it.effect("a project without a build says so in the commit", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* run({}, onlyFirst)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.include(world.person.log()[0]?.message ?? "", "DevTeam-Verify: unverified")
    }).pipe(Effect.provide(layerMemory({ files: { "tasks.md": "[ ] 1.1 Write\n" } })))
  )
})
