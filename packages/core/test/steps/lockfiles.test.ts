/** Lockfiles that follow their manifests in the candidate: every round, at nobody's expense, and nothing else with them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ScriptedResult } from "../../src/testing/memory/Sandboxes.ts"
import { layerMemory, World, type WorldShape } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import { artifactText, begin, eventsNamed, joinInTime, run, stateOf } from "../worker/support.ts"
import { redWhile, roundOf, writes } from "./scripts.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const

const manifest = (version: string) =>
  `{"name":"shop","scripts":{"build":"tsc"},"dependencies":{"left-pad":"${version}"}}\n`

/** A package manager that writes the manifest's text into the lockfile, and other files beside. */
const syncs = (world: WorldShape, answer: (count: number) => ScriptedResult = () => ({ exitCode: 0 })) => {
  const calls: Array<string> = []
  const npm = world.programs["npm"]
  world.programs["npm"] = (request) => {
    if (!request.argv.includes("--package-lock-only")) return npm?.(request) ?? Effect.never
    calls.push(request.cwd)
    const result = answer(calls.length)
    if (result.exitCode === 0) {
      const text = world.git.read(request.cwd, "package.json") ?? ""
      world.git.edit(request.cwd, {
        "package-lock.json": `lock of ${text}`,
        "package.json": `${text}\n`,
        "node_modules/left-pad/index.js": "pad\n"
      })
    }
    return Effect.succeed(result)
  }
  return calls
}

describe("a manifest that changed without its lockfile", () => {
  it.effect("gets it in every round, and nothing else that the package manager wrote", () =>
    Effect.gen(function* () {
      const world = yield* World
      const calls = syncs(world)
      world.agent.script = writes(world, (input) => ({ "package.json": manifest(`${roundOf(input)}`) }))
      world.build = redWhile((read) => read("package.json") === manifest("1"))
      const executionId = yield* run({}, onlyFirst)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.lengthOf(calls, 2)
      assert.strictEqual(world.person.read("package-lock.json"), `lock of ${manifest("2")}`)
      assert.strictEqual(world.person.read("package.json"), manifest("2"))
      assert.isUndefined(world.person.read("node_modules/left-pad/index.js"))
      const candidates = yield* eventsNamed(executionId, "CandidatePrepared")
      for (const { candidate, warnings } of candidates) {
        assert.deepStrictEqual(candidate.filesModified, ["package-lock.json", "package.json"])
        assert.match(warnings[0] ?? "", /brought in line .*--package-lock-only/)
      }
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("with a dependency that does not exist: the next round is told so", () =>
    Effect.gen(function* () {
      const world = yield* World
      const missing =
        "npm error code E404\nnpm error 404 Not Found - GET https://registry.npmjs.org/left-padd\n"
      syncs(world, (count) => (count === 1 ? { exitCode: 1, stderr: missing } : { exitCode: 0 }))
      world.agent.script = writes(world, (input) => ({ "package.json": manifest(`${roundOf(input)}`) }))
      world.build = redWhile((read) => read("package.json") === manifest("1"), "npm error code EUSAGE\n")
      const executionId = yield* run({}, onlyFirst)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      const [first] = yield* eventsNamed(executionId, "CandidatePrepared")
      assert.match(first?.warnings[0] ?? "", /could not be brought in line/)
      const log = (yield* artifactText(executionId, { taskId: "1.1", round: 1, kind: "verify.log" })) ?? ""
      assert.match(log, /^\$ npm install --package-lock-only.*\nnpm error code E404\n[^]*EUSAGE/)
      assert.include(world.agent.runs[1]?.prompt ?? "", "left-padd")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("while the registry is down: it is tried again, and the agent is paid once", () =>
    Effect.gen(function* () {
      const world = yield* World
      const down = "npm error code ECONNREFUSED\n"
      syncs(world, (count) => (count < 3 ? { exitCode: 1, stderr: down } : { exitCode: 0 }))
      world.agent.script = writes(world, () => ({ "package.json": manifest("1") }))
      const executionId = yield* begin({}, onlyFirst)
      yield* joinInTime(yield* Effect.forkChild(drive(executionId)))
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.lengthOf(yield* eventsNamed(executionId, "StepFailed"), 2)
      assert.lengthOf(world.agent.runs, 1)
      assert.strictEqual(world.person.read("package-lock.json"), `lock of ${manifest("1")}`)
    }).pipe(Effect.provide(layerMemory()))
  )
})
