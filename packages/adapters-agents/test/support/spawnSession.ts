/**
 * A bare sandbox session for tests: spawns commands in their own process group, and kills that group.
 */
import {
  SandboxError,
  type ExecEvent,
  type ExecRequest,
  type SandboxSession
} from "@devteam/core/ports/Sandbox"
import { Cause, Effect, Queue, Stream } from "effect"
import { spawn } from "node:child_process"

/** A session and how many of its commands have not ended. */
export interface SpawnSession extends SandboxSession {
  readonly running: () => number
  /** Requests as they came. */
  readonly requests: ReadonlyArray<ExecRequest>
}

/** Commands see `PATH` and what their request adds, nothing else. */
export const makeSpawnSession = (path: string = process.env["PATH"] ?? ""): SpawnSession => {
  let running = 0
  const requests: Array<ExecRequest> = []
  const exec = (request: ExecRequest): Stream.Stream<ExecEvent, SandboxError> =>
    Stream.callback<ExecEvent, SandboxError>((queue) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          requests.push(request)
          running += 1
          const startedAt = performance.now()
          let cause: "exited" | "timed_out" | "idle" = "exited"
          let outputBytes = 0
          const [program, ...args] = request.argv
          const child = spawn(program, args, {
            cwd: request.cwd,
            env: { PATH: path, ...request.env },
            detached: true,
            stdio: ["pipe", "pipe", "pipe"]
          })
          const kill = (): void => {
            if (child.pid === undefined) return
            try {
              process.kill(-child.pid, "SIGKILL")
            } catch {
              // The group is gone already.
            }
          }
          const end = (why: typeof cause) => () => {
            cause = why
            kill()
          }
          const timeout = setTimeout(end("timed_out"), request.timeoutMs)
          const idle = setTimeout(end("idle"), request.idleTimeoutMs ?? 2 ** 31 - 1)
          const closed = Promise.withResolvers<void>()
          const settle = (): void => {
            clearTimeout(timeout)
            clearTimeout(idle)
            running -= 1
            closed.resolve()
          }
          for (const stream of ["stdout", "stderr"] as const) {
            child[stream].on("data", (bytes: Buffer) => {
              idle.refresh()
              outputBytes += bytes.length
              Queue.offerUnsafe(queue, { _tag: "Chunk", stream, bytes, stored: true })
            })
          }
          child.on("error", (error) => {
            settle()
            Queue.failCauseUnsafe(
              queue,
              Cause.fail(new SandboxError({ reason: "not_found", message: String(error) }))
            )
          })
          child.on("close", (exitCode, signal) => {
            settle()
            const durationMs = Math.round(performance.now() - startedAt)
            const killed = cause !== "exited"
            const outcome = { exitCode: killed ? null : exitCode, signal, cause, durationMs, outputBytes }
            Queue.offerUnsafe(queue, { _tag: "Exited", outcome })
            Queue.endUnsafe(queue)
          })
          child.stdin.on("error", () => undefined)
          child.stdin.end(request.stdin ?? "")
          return { kill, closed: closed.promise }
        }),
        ({ kill, closed }) =>
          Effect.promise(() => {
            kill()
            return closed
          })
      )
    )
  const unsupported = new SandboxError({ reason: "unavailable", message: "not part of this session" })
  return {
    kind: "test",
    exec,
    health: Effect.fail(unsupported),
    destroy: Effect.void,
    running: () => running,
    requests
  }
}
