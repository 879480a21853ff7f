/**
 * Commands and looks into the process table that the suites for sandboxes of processes share.
 *
 * It registers no tests. Linux only.
 */
import { it } from "@effect/vitest"
import { Deferred, Effect, type Layer, type Scope, Stream } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { type ExecRequest, type SandboxError, Sandboxes, type SandboxSession } from "../../ports/Sandbox.ts"
import { someOwner, textOf } from "./SandboxContract.ts"

let tokens = 0

/** A duration for `sleep` that no other process has on its command line. */
export const uniqueSleep = (): string => `${60_000 + process.pid}.${Date.now()}${tokens++}`

/** The live processes with this text on their command line. Zombies have none. */
export const aliveWith = (text: string): ReadonlyArray<number> =>
  readdirSync("/proc").flatMap((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(text)
        ? [Number(name)]
        : []
    } catch {
      return []
    }
  })

/** Ignores SIGTERM, as does its child, which leaves the session and loses its parent. Writes `up`. */
export const stubborn = (token: string): ExecRequest["argv"] => [
  "sh",
  "-c",
  `trap "" TERM; (setsid sh -c 'echo up; exec sleep ${token}' &); exec sleep ${token}`
]

/** Leaves a child behind that left the session, and ends with 5. `clear` goes before the child's command. */
export const leavesBehind = (token: string, clear = ""): ExecRequest["argv"] => [
  "sh",
  "-c",
  `(${clear} setsid sh -c "touch $TMPDIR/${token}; exec sleep ${token}" &)
   until [ -e "$TMPDIR/${token}" ]; do sleep 0.02; done; exit 5`
]

/** Short forms for a suite whose sandbox is `layer`, with `cwd` as the directory of every command. */
export const processSuite = (layer: Layer.Layer<Sandboxes>, cwd: string) => {
  const request = (argv: ExecRequest["argv"], more: Partial<ExecRequest> = {}): ExecRequest => ({
    argv,
    cwd: cwd,
    timeoutMs: 60_000,
    ...more
  })
  const shell = (script: string, more: Partial<ExecRequest> = {}) => request(["sh", "-c", script], more)
  const acquire = (parts: Parameters<typeof someOwner>[0] = {}) =>
    Effect.flatMap(Sandboxes, (sandboxes) => sandboxes.acquire(someOwner(parts)))
  const collect = (session: SandboxSession, wanted: ExecRequest) => Stream.runCollect(session.exec(wanted))
  const output = (session: SandboxSession, script: string, more: Partial<ExecRequest> = {}) =>
    Effect.map(collect(session, shell(script, more)), (events) => textOf(events, "stdout").trim())

  /** Runs in the background; answers once the command has written something. */
  const begin = Effect.fnUntraced(function* (session: SandboxSession, wanted: ExecRequest) {
    const up = yield* Deferred.make<void, SandboxError>()
    const fiber = yield* session.exec(wanted).pipe(
      Stream.tap((event) => (event._tag === "Chunk" ? Deferred.succeed(up, undefined) : Effect.void)),
      Stream.runCollect,
      Effect.tapError((error) => Deferred.fail(up, error)),
      Effect.forkChild
    )
    yield* Deferred.await(up)
    return fiber
  })
  const test = (
    title: string,
    body: Effect.Effect<void, unknown, Sandboxes | Scope.Scope>,
    timeout = 30_000
  ) => it.live(title, () => body.pipe(Effect.scoped, Effect.provide(layer)), timeout)

  return { request, shell, acquire, collect, output, begin, test }
}
