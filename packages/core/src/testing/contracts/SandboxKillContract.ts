/**
 * What every sandbox of real processes promises about killing: nothing outlives its command, its session or its
 * worker.
 *
 * It registers tests that look for survivors in this machine's own process table, so it needs Linux and a sandbox
 * on this machine.
 */
import { assert, describe } from "@effect/vitest"
import { Effect, Exit, Fiber, type Layer, Scope, Stream } from "effect"
import { type ExecRequest, Sandboxes, type SandboxOwner } from "../../ports/Sandbox.ts"
import { outcomeOf, someOwner, textOf } from "./SandboxContract.ts"
import { aliveWith, leavesBehind, processSuite, stubborn, uniqueSleep } from "./sandboxProcesses.ts"

/** What a sandbox of processes brings to the suite. */
export interface SandboxKillContractOptions {
  readonly layer: Layer.Layer<Sandboxes>
  /** Whether a process that clears its environment and leaves its session is still held. */
  readonly holdsCleared: boolean
  /** An absolute directory that exists. */
  readonly cwd: string
  /**
   * Runs `argv` in a sandbox of `owner` from another process, and kills that process by SIGKILL as soon as the
   * command has written something.
   */
  readonly abandon: (owner: SandboxOwner, argv: ExecRequest["argv"]) => Effect.Effect<void>
  /** Whether the orphans of a dead worker live on until somebody reaps them; else they die with it. */
  readonly orphansWait: boolean
}

/** How many moments of interruption are tried. */
const interruptions = Number(process.env["DEVTEAM_TEST_INTERRUPTIONS"] ?? "15")

/** Registers the suite about killing. */
export const sandboxKillContract = (name: string, options: SandboxKillContractOptions): void => {
  const { request, shell, acquire, collect, begin, test } = processSuite(options.layer, options.cwd)

  describe(`${name}: killing`, () => {
    test(
      "kills a tree that ignores SIGTERM and left its session, at the time-out and before Exited",
      Effect.gen(function* () {
        const token = uniqueSleep()
        let aliveAtExit: ReadonlyArray<number> = [-1]
        const events = yield* (yield* acquire()).exec(request(stubborn(token), { timeoutMs: 800 })).pipe(
          Stream.tap((event) =>
            Effect.sync(() => {
              if (event._tag === "Exited") aliveAtExit = aliveWith(token)
            })
          ),
          Stream.runCollect
        )
        assert.strictEqual(textOf(events, "stdout"), "up\n")
        assert.deepInclude(outcomeOf(events), { cause: "timed_out", exitCode: null, signal: "SIGKILL" })
        assert.deepStrictEqual(aliveAtExit, [])
      })
    )

    test(
      "kills the tree before an interruption ends",
      Effect.gen(function* () {
        const token = uniqueSleep()
        const fiber = yield* begin(yield* acquire(), request(stubborn(token)))
        assert.isAbove(aliveWith(token).length, 1)
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(aliveWith(token), [])
      })
    )

    test(
      "leaves nothing behind at whatever moment it is interrupted",
      Effect.gen(function* () {
        const session = yield* acquire()
        for (let moment = 0; moment < interruptions; moment++) {
          const token = uniqueSleep()
          const fiber = yield* Effect.forkChild(Stream.runDrain(session.exec(request(stubborn(token)))))
          yield* Effect.sleep(moment)
          yield* Fiber.interrupt(fiber)
          assert.deepStrictEqual(aliveWith(token), [], `interrupted after ${moment} ms`)
        }
      })
    )

    test(
      "kills what a command leaves in the background",
      Effect.gen(function* () {
        const token = uniqueSleep()
        const events = yield* collect(yield* acquire(), request(leavesBehind(token)))
        assert.deepInclude(outcomeOf(events), { cause: "exited", exitCode: 5 })
        assert.deepStrictEqual(aliveWith(token), [])
      })
    )

    if (options.holdsCleared) {
      test(
        "kills what cleared its environment and left its session and its parent",
        Effect.gen(function* () {
          const token = uniqueSleep()
          const events = yield* collect(yield* acquire(), request(leavesBehind(token, "env -i")))
          assert.deepInclude(outcomeOf(events), { cause: "exited", exitCode: 5 })
          assert.deepStrictEqual(aliveWith(token), [])
        })
      )
    }

    test(
      "kills what runs when its session's scope closes, and says so to the reader",
      Effect.gen(function* () {
        const token = uniqueSleep()
        const scope = yield* Scope.make()
        const session = yield* Scope.provide(acquire(), scope)
        const fiber = yield* begin(session, request(stubborn(token)))
        yield* Scope.close(scope, Exit.void)
        assert.deepStrictEqual(aliveWith(token), [])
        assert.strictEqual((yield* Effect.flip(Fiber.join(fiber))).reason, "lost")
      })
    )

    test(
      "does not mix up two commands that run at once",
      Effect.gen(function* () {
        const token = uniqueSleep()
        const session = yield* acquire()
        const fiber = yield* begin(session, request(stubborn(token)))
        assert.strictEqual(outcomeOf(yield* collect(session, shell("exit 4"))).exitCode, 4)
        assert.isAbove(aliveWith(token).length, 1)
        yield* Fiber.interrupt(fiber)
      })
    )

    test(
      "reaps what a dead worker left, and nobody else's",
      Effect.gen(function* () {
        const [ours, theirs] = [uniqueSleep(), uniqueSleep()]
        const sandboxes = yield* Sandboxes
        const foreign = yield* acquire({ instance: "somebody-else" })
        const fiber = yield* begin(foreign, request(stubborn(theirs)))
        yield* options.abandon(someOwner({ epoch: 7 }), stubborn(ours))
        if (options.orphansWait) {
          assert.strictEqual(yield* sandboxes.reap(someOwner({ epoch: 7 })), 0)
          assert.isAbove(aliveWith(ours).length, 1)
        } else {
          yield* Effect.repeat(Effect.sleep(20), { while: () => aliveWith(ours).length > 0 })
        }
        const killed = yield* sandboxes.reap(someOwner({ epoch: 8 }))
        assert.deepStrictEqual(aliveWith(ours), [])
        if (options.orphansWait) assert.isAbove(killed, 1)
        assert.isAbove(aliveWith(theirs).length, 1)
        yield* Fiber.interrupt(fiber)
      })
    )

    test(
      "reaps lower epochs when a project is acquired again",
      Effect.gen(function* () {
        const token = uniqueSleep()
        const fiber = yield* begin(yield* acquire({ epoch: 1 }), request(stubborn(token)))
        yield* acquire({ epoch: 2 })
        assert.deepStrictEqual(aliveWith(token), [])
        yield* Fiber.await(fiber)
      })
    )
  })
}
