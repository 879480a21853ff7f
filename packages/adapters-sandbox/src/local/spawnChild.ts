/**
 * Starts one operating-system process with Node's own spawn, as the leader of its own session.
 *
 * It waits for the start and keeps how the process ended. It neither reads output nor kills.
 */
import { SandboxError } from "@devteam/core/ports/Sandbox"
import { Deferred, Effect } from "effect"
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process"

/** How a process ended: `code` or `signal`, the other one is null. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process that was started. */
export interface StartedProcess {
  readonly child: ChildProcess
  readonly pid: number
  /** Completes when the process is dead; its output may still be unread. */
  readonly ended: Deferred.Deferred<ProcessEnd>
}

const reasonOf = (code: string | undefined): SandboxError["reason"] => {
  switch (code) {
    case "ENOENT":
    case "EACCES":
    case "ENOTDIR":
      return "not_found"
    case "ENOSPC":
      return "disk_full"
    // The same arguments never fit later.
    case "E2BIG":
    case "ENOEXEC":
    case "ERR_INVALID_ARG_VALUE":
      return "unhealthy"
    default:
      return "unavailable"
  }
}

/**
 * Starts `file` (an absolute path). The environment is exactly `env`. Fails with `not_found` when the system
 * refuses the file, with `unhealthy` when the arguments are too long or hold a NUL byte, with `unavailable` when there
 * is no room for another process.
 */
export const spawnChild = (
  file: string,
  args: ReadonlyArray<string>,
  options: {
    readonly cwd: string
    readonly env: Readonly<Record<string, string>>
    readonly stdio: StdioOptions
  }
): Effect.Effect<StartedProcess, SandboxError> =>
  Effect.callback((resume) => {
    const failed = (error: NodeJS.ErrnoException) =>
      resume(
        Effect.fail(
          new SandboxError({
            reason: reasonOf(error.code),
            message: `${file} did not start: ${error.message}`
          })
        )
      )
    const ended = Deferred.makeUnsafe<ProcessEnd>()
    // Argument lists with a NUL byte or beyond the system's limit throw instead of raising "error".
    try {
      const child = spawn(file, args, { ...options, detached: true })
      child.once("error", failed)
      child.once("exit", (code, signal) => Deferred.doneUnsafe(ended, Effect.succeed({ code, signal })))
      child.once("spawn", () => {
        child.off("error", failed)
        child.on("error", () => {})
        if (child.pid !== undefined) resume(Effect.succeed({ child, pid: child.pid, ended }))
      })
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)))
    }
  })
