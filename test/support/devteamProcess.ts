/**
 * The real command as a process of its own, in a place of its own, that a test can kill.
 *
 * A place has its own home, so that nobody's configuration of git or npm comes in.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { withConsent } from "./withConsent.ts"

/** Where a process of the command lives: its home and its data directory. */
export interface Place {
  readonly directory: string
  readonly home: string
  readonly dataDirectory: string
}

/** How a process ended. `spawnedAt` is in epoch ms. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly spawnedAt: number
}

/** A process that runs. */
export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<ProcessEnd>
}

/** Makes a place below `directory`, which exists. */
export const makePlace = (directory: string): Place => {
  const home = join(directory, "home")
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, ".gitconfig"), "[user]\n\tname = Ada\n\temail = ada@example.com\n")
  return { directory, home, dataDirectory: join(directory, "data") }
}

/** Starts a program; its path is relative to this folder. */
export const startProgram = (
  place: Place,
  program: string,
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
): Started => {
  const spawnedAt = Date.now()
  const child = spawn(
    process.execPath,
    ["--conditions=devteam-source", join(import.meta.dirname, program), ...args],
    {
      cwd: place.directory,
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"],
        HOME: place.home,
        DEVTEAM_DATA: place.dataDirectory,
        ...environment
      }
    }
  )
  const ended = new Promise<ProcessEnd>((resolve, reject) => {
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    child.on("error", reject)
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr, spawnedAt }))
  })
  return { child, ended }
}

/** Starts the command, with failpoints from the environment; `run` without being asked. */
export const startDevteam = (
  place: Place,
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
): Started => startProgram(place, "devteamUnderTest.ts", withConsent(args), environment)

/** Runs the command to its end. */
export const devteam = (
  place: Place,
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
): Promise<ProcessEnd> => startDevteam(place, args, environment).ended
