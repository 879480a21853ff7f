import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { type ExecRequest, Sandboxes } from "../../src/ports/Sandbox.ts"
import { outcomeOf, sandboxContract, someOwner } from "../../src/testing/contracts/SandboxContract.ts"
import { layerMemory } from "../../src/testing/memory/Sandboxes.ts"

const scripted = layerMemory({
  exit: ({ argv }) => Effect.succeed({ exitCode: Number(argv[1]) }),
  write: ({ argv }) => Effect.succeed({ exitCode: 0, stdout: argv[1], stderr: argv[2] }),
  invalid: () => Effect.succeed({ exitCode: 0, stdout: new Uint8Array([0xff, 0xc3, 0x28, 0, 0x41]) }),
  copy: ({ stdin }) => Effect.succeed({ exitCode: 0, stdout: stdin }),
  hang: () => Effect.never
})

sandboxContract("memory", {
  layer: scripted,
  clock: "test",
  cwd: "/",
  commands: {
    exit: (code) => ["exit", String(code)],
    write: (stdout, stderr) => ["write", stdout, stderr],
    invalidUtf8: ["invalid"],
    copy: ["copy"],
    hang: ["hang"]
  }
})

const request = (argv: ExecRequest["argv"], timeoutMs = 60_000): ExecRequest => ({
  argv,
  cwd: "/",
  timeoutMs
})

/** A program that says when it starts and when it is interrupted. */
const observed = Effect.gen(function* () {
  const started = yield* Deferred.make<void>()
  const interrupted = yield* Deferred.make<void>()
  const layer = layerMemory({
    agent: () =>
      Deferred.succeed(started, undefined).pipe(
        Effect.andThen(Effect.never),
        Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
      )
  })
  return { started, interrupted, layer: Layer.fresh(layer) }
})

describe("in-memory sandbox", () => {
  it.effect("a program that sleeps ends in time, or is interrupted by the time-out", () =>
    Effect.gen(function* () {
      const session = yield* (yield* Sandboxes).acquire(someOwner())
      const slow = yield* Effect.forkChild(Stream.runCollect(session.exec(request(["build"], 11_000))))
      const cut = yield* Effect.forkChild(Stream.runCollect(session.exec(request(["build"], 9_000))))
      yield* TestClock.adjust(10_000)
      assert.deepInclude(outcomeOf(yield* Fiber.join(slow)), {
        cause: "exited",
        exitCode: 0,
        durationMs: 10_000
      })
      assert.deepInclude(outcomeOf(yield* Fiber.join(cut)), {
        cause: "timed_out",
        exitCode: null,
        durationMs: 9_000
      })
    }).pipe(
      Effect.scoped,
      Effect.provide(layerMemory({ build: () => Effect.as(Effect.sleep(10_000), { exitCode: 0 }) }))
    )
  )

  it.effect("interrupting the stream interrupts the program first", () =>
    Effect.gen(function* () {
      const { started, interrupted, layer } = yield* observed
      yield* Effect.gen(function* () {
        const session = yield* (yield* Sandboxes).acquire(someOwner())
        const fiber = yield* Effect.forkChild(Stream.runDrain(session.exec(request(["agent"]))))
        yield* Deferred.await(started)
        yield* Fiber.interrupt(fiber)
        assert.isTrue(yield* Deferred.isDone(interrupted))
      }).pipe(Effect.scoped, Effect.provide(layer))
    })
  )

  it.effect("reap kills lower epochs of the same instance and project only", () =>
    Effect.gen(function* () {
      const { started, interrupted, layer } = yield* observed
      yield* Effect.gen(function* () {
        const sandboxes = yield* Sandboxes
        const session = yield* sandboxes.acquire(someOwner({ epoch: 4 }))
        const fiber = yield* Effect.forkChild(Effect.flip(Stream.runDrain(session.exec(request(["agent"])))))
        yield* Deferred.await(started)
        assert.strictEqual(yield* sandboxes.reap(someOwner({ epoch: 4 })), 0)
        assert.strictEqual(yield* sandboxes.reap(someOwner({ epoch: 5, instance: "other" })), 0)
        assert.strictEqual(yield* sandboxes.reap(someOwner({ epoch: 5, projectId: "other" })), 0)
        assert.isFalse(yield* Deferred.isDone(interrupted))
        assert.strictEqual(yield* sandboxes.reap(someOwner({ epoch: 5 })), 1)
        assert.strictEqual((yield* Fiber.join(fiber)).reason, "lost")
        assert.isTrue(yield* Deferred.isDone(interrupted))
      }).pipe(Effect.scoped, Effect.provide(layer))
    })
  )
})
