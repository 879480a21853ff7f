/**
 * Runs one program to its end: argv in, exit code and whole output as bytes out.
 *
 * The program leads its own process group, and whatever ends the call early (an interruption, a time-out) ends the
 * whole group: SIGTERM first, so that git removes its lock files, SIGKILL two seconds later. Time is real time: a
 * process does not wait for a test's clock. Nothing here knows git.
 */
import { Effect } from "effect"
import { execa } from "execa"

/** One program run. `env` is the whole environment: nothing of the caller's is added. Times in ms. */
export interface ProcessRequest {
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly stdin?: Uint8Array | string | undefined
  readonly timeoutMs: number
}

/** How it ended. `exitCode` is null when a signal killed it. */
export interface ProcessEnd {
  readonly exitCode: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
  readonly timedOut: boolean
}

/** The program could not be started; `code` is the system's (`ENOENT`). */
export class NotStarted {
  readonly _tag = "NotStarted"
  readonly code: string
  readonly message: string
  constructor(code: string, message: string) {
    this.code = code
    this.message = message
  }
}

const graceMs = 2_000
const maxOutputBytes = 1_024 * 1_024 * 1_024

const killGroup = (pid: number | undefined, signal: "SIGTERM" | "SIGKILL"): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // The group is gone already, which is what was wanted.
  }
}

const bytes = (output: Uint8Array | undefined): Buffer =>
  output === undefined ? Buffer.alloc(0) : Buffer.from(output.buffer, output.byteOffset, output.byteLength)

/** Runs the program. An interruption returns only after the process group is dead. */
export const runProcess = (request: ProcessRequest): Effect.Effect<ProcessEnd, NotStarted> =>
  Effect.callback<ProcessEnd, NotStarted>((resume) => {
    const child = execa(request.program, [...request.args], {
      cwd: request.cwd,
      env: request.env,
      extendEnv: false,
      encoding: "buffer",
      stripFinalNewline: false,
      maxBuffer: maxOutputBytes,
      detached: true,
      reject: false,
      ...(request.stdin === undefined ? { stdin: "ignore" as const } : { input: request.stdin })
    })
    let timedOut = false
    let hardKill: NodeJS.Timeout | undefined
    const kill = (): void => {
      killGroup(child.pid, "SIGTERM")
      hardKill = setTimeout(() => killGroup(child.pid, "SIGKILL"), graceMs)
    }
    const timer = setTimeout(() => {
      timedOut = true
      kill()
    }, request.timeoutMs)
    const ended = child.then((result) => {
      clearTimeout(timer)
      if (hardKill !== undefined) clearTimeout(hardKill)
      return result
    })
    void ended.then((result) =>
      resume(
        child.pid === undefined
          ? Effect.fail(new NotStarted(result.code ?? "unknown", result.originalMessage ?? "not started"))
          : Effect.succeed({
              exitCode: result.exitCode ?? null,
              stdout: bytes(result.stdout),
              stderr: bytes(result.stderr),
              timedOut
            })
      )
    )
    return Effect.promise(() => {
      kill()
      return ended
    })
  })
