/**
 * Reads the machine's process table from /proc.
 *
 * It only looks: killing is in sweep.ts. Processes come and go while it reads, so everything that cannot be read
 * is left out. Where there is no /proc (macOS) the table is empty.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs"

/** One live process: ids as the host sees them. Zombies are not in the table: they are dead. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
}

/** Whether this machine shows its processes in /proc. */
export const hasProcessTable = existsSync("/proc/self/stat")

const readOr = (path: string, otherwise: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return otherwise
  }
}

/** Reads one process; undefined when there is none or it is a zombie. */
export const processEntry = (pid: number): ProcessEntry | undefined => {
  const stat = readOr(`/proc/${pid}/stat`, "")
  // The name in brackets may itself hold spaces and brackets.
  const [state, parent, group, session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  if (state === undefined || state === "" || state === "Z" || state === "X") return undefined
  return { pid, parent: Number(parent), group: Number(group), session: Number(session) }
}

/** Every live process that this machine shows. */
export const processTable = (): ReadonlyArray<ProcessEntry> =>
  hasProcessTable
    ? readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map((name) => processEntry(Number(name)))
        .filter((entry) => entry !== undefined)
    : []

/** The environment that a process was started with, as `NAME=value`; empty where it may not be read. */
export const environmentOf = (pid: number): ReadonlyArray<string> =>
  readOr(`/proc/${pid}/environ`, "").split("\0")

/** The name of a process's pid namespace; undefined where it may not be read. */
export const pidNamespaceOf = (pid: number): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return undefined
  }
}

/** Sends a signal; false when the process is gone already or belongs to somebody else. */
export const signal = (pid: number, name: NodeJS.Signals): boolean => {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
