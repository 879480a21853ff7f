/** Output on its way to watchers: cut, decoded, redacted, capped, in order, and never in the way of an end. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Option, Ref } from "effect"
import { TestClock } from "effect/testing"
import { Frames, FramesError } from "../../src/ports/Frames.ts"
import { Host } from "../../src/ports/Host.ts"
import { Leases } from "../../src/ports/Leases.ts"
import { type OutputLog, withOutputLog } from "../../src/steps/OutputLog.ts"
import { openSession } from "../../src/steps/Session.ts"
import * as given from "../../src/testing/given.ts"
import { layerMemory, World } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import { begin, eventsNamed, joinInTime, stateOf } from "../worker/support.ts"

const project = given.projectId()

/** Runs with a log of a worker that holds the project. */
const logging = <A, E, R>(use: (log: OutputLog) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const executionId = yield* begin()
    const { owner } = yield* Host
    const leases = yield* Leases
    const lease = yield* leases.acquire(project, owner, 30_000, () => Effect.succeed(false))
    const state = yield* stateOf(executionId)
    const session = yield* openSession(state, yield* Ref.make(Option.getOrThrow(lease)))
    return yield* withOutputLog({ state, session }, "VERIFY", use)
  })

const bytes = (text: string) => new TextEncoder().encode(text)

const chunk = (content: string | Uint8Array, stream: "stdout" | "stderr" = "stdout", stored = true) => ({
  _tag: "Chunk" as const,
  stream,
  bytes: typeof content === "string" ? bytes(content) : content,
  stored
})

/** What was stored, as watchers get it. */
const shown = Effect.gen(function* () {
  const frames = yield* Frames
  return (yield* frames.read(project, 0, 10_000))
    .filter(({ frame }) => frame.type === "execution-log")
    .map(({ frame }) => ({ stream: frame.payload["stream"], text: String(frame.payload["text"]) }))
})

const text = Effect.map(shown, (all) => all.map((frame) => frame.text).join(""))

describe("what is written", () => {
  it.effect("is cut into frames of at most 16 KiB, never inside a character, and nothing is lost", () =>
    Effect.gen(function* () {
      const written = "a" + "é€😀x".repeat(12_000)
      yield* logging((log) => log.write(chunk(written)))
      const frames = yield* shown
      for (const frame of frames) {
        assert.isAtMost(bytes(frame.text).length, 16 * 1024)
        assert.isTrue(frame.text.isWellFormed())
      }
      assert.strictEqual(frames.length, Math.ceil(bytes(written).length / (16 * 1024)))
      assert.strictEqual(yield* text, written)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("keeps its order over both streams, and joins neighbours of one", () =>
    Effect.gen(function* () {
      yield* logging((log) =>
        Effect.gen(function* () {
          yield* log.note("$ make")
          yield* log.write(chunk("one\n"))
          yield* log.write(chunk("two\n"))
          yield* log.write(chunk("oops\n", "stderr"))
          yield* log.write(chunk("three\n"))
        })
      )
      assert.deepStrictEqual(yield* shown, [
        { stream: "stderr", text: "$ make\n" },
        { stream: "stdout", text: "one\ntwo\n" },
        { stream: "stderr", text: "oops\n" },
        { stream: "stdout", text: "three\n" }
      ])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("keeps thousands of chunks in order", () =>
    Effect.gen(function* () {
      const lines = Array.from({ length: 5_000 }, (_, index) => `line ${index}\n`)
      yield* logging((log) => Effect.forEach(lines, (line) => log.write(chunk(line)), { discard: true }))
      assert.strictEqual(yield* text, lines.join(""))
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("may be split inside a character, and streams do not disturb each other", () =>
    Effect.gen(function* () {
      const euro = bytes("€")
      yield* logging((log) =>
        Effect.gen(function* () {
          yield* log.write(chunk(euro.subarray(0, 1)))
          yield* log.write(chunk("error\n", "stderr"))
          yield* log.write(chunk(euro.subarray(1)))
        })
      )
      assert.deepStrictEqual(yield* shown, [
        { stream: "stderr", text: "error\n" },
        { stream: "stdout", text: "€" }
      ])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("is there within 100 ms, while the command still runs", () =>
    Effect.gen(function* () {
      const wrote = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        logging((log) =>
          log
            .write(chunk("soon\n"))
            .pipe(Effect.andThen(Deferred.succeed(wrote, undefined)), Effect.andThen(Effect.never))
        )
      )
      yield* Deferred.await(wrote)
      yield* TestClock.adjust("99 millis")
      assert.strictEqual(yield* text, "")
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* text, "soon\n")
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("secrets", () => {
  const secret = "s3cr3t-canary-0001"

  for (const cut of [1, 5, secret.length - 1]) {
    it.effect(`split over chunks after ${cut} characters never leave, and neither does their beginning`, () =>
      Effect.gen(function* () {
        const world = yield* World
        world.host.secrets.push({ name: "TOKEN", value: secret })
        const wrote = yield* Deferred.make<void>()
        const fiber = yield* Effect.forkChild(
          logging((log) =>
            Effect.gen(function* () {
              yield* log.write(chunk(`token ${secret.slice(0, cut)}`))
              yield* Deferred.succeed(wrote, undefined)
              yield* Effect.sleep("1 second")
              yield* log.write(chunk(`${secret.slice(cut)} end\n`))
            })
          )
        )
        yield* Deferred.await(wrote)
        yield* TestClock.adjust("500 millis")
        assert.strictEqual(yield* text, "token ")
        yield* joinInTime(fiber)
        assert.strictEqual(yield* text, "token «redacted» end\n")
      }).pipe(Effect.provide(layerMemory()))
    )
  }

  it.effect("what only looked like the beginning of one is shown at the end", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.host.secrets.push({ name: "TOKEN", value: secret })
      yield* logging((log) => log.write(chunk("s3cr3t")))
      assert.strictEqual(yield* text, "s3cr3t")
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("the cap", () => {
  it.effect(
    "what is over it is counted and said, not stored, and goes on to the one who reads the tail",
    () =>
      Effect.gen(function* () {
        const tail = yield* logging((log) =>
          Effect.gen(function* () {
            yield* log.write(chunk("stored\n"))
            yield* log.write(chunk("more\n", "stdout", false))
            return yield* log.write(chunk("even more\n", "stderr", false))
          })
        )
        assert.strictEqual(tail, "even more\n")
        assert.strictEqual(yield* text, "stored\n\n[15 more bytes of output were not stored]\n")
      }).pipe(Effect.provide(layerMemory()))
  )
})

describe("a store that fails", () => {
  const broken = (reason: FramesError["reason"]) =>
    Effect.map(Frames, (frames) => ({
      ...frames,
      append: () => Effect.fail(new FramesError({ reason, message: "the disk is full" }))
    }))

  const failing: ReadonlyArray<readonly [string, (log: OutputLog) => Effect.Effect<unknown>]> = [
    ["while the command waits for ever", (log) => Effect.andThen(log.write(chunk("x\n")), Effect.never)],
    ["while the command writes without end", (log) => Effect.forever(log.write(chunk("x\n")))],
    ["at the very end", (log) => log.write(chunk("x\n"))]
  ]
  for (const [when, use] of failing) {
    it.effect(`ends the command instead of hanging: ${when}`, () =>
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(
          Effect.result(logging(use)).pipe(Effect.provideServiceEffect(Frames, broken("unavailable")))
        )
        const result = yield* joinInTime(fiber)
        assert.deepInclude(result, { _tag: "Failure" })
        assert.deepInclude(result._tag === "Failure" ? result.failure : {}, {
          _tag: "FramesError",
          reason: "unavailable"
        })
      }).pipe(Effect.provide(layerMemory()))
    )
  }

  it.effect("the command's end is waited for before the failure is said", () =>
    Effect.gen(function* () {
      const killed = yield* Deferred.make<void>()
      const use = (log: OutputLog) =>
        log.write(chunk("x\n")).pipe(
          Effect.andThen(Effect.never),
          Effect.onInterrupt(() =>
            Effect.andThen(Effect.sleep("2 seconds"), Deferred.succeed(killed, undefined))
          )
        )
      const fiber = yield* Effect.forkChild(
        logging(use).pipe(Effect.provideServiceEffect(Frames, broken("unavailable")), Effect.exit)
      )
      yield* TestClock.adjust("1 second")
      assert.isUndefined(fiber.pollUnsafe())
      yield* joinInTime(fiber)
      assert.isTrue(yield* Deferred.isDone(killed))
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("is an attempt of the step, not a round", () =>
    Effect.gen(function* () {
      const frames = yield* Frames
      let isFirst = true
      const flaky = {
        ...frames,
        append: (...input: Parameters<typeof frames.append>) => {
          if (!isFirst) return frames.append(...input)
          isFirst = false
          return Effect.fail(new FramesError({ reason: "unavailable", message: "busy" }))
        }
      }
      const executionId = yield* begin()
      const fiber = yield* Effect.forkChild(drive(executionId).pipe(Effect.provideService(Frames, flaky)))
      yield* joinInTime(fiber)
      assert.deepInclude((yield* eventsNamed(executionId, "StepFailed"))[0], {
        step: "IMPLEMENT",
        attempt: 1
      })
      assert.strictEqual((yield* stateOf(executionId)).status, "completed")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("for another worker holds the project: the work ends", () =>
    Effect.gen(function* () {
      const executionId = yield* begin()
      const result = yield* drive(executionId).pipe(
        Effect.provideServiceEffect(Frames, broken("stale_epoch")),
        Effect.timeoutOption("1 second"),
        Effect.forkChild,
        Effect.flatMap((fiber) => joinInTime(fiber))
      )
      assert.isTrue(Option.isNone(result))
      assert.lengthOf(yield* eventsNamed(executionId, "CandidatePrepared"), 0)
      assert.lengthOf(yield* eventsNamed(executionId, "StepFailed"), 0)
    }).pipe(Effect.provide(layerMemory()))
  )
})

describe("an end before its time", () => {
  it.effect("an interrupted command's output is stored", () =>
    Effect.gen(function* () {
      const wrote = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        logging((log) =>
          log
            .write(chunk("last words"))
            .pipe(Effect.andThen(Deferred.succeed(wrote, undefined)), Effect.andThen(Effect.never))
        )
      )
      yield* Deferred.await(wrote)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* text, "last words")
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a command that fails keeps its own error, and its output is stored", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(
        logging((log) => Effect.andThen(log.write(chunk("almost")), Effect.fail("no such program")))
      )
      assert.deepStrictEqual(Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined, "no such program")
      assert.strictEqual(yield* text, "almost")
    }).pipe(Effect.provide(layerMemory()))
  )
})
