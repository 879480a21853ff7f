/** What happens without the guards that the contract suite tests: processes do get away. */
import { Sandboxes } from "@devteam/core/ports/Sandbox"
import { someOwner } from "@devteam/core/testing/contracts/SandboxContract"
import { aliveWith, leavesBehind, uniqueSleep } from "@devteam/core/testing/contracts/sandboxProcesses"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Schedule, Stream } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layer } from "../../src/local/LocalSandboxes.ts"
import { findContainment } from "../../src/local/namespaceProbe.ts"
import { pidNamespaceOf } from "../../src/local/processTable.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "devteam-escape-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Ends the survivors and answers how many there were. */
const endSurvivors = (token: string): number => {
  const alive = aliveWith(token)
  for (const pid of alive) process.kill(pid, "SIGKILL")
  return alive.length
}

const sameNamespace = (pid: number, other: number | undefined): boolean =>
  other !== undefined && pidNamespaceOf(pid) === pidNamespaceOf(other)

const best = await Effect.runPromise(findContainment("/usr/local/bin:/usr/bin:/bin"))

describe("without a guard", () => {
  it.live("a process that left its session survives the end and the kill of its group", () =>
    Effect.gen(function* () {
      const token = uniqueSleep()
      const [program, ...args] = leavesBehind(token)
      const directory = yield* temporary
      const child = spawn(program, args, {
        detached: true,
        stdio: "ignore",
        env: { ...process.env, TMPDIR: directory }
      })
      yield* Effect.promise(() => once(child, "exit"))
      assert.throws(() => process.kill(-(child.pid ?? 0), "SIGKILL"))
      assert.strictEqual(endSurvivors(token), 1)
    }).pipe(Effect.scoped)
  )

  it.live(
    "a mark alone loses a process that cleared its environment, left its session and lost its parent",
    () =>
      Effect.gen(function* () {
        const token = uniqueSleep()
        const homesDirectory = yield* temporary
        yield* Effect.gen(function* () {
          const session = yield* (yield* Sandboxes).acquire(someOwner({ projectId: "escape" }))
          // Its output is closed, or the stream would wait a while for it.
          const [program, flag, script] = leavesBehind(token, "exec >/dev/null 2>&1; env -i")
          yield* Stream.runDrain(
            session.exec({
              argv: [program, flag ?? "", script ?? ""],
              cwd: homesDirectory,
              timeoutMs: 20_000
            })
          )
        }).pipe(Effect.scoped, Effect.provide(layer({ homesDirectory, containment: "env_mark" })))
        assert.strictEqual(endSurvivors(token), 1)
      }).pipe(Effect.scoped)
  )
})

describe.runIf(best.kind === "pid_namespace")("pid namespace", () => {
  it.live("shows a command neither the worker nor its environment", () =>
    Effect.gen(function* () {
      const homesDirectory = yield* temporary
      const events = yield* Effect.gen(function* () {
        const session = yield* (yield* Sandboxes).acquire(someOwner({ projectId: "escape" }))
        const script = `tr '\\0' '\\n' </proc/1/environ; cat /proc/${process.pid}/cmdline`
        const argv = ["sh", "-c", script] as const
        return yield* Stream.runCollect(
          session.exec({ argv: [...argv], cwd: "/", env: { SECRET: "s3cret-9a" }, timeoutMs: 20_000 })
        )
      }).pipe(Effect.scoped, Effect.provide(layer({ homesDirectory })))
      const text = events
        .map((event) => (event._tag === "Chunk" ? Buffer.from(event.bytes).toString() : ""))
        .join("")
      assert.include(text, "DEVTEAM_MARK=")
      assert.notInclude(text, "s3cret-9a")
      assert.include(text, `/proc/${process.pid}/cmdline: No such file`)
    }).pipe(Effect.scoped)
  )

  it.live("a command whose namespace is taken away is lost, not exited", () =>
    Effect.gen(function* () {
      const token = uniqueSleep()
      const homesDirectory = yield* temporary
      yield* Effect.gen(function* () {
        const session = yield* (yield* Sandboxes).acquire(someOwner({ projectId: "escape" }))
        const up = yield* Deferred.make<void>()
        const argv = ["sh", "-c", `echo up; sleep ${token}`] as const
        const fiber = yield* session.exec({ argv: [...argv], cwd: "/", timeoutMs: 20_000 }).pipe(
          Stream.runForEach(() => Deferred.succeed(up, undefined)),
          Effect.flip,
          Effect.forkChild
        )
        yield* Deferred.await(up)
        // The shell says "up" just before it becomes, or starts, the sleep.
        const inside = yield* Effect.sync(() =>
          aliveWith(token).find((pid) => readFileSync(`/proc/${pid}/comm`, "utf8") === "sleep\n")
        ).pipe(Effect.repeat({ until: (pid) => pid !== undefined, schedule: Schedule.spaced("5 millis") }))
        // The holder's shell is the only process that is number 1 in there.
        const holder = aliveWith("cat >/dev/null; exit 0").find(
          (pid) =>
            /NSpid:\t\d+\t1\n/.test(readFileSync(`/proc/${pid}/status`, "utf8")) && sameNamespace(pid, inside)
        )
        assert.isDefined(holder)
        process.kill(Number(holder), "SIGKILL")
        assert.strictEqual((yield* Fiber.join(fiber)).reason, "lost")
        assert.deepStrictEqual(aliveWith(token), [])
      }).pipe(Effect.scoped, Effect.provide(layer({ homesDirectory })))
    }).pipe(Effect.scoped)
  )
})
