/**
 * What every sandbox does, whatever it is made of: the in-memory one runs this too.
 *
 * It registers tests. What only holds where there are processes is in SandboxProcessContract.ts.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, type Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { ExecutionId, InstanceId, ProjectId } from "../../model/Ids.ts"
import { type ExecEvent, type ExecRequest, Sandboxes, type SandboxOwner } from "../../ports/Sandbox.ts"

/** Command lines that mean the same in every sandbox. */
export interface SandboxContractCommands {
  readonly exit: (code: number) => ExecRequest["argv"]
  readonly write: (stdout: string, stderr: string) => ExecRequest["argv"]
  /** Writes the bytes FF C3 28 00 41 to stdout: not UTF-8. */
  readonly invalidUtf8: ExecRequest["argv"]
  /** Copies stdin to stdout. */
  readonly copy: ExecRequest["argv"]
  /** Writes nothing and does not end. */
  readonly hang: ExecRequest["argv"]
}

/** What a sandbox brings to the suite. */
export interface SandboxContractOptions {
  readonly layer: Layer.Layer<Sandboxes>
  readonly commands: SandboxContractCommands
  /** Whether its time-outs follow the test clock or real time. */
  readonly clock: "test" | "live"
  /** An absolute directory that exists. */
  readonly cwd: string
}

/** An owner for tests; every part may be replaced. */
export const someOwner = (
  parts: { instance?: string; projectId?: string; executionId?: string; epoch?: number } = {}
): SandboxOwner => ({
  instance: InstanceId.make(parts.instance ?? "5d1c0b7e-contract"),
  projectId: ProjectId.make(parts.projectId ?? "acme/shop"),
  executionId: ExecutionId.make(parts.executionId ?? "exec-1"),
  epoch: parts.epoch ?? 1
})

/** What a command wrote to one stream, as text. */
export const textOf = (events: ReadonlyArray<ExecEvent>, stream: "stdout" | "stderr"): string =>
  Buffer.concat(
    events.flatMap((event) => (event._tag === "Chunk" && event.stream === stream ? [event.bytes] : []))
  ).toString("utf8")

/** The outcome; fails the test unless there is exactly one and it comes last. */
export const outcomeOf = (events: ReadonlyArray<ExecEvent>) => {
  const last = events.at(-1)
  assert.strictEqual(events.filter((event) => event._tag === "Exited").length, 1)
  if (last?._tag !== "Exited") throw new Error("the last event is not Exited")
  return last.outcome
}

/** Registers the generic suite. */
export const sandboxContract = (name: string, options: SandboxContractOptions): void => {
  const { commands, cwd } = options
  const register = options.clock === "test" ? it.effect : it.live
  const pass = (ms: number) => (options.clock === "test" ? TestClock.adjust(ms) : Effect.void)
  const request = (argv: ExecRequest["argv"], more: Partial<ExecRequest> = {}): ExecRequest => ({
    argv,
    cwd,
    timeoutMs: 60_000,
    ...more
  })
  const run = Effect.fnUntraced(function* (wanted: ExecRequest) {
    const session = yield* (yield* Sandboxes).acquire(someOwner())
    return yield* Stream.runCollect(session.exec(wanted))
  }, Effect.scoped)
  const test = (title: string, body: Effect.Effect<void, unknown, Sandboxes>) =>
    register(title, () => Effect.provide(body, options.layer))

  describe(`${name}: sandbox`, () => {
    for (const code of [0, 3, 137]) {
      test(
        `passes the exit code ${code} on`,
        Effect.gen(function* () {
          const outcome = outcomeOf(yield* run(request(commands.exit(code))))
          assert.deepStrictEqual(
            { exitCode: outcome.exitCode, signal: outcome.signal, cause: outcome.cause },
            { exitCode: code, signal: null, cause: "exited" }
          )
        })
      )
    }

    test(
      "keeps stdout and stderr apart and counts both",
      Effect.gen(function* () {
        const events = yield* run(request(commands.write("out ✓", "err")))
        assert.strictEqual(textOf(events, "stdout"), "out ✓")
        assert.strictEqual(textOf(events, "stderr"), "err")
        assert.strictEqual(outcomeOf(events).outputBytes, 10)
      })
    )

    test(
      "passes bytes on that are not UTF-8",
      Effect.gen(function* () {
        const events = yield* run(request(commands.invalidUtf8))
        const bytes = events.flatMap((event) => (event._tag === "Chunk" ? [...event.bytes] : []))
        assert.deepStrictEqual(bytes, [0xff, 0xc3, 0x28, 0, 0x41])
      })
    )

    test(
      "flags exactly maxOutputBytes as stored and still delivers the rest",
      Effect.gen(function* () {
        const events = yield* run(request(commands.write("0123456789", ""), { maxOutputBytes: 4 }))
        const stored = events.filter((event) => event._tag === "Chunk" && event.stored)
        assert.strictEqual(textOf(stored, "stdout"), "0123")
        assert.strictEqual(textOf(events, "stdout"), "0123456789")
        assert.strictEqual(outcomeOf(events).outputBytes, 10)
      })
    )

    test(
      "hands stdin over",
      Effect.gen(function* () {
        const events = yield* run(request(commands.copy, { stdin: "línea\n" }))
        assert.strictEqual(textOf(events, "stdout"), "línea\n")
      })
    )

    test(
      "closes stdin when there is none",
      Effect.gen(function* () {
        assert.strictEqual(outcomeOf(yield* run(request(commands.copy))).exitCode, 0)
      })
    )

    test(
      "says not_found for a missing program",
      Effect.gen(function* () {
        const error = yield* Effect.flip(run(request(["no-such-program-here"])))
        assert.deepInclude(error, { _tag: "SandboxError", reason: "not_found" })
        assert.include(error.message, "no-such-program-here")
      })
    )

    for (const [cause, limits] of [
      ["timed_out", { timeoutMs: 150 }],
      ["idle", { idleTimeoutMs: 150 }]
    ] as const) {
      test(
        `ends a silent command: ${cause}`,
        Effect.gen(function* () {
          const fiber = yield* Effect.forkChild(run(request(commands.hang, limits)))
          yield* pass(150)
          const outcome = outcomeOf(yield* Fiber.join(fiber))
          assert.strictEqual(outcome.cause, cause)
          assert.isNull(outcome.exitCode)
          assert.isNotNull(outcome.signal)
          assert.isAtLeast(outcome.durationMs, 150)
        })
      )
    }

    test(
      "is healthy",
      Effect.gen(function* () {
        const health = yield* (yield* (yield* Sandboxes).acquire(someOwner())).health
        for (const version of [health.git, health.node, health.npm]) assert.match(version, /^\d+\.\d+/)
        assert.isNotEmpty(health.warnings)
      }).pipe(Effect.scoped)
    )

    test(
      "can be destroyed twice and runs nothing afterwards",
      Effect.gen(function* () {
        const session = yield* (yield* Sandboxes).acquire(someOwner())
        yield* session.destroy
        yield* session.destroy
        const error = yield* Effect.flip(Stream.runDrain(session.exec(request(commands.exit(0)))))
        assert.strictEqual(error.reason, "lost")
      }).pipe(Effect.scoped)
    )

    test(
      "can be acquired again after it was destroyed",
      Effect.gen(function* () {
        const sandboxes = yield* Sandboxes
        yield* Effect.scoped(Effect.flatMap(sandboxes.acquire(someOwner()), (session) => session.destroy))
        assert.strictEqual(outcomeOf(yield* run(request(commands.exit(0)))).exitCode, 0)
      })
    )

    test(
      "fails a command with `lost` when its sandbox is destroyed under it",
      Effect.gen(function* () {
        const session = yield* (yield* Sandboxes).acquire(someOwner())
        const fiber = yield* Effect.forkChild(
          Effect.flip(Stream.runDrain(session.exec(request(commands.hang))))
        )
        // Whether destroy comes before, during or after the start, the command must not survive it.
        yield* Effect.yieldNow
        yield* session.destroy
        assert.strictEqual((yield* Fiber.join(fiber)).reason, "lost")
      }).pipe(Effect.scoped)
    )

    test(
      "reaps nothing where there is nothing",
      Effect.gen(function* () {
        const sandboxes = yield* Sandboxes
        assert.strictEqual(yield* sandboxes.reap(someOwner({ epoch: 99 })), 0)
      })
    )
  })
}
