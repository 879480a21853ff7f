/** Two who ask at once, and workers that are asked while they write. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import type { ExecutionId } from "../../src/model/Ids.ts"
import { Journal } from "../../src/ports/Journal.ts"
import { layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import { submit } from "../../src/worker/submit.ts"
import { ask, begin, eventsNamed, joinInTime, run, stateOf, stepsOf } from "./support.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const

describe("start", () => {
  it.effect("is rejected while an execution is active", () =>
    Effect.gen(function* () {
      yield* begin()
      const rejected = yield* Effect.flip(begin())
      assert.strictEqual(rejected._tag, "RequestRejected")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("twice at once makes one execution", () =>
    Effect.gen(function* () {
      const results = yield* Effect.all([Effect.result(begin()), Effect.result(begin())], { concurrency: 2 })
      assert.lengthOf(results.filter(Result.isSuccess), 1)
      const [failed] = results.filter(Result.isFailure)
      assert.strictEqual(failed?.failure._tag, "RequestRejected")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("that finds the place taken between look and creation is rejected like any other", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* begin()
      const blind = { ...journal, latest: () => Effect.succeedNone }
      const rejected = yield* Effect.flip(begin().pipe(Effect.provideService(Journal, blind)))
      assert.strictEqual(rejected._tag, "RequestRejected")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("of a project whose id belongs to another repository is refused", () =>
    Effect.gen(function* () {
      yield* run()
      const refused = yield* Effect.flip(begin({ repository: { url: "https://example.test/other.git" } }))
      assert.deepInclude(refused, { _tag: "ProjectError", reason: "id_taken" })
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("races", () => {
  /** A journal in which somebody is faster than the first `times` appends. */
  const contended = (executionId: ExecutionId, times: number) =>
    Effect.gen(function* () {
      const journal = yield* Journal
      let left = times
      const intrude = Effect.gen(function* () {
        const { status } = yield* journal.load(executionId)
        const by = "grace"
        const other =
          status === "pausing"
            ? { _tag: "Resume" as const, by }
            : { _tag: "Pause" as const, mode: "step" as const, by }
        yield* submit(executionId, other).pipe(Effect.provideService(Journal, journal))
      })
      return {
        ...journal,
        append: (append: Parameters<typeof journal.append>[0]) =>
          left-- > 0 ? Effect.andThen(Effect.orDie(intrude), journal.append(append)) : journal.append(append)
      }
    })

  it.effect("a request that loses a race is decided again on what is true by then", () =>
    Effect.gen(function* () {
      const executionId = yield* begin()
      const journal = yield* contended(executionId, 1)
      const fiber = yield* Effect.forkChild(ask.pause.pipe(Effect.provideService(Journal, journal)))
      const submitted = yield* joinInTime(fiber)
      assert.deepStrictEqual([submitted.changed, submitted.before.status], [false, "pausing"])
      assert.lengthOf(yield* eventsNamed(executionId, "PauseRequested"), 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a worker whose report loses a race writes it all the same, behind what was asked", () =>
    Effect.gen(function* () {
      const executionId = yield* begin({}, onlyFirst)
      // In turn a pause and a resume, each before an append: of a step's begin, which is given up, or of its end.
      const journal = yield* contended(executionId, 6)
      const fiber = yield* Effect.forkChild(drive(executionId).pipe(Effect.provideService(Journal, journal)))
      yield* joinInTime(fiber)
      const { status } = yield* stateOf(executionId)
      assert.include(["paused", "completed"], status)
      if (status === "paused") {
        yield* ask.resume
        yield* drive(executionId)
      }
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
      assert.lengthOf(yield* eventsNamed(executionId, "Initialized"), 1)
      assert.lengthOf(yield* eventsNamed(executionId, "TaskCompleted"), 1)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a step never begins behind a stop that came first", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* begin()
      const journal = yield* Journal
      let isFirst = true
      const slow = {
        ...journal,
        append: (append: Parameters<typeof journal.append>[0]) => {
          const begins = append.events[0]?._tag === "StepStarted" && append.events[0].step === "IMPLEMENT"
          if (!begins || !isFirst) return journal.append(append)
          isFirst = false
          return Effect.andThen(
            Effect.orDie(ask.stop.pipe(Effect.provideService(Journal, journal))),
            journal.append(append)
          )
        }
      }
      yield* drive(executionId).pipe(Effect.provideService(Journal, slow))
      assert.strictEqual((yield* stateOf(executionId)).status, "stopped")
      assert.notInclude(yield* stepsOf(executionId), "IMPLEMENT")
      assert.lengthOf(world.agent.runs, 0)
    }).pipe(Effect.provide(layerMemory()))
  )
})
