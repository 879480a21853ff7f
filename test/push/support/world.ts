/**
 * A remote over HTTP with a password and a slow hook, a task list on it, and worker processes to be killed.
 *
 * Every process of a world, on the client's and on the server's side, carries the world's directory in its
 * environment, so that the test can wait until all of them are gone: only then nothing can land any more.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import {
  createBareRepository,
  type GitHttpServer,
  setHook,
  startGitHttpServer
} from "../../../packages/adapters-git/test/support/GitHttpServer.ts"
import { gitIn } from "../../support/remoteCommits.ts"
import type { Control, Kill, WorkerJob } from "./workerJob.ts"

/** Files by path; those that end in `.sh` are executable. */
export type Files = Readonly<Record<string, string>>

/** How a worker is to be run. */
export interface RunOptions {
  /** `data` when absent; another name is another instance. */
  readonly data?: string | undefined
  readonly kill?: Kill | undefined
  /** Push tries before the execution waits a minute; three when absent. */
  readonly generations?: number | undefined
  readonly control?: Control | undefined
  /** Ask for a stop first, as `devteam stop` does, and settle it where the worker is dead. */
  readonly stop?: boolean | undefined
}

/** How a worker process ended. */
export interface WorkerEnd {
  readonly killed: boolean
  /** What `drive` said, or `Crashed`. */
  readonly result: string
  readonly status: string | undefined
  readonly passed: ReadonlyArray<string>
  readonly log: string
}

/** A worker process. */
export interface Worker {
  readonly ended: Promise<WorkerEnd>
  /** Ends once the failpoint was passed for the `nth` time; also when the process ended before. */
  readonly passes: (place: string, nth?: number) => Promise<void>
  /** Called at every failpoint that is passed. */
  readonly onPass: (listener: (place: string) => void) => void
  /** SIGKILL to this process alone: the git that it started lives on. */
  readonly kill: () => void
}

/** See the module. */
export interface World {
  readonly root: string
  readonly bare: string
  readonly server: GitHttpServer
  readonly projectId: string
  readonly dataDirectory: (name?: string) => string
  readonly work: (options?: RunOptions) => Worker
  /** Ends the client's git, as when a whole machine or container dies: the server goes on with what it has. */
  readonly killGit: (data?: string) => void
  /** The job that `work` gives to a process. */
  readonly job: (options?: RunOptions) => WorkerJob
  /** From now on the server holds every push to the target until `release`; all others it delays by 0 to 500 ms. */
  readonly hold: () => void
  readonly release: () => void
  /** Ends once the server has got the push to the target that the worker is about to make as its `nth` one. */
  readonly underWay: (worker: Worker, nth?: number) => Promise<void>
  /** Ends once no process of this world is alive, on either side. */
  readonly quiet: () => Promise<void>
  readonly close: () => Promise<void>
}

const username = "ada"
const password = "c4n4ry-p@ss/word"
const projectId = "acme/shop"

// A seal never waits for the hold: it has to get past a push that is held.
const slowHook = `if grep -q ' refs/heads/main$' && [ -e hold ]; then
  while [ -e hold ]; do sleep 0.02; done
else
  sleep "0.$(printf '%03d' $(($$ * 7919 % 500)))"
fi`

/** A list of `count` tasks that wait for nothing. */
export const independentTasks = (count: number): string =>
  [
    "Phase 1: Everything (Dependencies: [])",
    "",
    ...Array.from({ length: count }, (_, n) => `- 1.${n + 1} Change number ${n + 1} (Dependencies: [])`),
    ""
  ].join("\n")

/** Writes files into a new commit of `main`, as a person with a clone would. */
export const commitFiles = (bare: string, files: Files, message: string): string => {
  const parent = gitIn(bare, ["for-each-ref", "--format=%(objectname)", "refs/heads/main"])
  const stream = [
    `commit refs/heads/main\ncommitter A Person <person@example.com> ${Math.floor(Date.now() / 1_000)} +0000\n`,
    `data ${Buffer.byteLength(message)}\n${message}\n${parent === "" ? "" : `from ${parent}\n`}`,
    ...Object.entries(files).map(
      ([path, text]) =>
        `M ${path.endsWith(".sh") ? "100755" : "100644"} inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`
    )
  ]
  gitIn(bare, ["fast-import", "--quiet"], stream.join(""))
  return gitIn(bare, ["rev-parse", "refs/heads/main"])
}

const mentions = (pid: string, text: string): boolean => {
  try {
    if (/^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) return false
    return (
      readFileSync(`/proc/${pid}/environ`, "utf8").includes(text) ||
      readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text)
    )
  } catch {
    return false
  }
}

/** Processes that carry a text in their environment or arguments. */
export const processesWith = (text: string): ReadonlyArray<string> =>
  readdirSync("/proc").filter(
    (name) => /^\d+$/.test(name) && Number(name) !== process.pid && mentions(name, text)
  )

/** SIGKILL by pid. */
export const endProcesses = (pids: ReadonlyArray<string>): void => {
  for (const pid of pids) {
    try {
      process.kill(Number(pid), "SIGKILL")
    } catch {
      // It had ended already.
    }
  }
}

const isHook = (pid: string): boolean => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pre-receive")
  } catch {
    return false
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

const follow = (child: ChildProcess): Worker => {
  const passed: Array<string> = []
  const waiting = new Set<() => void>()
  const listeners = new Set<(place: string) => void>()
  let result = "Crashed"
  let status: string | undefined
  let log = ""
  let over = false
  const wake = () => waiting.forEach((check) => check())
  if (child.stdout === null || child.stderr === null) throw new Error("the worker has no output")
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as { passed?: string; result?: string; status?: string }
    if (line.passed !== undefined) {
      passed.push(line.passed)
      for (const listener of listeners) listener(line.passed)
    }
    if (line.result !== undefined) ({ result, status } = { result: line.result, status: line.status })
    wake()
  })
  child.stderr.on("data", (chunk: Buffer) => void (log += chunk.toString("utf8")))
  // `close`, not `exit`: everything that it printed has been read by then.
  const ended = new Promise<WorkerEnd>((resolve) => {
    child.on("close", (_code, signal) => {
      over = true
      wake()
      resolve({ killed: signal === "SIGKILL", result, status, passed, log })
    })
  })
  return {
    ended,
    kill: () => void child.kill("SIGKILL"),
    onPass: (listener) => void listeners.add(listener),
    passes: (place, nth = 1) =>
      new Promise((resolve) => {
        const check = () => {
          if (!over && passed.filter((name) => name === place).length < nth) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      })
  }
}

/** What a world is made of. */
export interface WorldOptions {
  /** `tasks.md` and everything else on `main`. */
  readonly files: Files
  /** The agent; told the task by `DEVTEAM_TASK_ID`. */
  readonly agent: string
  /** `npm ci` and `npm run build` when absent. */
  readonly verify?: ReadonlyArray<ReadonlyArray<string>> | undefined
  /** Added to the workers' environment. */
  readonly environment?: Readonly<Record<string, string>> | undefined
}

/** Makes a world; its files lie in a temporary directory until `close`. */
export const makeWorld = async (options: WorldOptions): Promise<World> => {
  const root = mkdtempSync(join(tmpdir(), "devteam-world-"))
  const remotes = join(root, "remotes")
  const bare = join(remotes, "shop.git")
  const temporary = join(root, "tmp")
  for (const directory of [remotes, temporary]) mkdirSync(directory)
  createBareRepository(bare)
  await setHook(bare, "pre-receive", slowHook)
  commitFiles(bare, options.files, "Begin\n")
  const agent = join(root, "agent.sh")
  writeFileSync(agent, `#!/bin/sh\n${options.agent}\n`, { mode: 0o755 })
  const server = await startGitHttpServer({ root: remotes, username, password })
  const children = new Set<ChildProcess>()
  const dataDirectory = (name = "data") => join(root, name)
  const job = ({ control, data, generations, kill, stop }: RunOptions = {}): WorkerJob => ({
    dataDirectory: dataDirectory(data),
    projectId,
    url: `${server.url}/shop.git`,
    username,
    password,
    agent: [agent],
    verify: options.verify,
    generations,
    kill,
    stop,
    control
  })
  const quiet = async () => {
    while (processesWith(root).length > 0) await pause(20)
  }
  return {
    root,
    bare,
    server,
    projectId,
    dataDirectory,
    job,
    work: (run) => {
      const child = spawn(
        process.execPath,
        ["--conditions=devteam-source", join(import.meta.dirname, "worker.ts"), JSON.stringify(job(run))],
        {
          stdio: ["ignore", "pipe", "pipe"],
          env: { PATH: process.env["PATH"], HOME: root, TMPDIR: temporary, ...options.environment }
        }
      )
      children.add(child)
      child.on("close", () => children.delete(child))
      return follow(child)
    },
    killGit: (data) => endProcesses(processesWith(dataDirectory(data))),
    hold: () => writeFileSync(join(bare, "hold"), ""),
    release: () => rmSync(join(bare, "hold"), { force: true }),
    underWay: async (worker, nth = 1) => {
      await worker.passes("PUSH:started", 2 * nth)
      // The hook runs once everything has arrived.
      while (!processesWith(bare).some((pid) => isHook(pid))) await pause(10)
    },
    quiet,
    close: async () => {
      for (const child of children) child.kill("SIGKILL")
      rmSync(join(bare, "hold"), { force: true })
      await quiet()
      await server.close()
      rmSync(root, { recursive: true, force: true })
    }
  }
}
