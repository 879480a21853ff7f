/** What a project says about its own runs, at INITIALIZE and after it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { defaultLimits } from "../../src/model/Limits.ts"
import { ProjectFile, type ProjectFileShape } from "../../src/ports/ProjectFile.ts"
import { projectFilePath } from "../../src/steps/projectFile.ts"
import { settings } from "../../src/testing/given.ts"
import { exampleFiles, layerMemory, World, type WorldOptions } from "../../src/testing/memory/Everything.ts"
import { atPass, eventsNamed, run, stateOf } from "../worker/support.ts"

const projectOf = (said: unknown, more: WorldOptions["files"] = {}) =>
  layerMemory({ files: { ...exampleFiles, ...more, [projectFilePath]: `${JSON.stringify(said)}\n` } })

const build = "ci/build --all"

describe("project settings in an execution", () => {
  it.effect("apply from INITIALIZE on, and are stored with it", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.programs["ci/build"] = () => Effect.succeed({ exitCode: 0, stdout: "" })
      const executionId = yield* run({ explicit: [] })
      const state = yield* stateOf(executionId)
      assert.strictEqual(state.status, "completed")
      assert.deepStrictEqual(state.settings.verify, [build.split(" ")])
      assert.strictEqual(state.settings.limits.rounds, 2)
      assert.strictEqual(state.ready?.taskList, "tasks.md")
      assert.deepStrictEqual((yield* eventsNamed(executionId, "Initialized"))[0]?.settings, state.settings)
      const built = world.commands.filter(({ argv }) => argv[0] === "ci/build")
      assert.isNotEmpty(built)
      assert.isUndefined(world.commands.find(({ argv }) => argv[1] === "run"))
    }).pipe(Effect.provide(projectOf({ taskList: "tasks.md", verify: [build], limits: { rounds: 2 } })))
  )

  it.effect("do nothing to an execution whose caller said everything", () =>
    Effect.gen(function* () {
      const executionId = yield* run()
      const state = yield* stateOf(executionId)
      assert.strictEqual(state.status, "completed")
      assert.deepStrictEqual(state.settings, settings())
      assert.isUndefined((yield* eventsNamed(executionId, "Initialized"))[0]?.settings)
    }).pipe(Effect.provide(projectOf({ verify: [build], limits: { rounds: 2 } })))
  )

  it.effect("are those of the first base commit: a later change is for the next execution", () =>
    Effect.gen(function* () {
      const world = yield* World
      const change = Effect.sync(() => world.person.commit({ [projectFilePath]: '{ "noChange": "accept" }' }))
      const executionId = yield* run({ explicit: [] }).pipe(atPass("INITIALIZE:ended", change))
      const state = yield* stateOf(executionId)
      assert.strictEqual(state.status, "completed")
      assert.strictEqual(state.settings.limits.rounds, 1)
      assert.strictEqual(state.settings.noChange, "hold")
    }).pipe(Effect.provide(projectOf({ limits: { rounds: 1 } })))
  )

  it.effect("name the delivery before the branch is looked for", () =>
    Effect.gen(function* () {
      const executionId = yield* run({ explicit: [] })
      const { ready } = yield* stateOf(executionId)
      assert.strictEqual(ready?.target, `devteam/${executionId}`)
      assert.strictEqual(ready?.from, "main")
    }).pipe(Effect.provide(projectOf({ delivery: "branch" })))
  )

  const caps = { limits: defaultLimits, agents: [{ id: "aider", argv: [], env: [] }] }
  for (const [what, said, explicit, message] of [
    [
      "broken",
      { limts: {} },
      [],
      /^\.devteam\/project\.yaml:1:1: unknown setting "limts"\. Did you mean "limits"\?$/
    ],
    ["broken, although the caller said it all", { limts: {} }, ["verify"], /unknown setting "limts"/],
    [
      "naming an agent that is not offered",
      { agent: { id: "robot" } },
      [],
      /^\.devteam\/project\.yaml:1:1: agent\.id: .*Offered: aider/
    ],
    [
      "with a secret of this host",
      { verify: ["check hunter2-hunter2"] },
      [],
      /^\.devteam\/project\.yaml holds a secret/
    ]
  ] as const) {
    it.effect(`a file ${what} ends the execution before anything is paid for`, () =>
      Effect.gen(function* () {
        const world = yield* World
        world.host.secrets = [{ name: "KEY", value: "hunter2-hunter2" }]
        const executionId = yield* run({ explicit, caps })
        const state = yield* stateOf(executionId)
        assert.strictEqual(state.status, "error")
        assert.strictEqual(state.error?.reason, "environment")
        assert.match(state.error?.message ?? "", message)
        assert.notInclude(JSON.stringify(state), "hunter2")
        assert.lengthOf(world.agent.runs, 0)
        assert.lengthOf(world.commands, 0)
      }).pipe(Effect.provide(projectOf(said)))
    )
  }

  it.effect("a limit above the operator's is lowered, and the execution says so", () =>
    Effect.gen(function* () {
      const executionId = yield* run({
        explicit: [],
        caps: { ...caps, limits: { ...defaultLimits, rounds: 1 } }
      })
      assert.strictEqual((yield* stateOf(executionId)).settings.limits.rounds, 1)
      const [initialized] = yield* eventsNamed(executionId, "Initialized")
      assert.include(
        initialized?.warnings ?? [],
        "limits.rounds is above what this service allows, which applies."
      )
    }).pipe(Effect.provide(projectOf({ limits: { rounds: 9 } })))
  )

  it.effect("a file is parsed once, and not at all where there is none", () => {
    let parsed = 0
    const counting = Effect.provideServiceEffect(
      ProjectFile,
      Effect.map(ProjectFile, (file): ProjectFileShape => ({
        parse: (text) => {
          parsed += 1
          return file.parse(text)
        }
      }))
    )
    return Effect.gen(function* () {
      yield* run({ explicit: [] }).pipe(counting, Effect.provide(layerMemory()))
      assert.strictEqual(parsed, 0)
      yield* run({ explicit: [] }).pipe(counting, Effect.provide(projectOf({})))
      assert.strictEqual(parsed, 1)
    })
  })
})
