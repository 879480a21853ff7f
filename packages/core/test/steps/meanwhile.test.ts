/** What people do to the target while a task is under way: their work comes first, and ours is never lost unsaid. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Files } from "../../src/testing/memory/MemoryGit.ts"
import { layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import {
  artifactText,
  atPass,
  begin,
  eventsNamed,
  joinInTime,
  run,
  stateOf,
  stepsOf,
  until
} from "../worker/support.ts"
import { inTurn, redWhile, writes } from "./scripts.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const
const ticked = "[x] 1.1 Add a cart\n[ ] 1.2 Add a checkout (deps: 1.1)\n"

describe("the target moves", () => {
  for (const place of ["VERIFY:ended", "MERGE:ended"]) {
    it.effect(`after ${place}: merged, verified again there, and the person's commit is kept`, () =>
      Effect.gen(function* () {
        const world = yield* World
        const act = Effect.sync(() => world.person.commit({ "src/person.ts": "person\n" }))
        const executionId = yield* run({}, onlyFirst).pipe(atPass(place, act))
        assert.strictEqual((yield* stateOf(executionId)).status, "completed")
        const [ours, persons] = world.person.log()
        assert.strictEqual(ours?.parents[0], persons?.sha)
        assert.strictEqual(persons?.message, "A person's change\n")
        assert.strictEqual(world.person.read("src/person.ts"), "person\n")
        assert.strictEqual(world.person.read("tasks.md"), ticked)
        const verified = (yield* eventsNamed(executionId, "Verified")).map(
          ({ verdict }) => verdict.verifiedTree
        )
        assert.lengthOf(verified, 2)
        assert.strictEqual(verified[1], ours?.tree)
        assert.lengthOf(world.agent.runs, 1)
        assert.lengthOf(world.person.log(), 3)
      }).pipe(Effect.provide(layerMemory()))
    )
  }

  it.effect("and the change is red on the new head: a round, starting there with the log", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = inTurn(
        writes(world, () => ({ "src/cart.ts": "old api\n" })),
        writes(world, ({ checkout }) => {
          assert.strictEqual(world.git.read(checkout, "src/api.ts"), "new\n")
          assert.strictEqual(world.git.read(checkout, "src/cart.ts"), "old api\n")
          return { "src/cart.ts": "new api\n" }
        })
      )
      world.build = redWhile((read) => read("src/api.ts") === "new\n" && read("src/cart.ts") === "old api\n")
      const act = Effect.sync(() => world.person.commit({ "src/api.ts": "new\n" }))
      const executionId = yield* run({}, onlyFirst).pipe(atPass("VERIFY:ended", act))
      assert.strictEqual((yield* stateOf(executionId)).outcomes[0]?.rounds, 2)
      assert.include(world.agent.runs[1]?.prompt ?? "", "error TS2304: broken")
      assert.strictEqual(world.person.read("src/cart.ts"), "new api\n")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("three times in a row: waits a minute for it to come to rest", () =>
    Effect.gen(function* () {
      const world = yield* World
      let moves = 0
      const act = Effect.sync(() => world.person.commit({ [`src/person-${++moves}.ts`]: "person\n" }))
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId).pipe(atPass("MERGE:ended", act, [1, 3, 5])))
      const { waiting } = yield* until(executionId, (state) => state.waiting !== undefined)
      assert.deepInclude(waiting, { reason: "target_busy", until: 60_000 })
      yield* joinInTime(fiber)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      const outcomes = (yield* eventsNamed(executionId, "PushResolved")).map(({ outcome }) => outcome._tag)
      assert.deepStrictEqual(outcomes, ["Regenerate", "Regenerate", "Regenerate", "Landed"])
      assert.lengthOf(world.person.log(), 5)
      assert.lengthOf(world.agent.runs, 1)
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("a conflict", () => {
  const conflicting = (line: string) => ({ "src/index.ts": `${line}\n` })

  it.effect("goes back to the agent once, uncharged, on the new head with the conflict in the prompt", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = inTurn(
        writes(world, () => conflicting("ours")),
        writes(world, ({ checkout }) => {
          assert.strictEqual(world.git.read(checkout, "src/index.ts"), "theirs\n")
          return conflicting("both")
        })
      )
      const act = Effect.sync(() => world.person.commit(conflicting("theirs")))
      const executionId = yield* run({}, onlyFirst).pipe(atPass("VERIFY:ended", act))
      assert.deepInclude((yield* stateOf(executionId)).outcomes[0], { outcome: "completed", rounds: 1 })
      assert.lengthOf(yield* eventsNamed(executionId, "RoundSpent"), 0)
      const prompt = world.agent.runs[1]?.prompt ?? ""
      assert.include(prompt, "the branch has moved on")
      assert.include(prompt, "<<<<<<< the target branch\ntheirs")
      assert.strictEqual(world.person.read("src/index.ts"), "both\n")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a second time: held, with the conflict as an artifact and the candidate kept", () =>
    Effect.gen(function* () {
      const world = yield* World
      let moves = 0
      world.agent.script = (input, print) =>
        writes(world, () => conflicting(`ours ${world.agent.runs.length}`))(input, print)
      const act = Effect.sync(() => world.person.commit(conflicting(`theirs ${++moves}`)))
      const executionId = yield* run({}, onlyFirst).pipe(atPass("VERIFY:ended", act, [1, 2]))
      const { outcomes, pause } = yield* stateOf(executionId)
      assert.deepInclude(outcomes[0], { outcome: "held", reason: "conflict" })
      assert.deepStrictEqual(outcomes[0]?.candidate?.filesModified, ["src/index.ts"])
      assert.deepInclude(pause, { reason: "held" })
      assert.strictEqual(world.person.read("src/index.ts"), "theirs 2\n")
      const conflict = yield* artifactText(executionId, { taskId: "1.1", round: 1, kind: "conflict.txt" })
      assert.include(conflict ?? "", "ours 2")
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("the task's line", () => {
  const others: ReadonlyArray<readonly [string, Files]> = [
    ["ticked", { "tasks.md": ticked }],
    ["removed", { "tasks.md": "[ ] 1.2 Add a checkout\n" }],
    ["retitled", { "tasks.md": "[ ] 1.1 Add a basket\n[ ] 1.2 Add a checkout (deps: 1.1)\n" }]
  ]
  for (const [what, files] of others) {
    for (const place of ["VERIFY:ended", "MERGE:ended"]) {
      it.effect(
        `${what} by a person after ${place}: superseded, nothing pushed, and the next task is looked for`,
        () =>
          Effect.gen(function* () {
            const world = yield* World
            let theirs = world.person.head()
            const act = Effect.sync(() => {
              theirs = world.person.commit(files)
            })
            const executionId = yield* run().pipe(atPass(place, act))
            const [superseded] = yield* eventsNamed(executionId, "TaskSuperseded")
            assert.strictEqual(superseded?.taskId, "1.1")
            const [push] = yield* eventsNamed(executionId, "PushResolved")
            if (place === "MERGE:ended") assert.strictEqual(push?.outcome._tag, "Superseded")
            assert.strictEqual((yield* stateOf(executionId)).status, "completed")
            const log = world.person.log()
            const after = log.slice(
              0,
              log.findIndex(({ sha }) => sha === theirs)
            )
            const expected = what === "retitled" ? ["1.2", "1.1"] : ["1.2"]
            assert.deepStrictEqual(
              after.map(({ message }) => /DevTeam-Task: (.*)/.exec(message)?.[1]),
              expected
            )
          }).pipe(Effect.provide(layerMemory()))
      )
    }
  }

  it.effect("what a person did by hand is not done again: the candidate of a superseded task is kept", () =>
    Effect.gen(function* () {
      const world = yield* World
      const act = Effect.sync(() => world.person.commit({ "tasks.md": ticked }))
      const executionId = yield* run({}, onlyFirst).pipe(atPass("VERIFY:ended", act))
      const { outcomes } = yield* stateOf(executionId)
      assert.deepInclude(outcomes[0], { outcome: "superseded" })
      assert.deepStrictEqual(outcomes[0]?.candidate?.filesModified, ["src/1.1.ts"])
      assert.isUndefined(world.person.read("src/1.1.ts"))
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("the list becomes invalid", () => {
  const invalid = { "tasks.md": "[ ] 1.1 Add a cart\n[ ] 1.1 Add a cart\n" }

  for (const place of ["VERIFY:ended", "MERGE:ended"]) {
    it.effect(`after ${place}: the task is held and the execution pauses, with file and line`, () =>
      Effect.gen(function* () {
        const world = yield* World
        const act = Effect.sync(() => world.person.commit(invalid))
        const executionId = yield* run().pipe(atPass(place, act))
        const { outcomes, pause } = yield* stateOf(executionId)
        assert.deepInclude(outcomes[0], { outcome: "held", reason: "list_invalid" })
        assert.strictEqual(pause?.reason, "list_invalid")
        assert.match(pause?.message ?? "", /^tasks\.md:2:1: /)
        assert.lengthOf(world.person.log(), 2)
      }).pipe(Effect.provide(layerMemory()))
    )
  }

  it.effect("between two tasks: paused, and goes on once it is mended and resumed", () =>
    Effect.gen(function* () {
      const world = yield* World
      const act = Effect.sync(() => world.person.commit({ "tasks.md": "[x] 1.1 A\n[ ] 1.2 B (deps: 9)\n" }))
      const executionId = yield* run().pipe(atPass("REPORT:ended", act))
      assert.strictEqual((yield* stateOf(executionId)).pause?.reason, "list_invalid")
      assert.deepStrictEqual((yield* stepsOf(executionId)).slice(-2), ["REPORT", "SELECT"])
    }).pipe(Effect.provide(layerMemory()))
  )
})
