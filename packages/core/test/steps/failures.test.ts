/** Failures that are nobody's round: waiting for a quota, for the world around, and giving the project back meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import type { JournalRecord } from "../../src/execution/Event.ts"
import type { AgentOutcome } from "../../src/ports/CodingAgent.ts"
import { Journal } from "../../src/ports/Journal.ts"
import { Leases } from "../../src/ports/Leases.ts"
import { SandboxError } from "../../src/ports/Sandbox.ts"
import * as given from "../../src/testing/given.ts"
import { judgeScript } from "../../src/testing/memory/CodingAgents.ts"
import { layerMemory, World, type WorldShape } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import { ask, begin, eventsNamed, joinInTime, stateOf, until } from "../worker/support.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const

/** Judges the first `times` runs like this, later ones as they are. */
const firstRuns = ({ agent }: WorldShape, times: number, outcome: AgentOutcome) => {
  agent.judge = (...seen) => (agent.runs.length <= times ? outcome : judgeScript(...seen))
}

const isFree = Effect.map(
  Leases.use((leases) => leases.holder(given.projectId())),
  Option.isNone
)

/** How long each wait was to be, in seconds. */
const waits = (executionId: Parameters<typeof stateOf>[0]) =>
  Effect.map(
    Journal.use((journal) => journal.records(executionId, 0)),
    (records: ReadonlyArray<JournalRecord>) =>
      records.flatMap(({ at, event }) =>
        event._tag === "WaitStarted"
          ? [[event.waiting.reason, (event.waiting.until - at) / 1000] as const]
          : []
      )
  )

describe("a quota", () => {
  it.effect("is waited for until its reset, without holding the project, and costs no round", () =>
    Effect.gen(function* () {
      const world = yield* World
      yield* TestClock.setTime(given.startedAt)
      const untilMs = given.startedAt + 3 * 3_600_000
      firstRuns(world, 1, { _tag: "Quota", message: "5-hour limit", untilMs })
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId))
      const waiting = yield* until(executionId, (state) => state.waiting !== undefined)
      assert.deepStrictEqual(waiting.waiting, { reason: "quota", until: untilMs, message: "5-hour limit" })
      yield* TestClock.adjust("2 hours")
      assert.isTrue(yield* isFree)
      assert.lengthOf(world.agent.runs, 1)
      yield* TestClock.adjust("1 hour")
      yield* joinInTime(fiber)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.strictEqual((yield* stateOf(executionId)).outcomes[0]?.rounds, 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("without a named reset is tried again after five minutes", () =>
    Effect.gen(function* () {
      const world = yield* World
      firstRuns(world, 1, { _tag: "Quota", message: "slow down", untilMs: undefined })
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* until(executionId, (state) => state.waiting !== undefined)
      yield* joinInTime(fiber)
      assert.deepStrictEqual(yield* waits(executionId), [["quota", 300]])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("is still waited for after a pause and a resume", () =>
    Effect.gen(function* () {
      const world = yield* World
      firstRuns(world, 1, { _tag: "Quota", message: "limit", untilMs: 3_600_000 })
      const executionId = yield* begin({}, onlyFirst)
      const first = yield* Effect.forkChild(drive(executionId))
      yield* until(executionId, (state) => state.waiting !== undefined)
      yield* ask.pause
      assert.deepStrictEqual(yield* joinInTime(first), { _tag: "Rested", status: "paused" })
      yield* ask.resume
      const second = yield* Effect.forkChild(drive(executionId))
      yield* TestClock.adjust("30 minutes")
      assert.lengthOf(world.agent.runs, 1)
      yield* joinInTime(second)
      assert.isAtLeast(yield* Clock.currentTimeMillis, 3_600_000)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("the world around", () => {
  it.effect("is waited for longer and longer, then every five minutes, and costs no round", () =>
    Effect.gen(function* () {
      const world = yield* World
      firstRuns(world, 6, { _tag: "NoWork", message: "connection reset" })
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* joinInTime(fiber)
      assert.deepStrictEqual(yield* waits(executionId), [
        ["backoff", 1],
        ["backoff", 2],
        ["backoff", 4],
        ["backoff", 8],
        ["infrastructure", 300],
        ["infrastructure", 300]
      ])
      const attempts = (yield* eventsNamed(executionId, "StepStarted"))
        .filter(({ step }) => step === "IMPLEMENT")
        .map(({ attempt, round }) => ({ attempt, round }))
      assert.deepStrictEqual(
        attempts,
        [1, 2, 3, 4, 5, 6, 7].map((attempt) => ({ attempt, round: 1 }))
      )
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.lengthOf(yield* eventsNamed(executionId, "RoundSpent"), 0)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("counts from the beginning again after a success", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.agent.judge = (...seen) =>
        world.agent.runs.length % 2 === 1 ? { _tag: "NoWork", message: "reset" } : judgeScript(...seen)
      const executionId = yield* begin()
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* joinInTime(fiber)
      assert.deepStrictEqual(yield* waits(executionId), [
        ["backoff", 1],
        ["backoff", 1]
      ])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a full disk under the build is tried again, and the same candidate is verified", () =>
    Effect.gen(function* () {
      const world = yield* World
      let builds = 0
      world.build = () =>
        Effect.sync(() =>
          ++builds === 1
            ? { exitCode: 1, stderr: "npm error code ENOSPC\n" }
            : { exitCode: 0, stdout: "built\n" }
        )
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* joinInTime(fiber)
      assert.deepInclude((yield* eventsNamed(executionId, "StepFailed"))[0], {
        step: "VERIFY",
        reason: "disk_full"
      })
      assert.lengthOf(world.agent.runs, 1)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("an install that does not end is tried again", () =>
    Effect.gen(function* () {
      const world = yield* World
      const { npm } = world.programs
      let installs = 0
      world.programs["npm"] = (request) =>
        request.argv[1] === "ci" && ++installs === 1 ? Effect.never : (npm ?? (() => Effect.never))(request)
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* joinInTime(fiber)
      assert.deepInclude((yield* eventsNamed(executionId, "StepFailed"))[0], { reason: "install_timeout" })
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a sandbox that is lost is tried again", () =>
    Effect.gen(function* () {
      const world = yield* World
      let builds = 0
      world.build = () =>
        ++builds === 1
          ? Effect.fail(new SandboxError({ reason: "lost", message: "gone" }))
          : Effect.succeed({ exitCode: 0 })
      const executionId = yield* begin({}, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* joinInTime(fiber)
      assert.deepInclude((yield* eventsNamed(executionId, "StepFailed"))[0], {
        step: "VERIFY",
        reason: "lost"
      })
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a prepare command that fails is tried again before the agent is paid", () =>
    Effect.gen(function* () {
      const world = yield* World
      let tries = 0
      world.programs["make"] = () =>
        Effect.sync(() => ({ exitCode: ++tries === 1 ? 1 : 0, stderr: "no network\n" }))
      const executionId = yield* begin({ prepare: [["make", "ready"]] }, onlyFirst)
      const fiber = yield* Effect.forkChild(drive(executionId))
      yield* joinInTime(fiber)
      const [failed] = yield* eventsNamed(executionId, "StepFailed")
      assert.deepInclude(failed, { step: "PREP", reason: "prepare" })
      assert.include(failed?.message ?? "", '"make ready" failed (exit code 1): no network')
      assert.lengthOf(world.agent.runs, 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a prepare command that this machine does not have ends the execution at once", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* begin({ prepare: [["make", "ready"]] }, onlyFirst)
      yield* drive(executionId)
      const { error } = yield* stateOf(executionId)
      assert.strictEqual(error?.reason, "environment")
      assert.include(error?.message ?? "", '"make ready" failed (exit code 127)')
      assert.lengthOf(world.agent.runs, 0)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a remote that does not answer is waited for, and the work goes on where it was", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* begin()
      world.remote.reachable = false
      const fiber = yield* Effect.forkChild(drive(executionId))
      const state = yield* until(executionId, ({ waiting }) => waiting !== undefined)
      assert.strictEqual(state.waiting?.reason, "remote_unreachable")
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* stateOf(executionId)).status, "initializing")
      world.remote.reachable = true
      yield* joinInTime(fiber)
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a defect ends the execution with its cause on record, redacted, and is not tried again", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.host.secrets.push({ name: "TOKEN", value: "hunter2-hunter2" })
      world.agent.script = () => Effect.die(new Error("boom hunter2-hunter2"))
      const executionId = yield* begin()
      yield* drive(executionId)
      const { error, status } = yield* stateOf(executionId)
      assert.strictEqual(status, "error")
      assert.match(error?.message ?? "", /^Internal error: .*boom «redacted»/)
      assert.lengthOf(world.agent.runs, 1)
    }).pipe(Effect.provide(layerMemory()))
  )
})
