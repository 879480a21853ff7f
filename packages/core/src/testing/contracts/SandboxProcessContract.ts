/**
 * What every sandbox of real processes does: environment, homes, time and output.
 *
 * It registers tests that run `sh`, `env`, `head` and `yes` inside the sandbox. That nothing is left of them is in
 * SandboxKillContract.ts.
 */
import { assert, describe } from "@effect/vitest"
import { Effect, type Layer, Stream } from "effect"
import type { ExecEvent, Sandboxes } from "../../ports/Sandbox.ts"
import { outcomeOf, textOf } from "./SandboxContract.ts"
import { aliveWith, processSuite, uniqueSleep } from "./sandboxProcesses.ts"

/** What a sandbox of processes brings to the suite. */
export interface SandboxProcessContractOptions {
  readonly layer: Layer.Layer<Sandboxes>
  /** An absolute directory that exists. */
  readonly cwd: string
}

/** The output of the memory test, in MB (10^6 bytes). */
const outputMegabytes = Number(process.env["DEVTEAM_TEST_OUTPUT_MB"] ?? "200")

/** Registers the suite for sandboxes of processes. */
export const sandboxProcessContract = (name: string, options: SandboxProcessContractOptions): void => {
  const { request, shell, acquire, collect, output, test } = processSuite(options.layer, options.cwd)

  describe(`${name}: sandbox of processes`, () => {
    test(
      "shows a command nothing of the worker's environment",
      Effect.gen(function* () {
        yield* Effect.acquireRelease(
          Effect.sync(() =>
            Object.assign(process.env, { DEVTEAM_CANARY: "leak-7f3a", CI: "1", npm_lifecycle_event: "x" })
          ),
          () =>
            Effect.sync(() => {
              for (const variable of ["DEVTEAM_CANARY", "CI", "npm_lifecycle_event"])
                delete process.env[variable]
            })
        )
        const session = yield* acquire()
        const text = yield* output(
          session,
          "env; cat /proc/$$/environ /proc/1/environ 2>/dev/null | tr '\\0' '\\n'",
          {
            env: { GIVEN: "with the request", DEVTEAM_MARK: "forged" }
          }
        )
        const variables = new Map(text.split("\n").map((line) => [line.split("=")[0] ?? "", line]))
        assert.notInclude(text, "leak-7f3a")
        assert.isFalse(variables.has("CI"))
        assert.isFalse(variables.has("npm_lifecycle_event"))
        assert.strictEqual(variables.get("GIVEN"), "GIVEN=with the request")
        assert.strictEqual(variables.get("TERM"), "TERM=dumb")
        assert.notInclude(text, "forged")
      })
    )

    test(
      "gives each project a home that is kept until it is destroyed",
      Effect.gen(function* () {
        const visit = (projectId: string, script: string) =>
          Effect.scoped(Effect.flatMap(acquire({ projectId }), (session) => output(session, script)))
        const home = yield* visit(
          "acme/shop",
          'echo kept > "$HOME/cache"; touch "$TMPDIR/gone"; echo "$HOME"'
        )
        assert.notStrictEqual(home, process.env["HOME"])
        assert.strictEqual(yield* visit("acme/shop", 'cat "$HOME/cache"; ls "$TMPDIR"'), "kept")
        assert.strictEqual(yield* visit("acme/other", 'ls "$HOME"'), "tmp")
        yield* Effect.scoped(Effect.flatMap(acquire(), (session) => session.destroy))
        assert.strictEqual(yield* visit("acme/shop", 'ls "$HOME"'), "tmp")
      })
    )

    test(
      "says which signal ended a command",
      Effect.gen(function* () {
        const outcome = outcomeOf(yield* collect(yield* acquire(), shell("kill -SEGV $$")))
        assert.deepInclude(outcome, { exitCode: null, signal: "SIGSEGV", cause: "exited" })
      })
    )

    test(
      "says not_found for a missing directory",
      Effect.gen(function* () {
        const wanted = request(["true"], { cwd: `${options.cwd}/no-such-directory` })
        const error = yield* Effect.flip(collect(yield* acquire(), wanted))
        assert.strictEqual(error.reason, "not_found")
        assert.include(error.message, "no-such-directory")
      })
    )

    test(
      "lets a command leave in time when it is asked to, and still calls it timed out",
      Effect.gen(function* () {
        const session = yield* acquire()
        const script = `trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done`
        const events = yield* collect(session, shell(script, { timeoutMs: 500 }))
        assert.strictEqual(textOf(events, "stdout"), "up\nbye\n")
        assert.deepInclude(outcomeOf(events), { cause: "timed_out", exitCode: null, signal: "SIGTERM" })
      })
    )

    test(
      "does not call a command idle that writes now and then",
      Effect.gen(function* () {
        const script = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $i; sleep 0.1; done"
        const events = yield* collect(yield* acquire(), shell(script, { idleTimeoutMs: 1_000 }))
        assert.deepInclude(outcomeOf(events), { cause: "exited", exitCode: 0 })
        assert.isAbove(outcomeOf(events).durationMs, 1_000)
      })
    )

    test(
      "keeps memory flat under much output",
      Effect.gen(function* () {
        const wanted = outputMegabytes * 1_000_000
        const session = yield* acquire()
        const zeros = (count: number) => session.exec(request(["head", "-c", String(count), "/dev/zero"]))
        // The first round fills the collector's young generation.
        yield* Stream.runDrain(zeros(100_000_000))
        const before = process.memoryUsage.rss()
        let [most, bytes] = [before, 0]
        const last = yield* Stream.runFold(
          zeros(wanted),
          (): ExecEvent | undefined => undefined,
          (_, event) => {
            if (event._tag === "Chunk") bytes += event.bytes.length
            most = Math.max(most, process.memoryUsage.rss())
            return event
          }
        )
        assert.strictEqual(bytes, wanted)
        assert.strictEqual(last?._tag === "Exited" ? last.outcome.outputBytes : -1, wanted)
        assert.isBelow((most - before) / 1_000_000, 100)
      }),
      300_000
    )

    test(
      "ends a command that nobody reads",
      Effect.gen(function* () {
        const token = uniqueSleep()
        let stalled = false
        const before = process.memoryUsage.rss()
        const events = yield* (yield* acquire())
          .exec(request(["yes", token], { timeoutMs: 600, maxOutputBytes: 1 }))
          .pipe(
            Stream.tap(() => {
              if (stalled) return Effect.void
              stalled = true
              // Reads on only once the command is dead, which therefore must not wait for the reader.
              return Effect.repeat(Effect.as(Effect.sleep(20), token), {
                while: (token) => aliveWith(token).length > 0
              })
            }),
            Stream.runCollect
          )
        assert.strictEqual(outcomeOf(events).cause, "timed_out")
        assert.isBelow((process.memoryUsage.rss() - before) / 1_000_000, 100)
      })
    )
  })
}
