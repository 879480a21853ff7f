/**
 * The `devteam` command as a real process, and waiting for what it says.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { withConsent } from "./withConsent.ts"

const root = join(import.meta.dirname, "..", "..")

/** The committed entry of the command. */
export const bin = join(root, "packages", "cli", "bin", "devteam.js")

/** The same with failpoints; see there. */
export const underTest = join(root, "test", "support", "devteamUnderTest.ts")

/** How a process is started. */
export interface ProcessOptions {
  /** A folder for HOME; the same one for processes that belong together. */
  readonly directory: string
  readonly cwd?: string | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Without a name and address in git's configuration. */
  readonly anonymous?: boolean | undefined
  readonly entry?: string | undefined
  /** `run` gets exactly these words, and is not told to start without asking. */
  readonly asking?: boolean | undefined
}

/** How it ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

/** A process that runs. */
export interface Running {
  readonly child: ChildProcess
  readonly pid: number
  readonly ended: Promise<Ended>
  /** Resolves as soon as a stream has said something that matches; rejects when the process ends without. */
  readonly says: (stream: "stdout" | "stderr", pattern: RegExp) => Promise<void>
}

/** Whatever agent this machine has, a test that says nothing of one has none. */
const pathWithoutAgents = (): string =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !existsSync(join(folder, "aider")))
    .join(delimiter)

const homeIn = (directory: string, anonymous: boolean): string => {
  const home = join(directory, anonymous ? "anonymous" : "home")
  mkdirSync(home, { recursive: true })
  if (!anonymous)
    writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = A Person\n\temail = person@example.com\n")
  return home
}

/** Starts the command with these words. Nothing of the caller's environment but PATH goes along. */
export const startDevteam = (words: ReadonlyArray<string>, options: ProcessOptions): Running => {
  const begun = performance.now()
  const said = options.asking === true ? words : withConsent(words)
  const child = spawn(process.execPath, [options.entry ?? bin, ...said], {
    cwd: options.cwd ?? options.directory,
    env: {
      PATH: pathWithoutAgents(),
      HOME: homeIn(options.directory, options.anonymous ?? false),
      NODE_COMPILE_CACHE: join(tmpdir(), "devteam-test-compile-cache"),
      ...options.env
    },
    stdio: ["ignore", "pipe", "pipe"],
    // A test that failed waits for nobody: what it started ends with it.
    timeout: 120_000,
    killSignal: "SIGKILL"
  })
  const text = { stdout: "", stderr: "" }
  const waiting = new Set<() => void>()
  const look = () => waiting.forEach((check) => check())
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      text[name] += chunk
      look()
    })
  }
  let over = false
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => {
      over = true
      look()
      resolve({ code, signal, ...text, ms: performance.now() - begun })
    })
  })
  const says: Running["says"] = (stream, pattern) =>
    new Promise((resolve, reject) => {
      const check = () => {
        if (pattern.test(text[stream])) {
          waiting.delete(check)
          resolve()
        } else if (over) {
          waiting.delete(check)
          reject(new Error(`ended without ${pattern} on ${stream}:\n${text.stdout}\n---\n${text.stderr}`))
        }
      }
      waiting.add(check)
      check()
    })
  return { child, pid: child.pid ?? -1, ended, says }
}

/** Runs the command to its end. */
export const devteam = (words: ReadonlyArray<string>, options: ProcessOptions): Promise<Ended> =>
  startDevteam(words, options).ended
