/**
 * Starts an appender and listens to its acknowledgements.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { Effect, type Scope } from "effect"
import type { ExecutionId, ProjectId } from "@devteam/core/model/Ids"

/** What an appender is to do. */
export interface AppenderOptions {
  readonly dataDirectory: string
  readonly projectId: ProjectId
  readonly executionId: ExecutionId
  readonly mode: "worker" | "request" | "early"
  readonly count: number
}

/** A started appender. It waits until `go`. */
export interface Appender {
  readonly ready: Promise<void>
  readonly go: () => void
  /** The versions acknowledged so far. */
  readonly acknowledged: Array<number>
  /** Resolves once that many are acknowledged; rejects when it ends before. */
  readonly reach: (count: number) => Promise<void>
  readonly kill: () => void
  /** Its exit code, null when killed; all it said has been read by then. */
  readonly ended: Promise<number | null>
}

const program = fileURLToPath(new URL("appender.ts", import.meta.url))

const endOf = async (child: ChildProcess): Promise<number | null> => {
  await once(child, "close")
  return child.exitCode
}

const start = (options: AppenderOptions): Appender => {
  const { dataDirectory, projectId, executionId, mode, count } = options
  const argv = [
    "--conditions=devteam-source",
    program,
    dataDirectory,
    projectId,
    executionId,
    mode,
    String(count)
  ]
  const child = spawn(process.execPath, argv, { stdio: ["pipe", "pipe", "inherit"] })
  const ended = endOf(child)
  const acknowledged: Array<number> = []
  const ready = Promise.withResolvers<void>()
  let check = (): void => undefined
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line === "ready") return ready.resolve()
    acknowledged.push(Number(line))
    check()
  })
  const failed = ended.then((code) => Promise.reject(new Error(`the appender ended with ${code}`)))
  failed.catch(() => undefined)
  return {
    ready: Promise.race([ready.promise, failed]),
    go: () => child.stdin.end("go\n"),
    acknowledged,
    reach: (wanted) => {
      const reached = new Promise<void>((resolve) => {
        check = () => (acknowledged.length >= wanted ? resolve() : undefined)
        check()
      })
      return Promise.race([reached, failed])
    },
    kill: () => void child.kill("SIGKILL"),
    ended
  }
}

/** Starts one; it is dead once the scope ends. */
export const startAppender = (options: AppenderOptions): Effect.Effect<Appender, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => start(options)),
    ({ kill }) => Effect.sync(kill)
  )
