/**
 * A machine in memory: directories of one in-memory git world, nonces that count, secrets that a test sets.
 *
 * Several hosts of one world are several processes on one machine: they share its directories and its nonces, and
 * which of them are dead is said by the test. Nothing here is random.
 */
import { Effect, Layer } from "effect"
import { Host, type HostShape } from "../../ports/Host.ts"
import type { LeaseOwner } from "../../ports/Leases.ts"
import type { Secret } from "../../redaction/Secrets.ts"
import { owner } from "../given.ts"
import type { MemoryGit } from "./MemoryGit.ts"

/** A host whose values a test may change at any time. */
export interface MemoryHost extends HostShape {
  secrets: Array<Secret>
  keepFailedCheckouts: boolean
  /** What `environment` finds. */
  readonly variables: Record<string, string>
}

/** Processes on one machine. */
export interface MemoryMachine {
  /** The host of the process with this pid: the same one each time. */
  readonly process: (pid: number) => MemoryHost
  /** Pids of processes that are dead. */
  readonly dead: Set<number>
  /** Absolute paths of the directories that exist. */
  readonly directories: Set<string>
}

const workDirectory = "/memory/work"

const isBelow = (path: string, top: string): boolean => path === top || path.startsWith(`${top}/`)

/** Makes a machine over a git world: removing a directory removes the checkouts in it. */
export const makeMachine = (git: MemoryGit): MemoryMachine => {
  const dead = new Set<number>()
  const directories = new Set<string>()
  const processes = new Map<number, MemoryHost>()
  let nonces = 0

  const remove = (directory: string): void => {
    for (const known of directories) if (isBelow(known, directory)) directories.delete(known)
    for (const known of git.checkouts.keys()) if (isBelow(known, directory)) git.checkouts.delete(known)
  }

  const makeHost = (identity: LeaseOwner): MemoryHost => {
    const variables: Record<string, string> = {}
    return {
      owner: identity,
      isDead: ({ pid }) => Effect.sync(() => dead.has(pid)),
      workDirectory,
      freshDirectory: (name) =>
        Effect.sync(() => {
          const directory = `${workDirectory}/${name}`
          remove(directory)
          directories.add(directory)
          return directory
        }),
      removeDirectory: (name) => Effect.sync(() => remove(`${workDirectory}/${name}`)),
      variables,
      environment: (names) =>
        Object.fromEntries(
          names.flatMap((name) => {
            const value = variables[name]
            return value === undefined ? [] : [[name, value]]
          })
        ),
      secrets: [],
      // An execution's id is made of the first digits, so these have to differ.
      nonce: Effect.sync(() => (++nonces).toString(16).padStart(8, "0").repeat(4)),
      keepFailedCheckouts: false
    }
  }

  return {
    dead,
    directories,
    process: (pid) => {
      const host = processes.get(pid) ?? makeHost(owner({ pid, worker: `worker-${pid}` }))
      processes.set(pid, host)
      return host
    }
  }
}

/** A host as a layer. */
export const layerMemoryHost = (host: MemoryHost): Layer.Layer<Host> => Layer.succeed(Host, host)
