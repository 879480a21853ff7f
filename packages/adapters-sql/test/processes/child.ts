/**
 * Starts a process that does things one after the other, and listens to its acknowledgements.
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

/** What an acceptor is to do: accept the requests from `first` on, each as a whole or, for the control, in two parts. */
export interface AcceptorOptions {
  readonly dataDirectory: string
  readonly mode: "whole" | "parts"
  readonly first: number
}

/** A started process. It waits until `go`. */
export interface Child {
  readonly ready: Promise<void>
  readonly go: () => void
  /** What was acknowledged so far: versions, or requests. */
  readonly acknowledged: Array<number>
  /** Resolves once that many are acknowledged; rejects when it ends before. */
  readonly reach: (count: number) => Promise<void>
  readonly kill: () => void
  /** Its exit code, null when killed; all it said has been read by then. */
  readonly ended: Promise<number | null>
}

const endOf = async (child: ChildProcess): Promise<number | null> => {
  await once(child, "close")
  return child.exitCode
}

const start = (program: string, ...args: ReadonlyArray<string | number>): Child => {
  const path = fileURLToPath(new URL(program, import.meta.url))
  const argv = ["--conditions=devteam-source", path, ...args.map(String)]
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
  const failed = ended.then((code) => Promise.reject(new Error(`${program} ended with ${code}`)))
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

const untilScopeEnds = (begin: () => Child): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.acquireRelease(Effect.sync(begin), ({ kill }) => Effect.sync(kill))

/** Starts one; it is dead once the scope ends. */
export const startAppender = (options: AppenderOptions) => {
  const { dataDirectory, projectId, executionId, mode, count } = options
  return untilScopeEnds(() => start("appender.ts", dataDirectory, projectId, executionId, mode, count))
}

/** Starts one; it is dead once the scope ends. */
export const startAcceptor = ({ dataDirectory, mode, first }: AcceptorOptions) =>
  untilScopeEnds(() => start("acceptor.ts", dataDirectory, mode, first))
