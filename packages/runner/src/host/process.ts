/**
 * Who this process is, and whether another one on this machine is still alive.
 *
 * Linux knows a process's start time and its own boot id, so that a reused pid is not taken for the old process;
 * elsewhere only the pid can be asked for.
 */
import { readFileSync } from "node:fs"
import { hostname } from "node:os"
import type { LeaseOwner } from "@devteam/core/ports/Leases"

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8").trim()
  } catch {
    return undefined
  }
}

/** The fields of /proc/<pid>/stat from the third on; the second may hold spaces and brackets. */
const statOf = (pid: number): ReadonlyArray<string> | undefined => {
  const stat = read(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")
}

/** In clock ticks since boot: field 22. */
const startTime = (pid: number): string | undefined => statOf(pid)?.[19]

/** A process that has ended and that its parent has not asked after yet: field 3. */
const isZombie = (pid: number): boolean => /^[ZX]$/.test(statOf(pid)?.[0] ?? "")

const bootId = (): string => read("/proc/sys/kernel/random/boot_id") ?? "unknown"

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

/** This process as the owner of leases. */
export const thisOwner = (worker: string): LeaseOwner => ({
  host: hostname(),
  bootId: bootId(),
  pid: process.pid,
  startedAt: startTime(process.pid) ?? String(Math.round(performance.timeOrigin)),
  worker
})

/** Whether an owner is known to be dead. Another host's is never known to be. */
export const isDeadOwner = (owner: LeaseOwner): boolean => {
  if (owner.host !== hostname()) return false
  if (owner.bootId !== bootId()) return true
  if (!exists(owner.pid) || isZombie(owner.pid)) return true
  const started = startTime(owner.pid)
  return started !== undefined && started !== owner.startedAt
}
