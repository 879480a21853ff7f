/** What spends a round, and what the next one is told and starts from. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import { artifactText, begin, eventsNamed, joinInTime, run, stateOf, story } from "../worker/support.ts"
import { hangs, inTurn, redWhile, roundOf, says, writes } from "./scripts.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const

describe("a red build", () => {
  it.effect("spends a round; the next one sees the log and starts from the candidate", () =>
    Effect.gen(function* () {
      const world = yield* World
      const found: Array<string | undefined> = []
      world.agent.script = (input, print) => {
        found.push(world.git.read(input.checkout, "src/cart.ts"), world.git.read(input.checkout, "tasks.md"))
        return writes(world, () => ({ "src/cart.ts": `round ${roundOf(input)}\n` }))(input, print)
      }
      world.build = (read, { cwd }) => {
        const red = read("src/cart.ts") === "round 1\n"
        const stdout = red
          ? `\u001b[31m${cwd}/src/cart.ts:1:7 error TS2304: no Cart\u001b[0m after 1.53s\n`
          : ""
        return Effect.succeed({ exitCode: red ? 2 : 0, stdout })
      }
      const executionId = yield* run({}, onlyFirst)
      assert.strictEqual((yield* stateOf(executionId)).outcomes[0]?.rounds, 2)
      const [spent] = yield* eventsNamed(executionId, "RoundSpent")
      assert.deepInclude(spent, { round: 1, reason: "red_build" })
      assert.match(spent?.message ?? "", /^npm run build: .*exit code 2/)
      const [, second] = world.agent.runs
      assert.include(second?.prompt ?? "", "src/cart.ts:1:7 error TS2304: no Cart after <time>")
      assert.notInclude(second?.prompt ?? "", world.host.workDirectory)
      assert.include(second?.prompt ?? "", "(this is round 2)")
      assert.deepStrictEqual(found, [
        undefined,
        "[ ] 1.1 Add a cart\n[ ] 1.2 Add a checkout (deps: 1.1)\n",
        "round 1\n",
        "[ ] 1.1 Add a cart\n[ ] 1.2 Add a checkout (deps: 1.1)\n"
      ])
      const log = yield* artifactText(executionId, { taskId: "1.1", round: 1, kind: "verify.log" })
      assert.include(log ?? "", "error TS2304")
      assert.lengthOf(world.person.log(), 2)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("fails the task after three rounds; its dependents are blocked, and nothing is pushed", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = writes(world, (input) => ({ "src/cart.ts": `round ${roundOf(input)}\n` }))
      world.build = redWhile((read) => read("src/cart.ts") !== undefined)
      const executionId = yield* run()
      const state = yield* stateOf(executionId)
      assert.strictEqual(state.status, "error")
      assert.strictEqual(state.error?.reason, "tasks_failed")
      assert.deepInclude(state.outcomes[0], {
        taskId: "1.1",
        outcome: "failed",
        reason: "rounds_used_up",
        rounds: 3
      })
      assert.deepStrictEqual(
        state.blocked.map(({ id, by }) => [id, by]),
        [["1.2", ["1.1"]]]
      )
      assert.lengthOf(yield* eventsNamed(executionId, "RoundSpent"), 3)
      assert.lengthOf(world.person.log(), 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("builds the base once, whatever number of rounds are red", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = writes(world, (input) => ({ "src/cart.ts": `round ${roundOf(input)}\n` }))
      world.build = redWhile((read) => read("src/cart.ts") !== undefined)
      yield* run({}, onlyFirst)
      const builds = world.commands
        .filter(({ argv }) => argv[1] === "run")
        .map(({ cwd }) => cwd.split("/").at(-1))
      assert.deepStrictEqual(builds, ["verify", "baseline", "verify", "verify"])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a missing program is red like any other failing command", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = writes(world, (input) => ({
        "use-tool": roundOf(input) === 1 ? "missing" : null,
        a: "a"
      }))
      const executionId = yield* run({ verify: [["npm", "run", "build"], ["tool"]] }, onlyFirst)
      assert.deepInclude((yield* stateOf(executionId)).pause, { reason: "baseline_broken" })
      assert.include((yield* stateOf(executionId)).pause?.message ?? "", "tool: ")
      assert.strictEqual((yield* eventsNamed(executionId, "Verified"))[0]?.verdict.commands[1]?.exitCode, 127)
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("a build that does not end", () => {
  it.effect("is stopped at its limit and spends a round", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = writes(world, (input) => ({ "src/cart.ts": `round ${roundOf(input)}\n` }))
      world.build = (read) =>
        read("src/cart.ts") === "round 1\n" ? Effect.never : Effect.succeed({ exitCode: 0 })
      const executionId = yield* begin({ limits: { buildMs: 5 * 60_000 } }, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* joinInTime(fiber)
      assert.deepInclude((yield* eventsNamed(executionId, "RoundSpent"))[0], { reason: "build_timeout" })
      const [red] = yield* eventsNamed(executionId, "Verified")
      assert.deepInclude(red?.verdict.commands[1], { outcome: "timed_out", durationMs: 5 * 60_000 })
      assert.include(world.agent.runs[1]?.prompt ?? "", "did not end in time")
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("an agent's run without a usable change", () => {
  it.effect("a silent one spends a round, and the next one is told so", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = inTurn(
        says("I looked around.\n"),
        writes(world, () => ({ "src/cart.ts": "cart\n" }))
      )
      const executionId = yield* run({}, onlyFirst)
      assert.deepInclude((yield* eventsNamed(executionId, "RoundSpent"))[0], { round: 1, reason: "no_edit" })
      assert.include(world.agent.runs[1]?.prompt ?? "", "without changing any file")
      assert.include(world.agent.runs[1]?.prompt ?? "", "I looked around.")
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect(
    "a second round that changes nothing more is silent too, although its tree differs from the base",
    () =>
      Effect.gen(function* () {
        const world = yield* World
        world.agent.script = inTurn(
          writes(world, () => ({ "src/cart.ts": "wrong\n" })),
          says("Looks fine to me.\n")
        )
        world.build = redWhile((read) => read("src/cart.ts") === "wrong\n")
        const executionId = yield* run({}, onlyFirst)
        const reasons = (yield* eventsNamed(executionId, "RoundSpent")).map(({ reason }) => reason)
        assert.deepStrictEqual(reasons, ["red_build", "no_edit", "no_edit"])
        // What is still wrong is shown until something is built again.
        const [first, ...later] = world.agent.runs.map(({ prompt }) =>
          prompt.includes("error TS2304: broken")
        )
        assert.deepStrictEqual([first, later], [false, [true, true]])
      }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a malformed one is thrown away: the next round starts from the base", () =>
    Effect.gen(function* () {
      const world = yield* World
      const good = writes(world, ({ checkout }) => {
        assert.isUndefined(world.git.read(checkout, "src/half.ts"))
        return { "src/cart.ts": "cart\n" }
      })
      world.agent.script = inTurn(
        writes(world, () => ({ "src/half.ts": "half" }), 1),
        good
      )
      const executionId = yield* run({}, onlyFirst)
      assert.deepInclude((yield* eventsNamed(executionId, "RoundSpent"))[0], { reason: "malformed_edit" })
      assert.deepStrictEqual(
        (yield* eventsNamed(executionId, "CandidatePrepared"))[0]?.candidate.filesModified,
        ["src/cart.ts"]
      )
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("one that does not end is stopped at its limit and spends a round", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = inTurn(
        hangs,
        writes(world, () => ({ "src/cart.ts": "cart\n" }))
      )
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* TestClock.adjust("29 minutes")
      assert.deepStrictEqual(yield* eventsNamed(executionId, "RoundSpent"), [])
      yield* TestClock.adjust("1 minute")
      yield* joinInTime(fiber)
      assert.deepInclude((yield* eventsNamed(executionId, "RoundSpent"))[0], { reason: "agent_timeout" })
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a permanent failure ends the execution at once, with the agent's words", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.judge = () => ({ _tag: "Failed", message: "401: set AGENT_KEY.", permanent: true })
      const executionId = yield* run()
      assert.deepStrictEqual((yield* stateOf(executionId)).error, {
        reason: "agent",
        message: "401: set AGENT_KEY."
      })
      assert.lengthOf(world.agent.runs, 1)
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("the money", () => {
  const usage = { inputTokens: 10, outputTokens: 1, costUsd: 1.5, source: "reported", exact: true } as const

  it.effect("a task that is over its limit gets no further round", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.script = (input) =>
        Effect.map(
          says("nothing\n")(input, () => Effect.void),
          (evidence) => ({ ...evidence, usage })
        )
      const executionId = yield* run({}, onlyFirst)
      const state = yield* stateOf(executionId)
      assert.deepInclude(state.outcomes[0], { outcome: "failed", reason: "max_cost", rounds: 2 })
      assert.strictEqual(state.costUsd, 3)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect(
    "an execution that is over its limit pauses after the task, and a resume grants as much again",
    () =>
      Effect.gen(function* () {
        const world = yield* World
        const change = world.agent.script
        world.agent.script = (input, print) =>
          Effect.map(change(input, print), (evidence) => ({ ...evidence, usage }))
        const executionId = yield* run({ limits: { executionCostUsd: 1 } })
        assert.deepInclude((yield* stateOf(executionId)).pause, { reason: "max_cost" })
        assert.deepStrictEqual((yield* story(executionId)).slice(-2), ["TaskCompleted", "Paused"])
      }).pipe(Effect.provide(layerMemory()))
  )
})
