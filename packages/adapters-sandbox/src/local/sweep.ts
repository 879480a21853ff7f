/**
 * Finds the processes of one family, wherever they went, and kills them until none is left.
 *
 * A family begins with the processes whose environment says so, and grows by their children, by everybody in a
 * session or process group of theirs, and by everybody in a pid namespace of theirs. What is found once is
 * remembered over the rounds, so that a family whose marked members died first is still followed. What it cannot
 * find: a process that cleared its environment, left its session, and lost its parent before the first look,
 * outside of a pid namespace.
 */
import { SandboxError } from "@devteam/core/ports/Sandbox"
import { Clock, Effect } from "effect"
import { environmentOf, pidNamespaceOf, processEntry, processTable, signal } from "./processTable.ts"

/** What a family is known by. */
export interface Family {
  /** Decides by a process's environment (`NAME=value` each). */
  readonly isMember: (environment: ReadonlyArray<string>) => boolean
  /** The leader of a session that is all family. */
  readonly leader?: number | undefined
}

/** How long a kill may take before the sandbox is given up as unhealthy, in milliseconds. */
const patienceMs = 30_000

/** A search that can be repeated: each call answers the members that are alive now. */
export const searchFor = (family: Family): (() => ReadonlyArray<number>) => {
  const ownNamespace = pidNamespaceOf(process.pid)
  const ownSession = processEntry(process.pid)?.session
  const sessions = new Set<number>(family.leader === undefined ? [] : [family.leader])
  const namespaces = new Set<string>()
  return () => {
    const table = processTable().filter((entry) => entry.pid !== process.pid && entry.pid !== 1)
    const members = new Set<number>()
    const include = (entry: (typeof table)[number]) => {
      members.add(entry.pid)
      for (const id of [entry.session, entry.group]) if (id !== 0 && id !== ownSession) sessions.add(id)
      const namespace = pidNamespaceOf(entry.pid)
      if (namespace !== undefined && namespace !== ownNamespace) namespaces.add(namespace)
    }
    for (const entry of table) if (family.isMember(environmentOf(entry.pid))) include(entry)
    for (let before = -1; before !== members.size;) {
      before = members.size
      for (const entry of table) {
        if (members.has(entry.pid)) continue
        const related =
          members.has(entry.parent) ||
          sessions.has(entry.session) ||
          sessions.has(entry.group) ||
          (namespaces.size > 0 && namespaces.has(pidNamespaceOf(entry.pid) ?? ""))
        if (related) include(entry)
      }
    }
    return [...members]
  }
}

/** How long a namespace may take to die by itself before its helpers are killed too, in milliseconds. */
const courtesyMs = 1_000

/**
 * Kills a family by SIGKILL and ends once nobody of it is alive. Answers how many processes were killed. Fails
 * with `unhealthy` when somebody is still alive after 30 s.
 *
 * Members in another pid namespace go first. Their parents outside (`unshare`, `nsenter`) then collect them and
 * end; were those killed at once, the namespace would last until the machine's own init collects its dead.
 */
export const sweep = Effect.fn("sweep")(function* (family: Family) {
  const search = searchFor(family)
  const ownNamespace = pidNamespaceOf(process.pid)
  const killed = new Set<number>()
  const start = yield* Clock.currentTimeMillis
  for (let found = search(); found.length > 0; found = search()) {
    const elapsed = (yield* Clock.currentTimeMillis) - start
    if (elapsed > patienceMs) {
      return yield* new SandboxError({
        reason: "unhealthy",
        message: `Processes ${found.join(", ")} are still alive 30 s after SIGKILL. End them by hand, then resume.`
      })
    }
    const inside = found.filter((pid) => (pidNamespaceOf(pid) ?? ownNamespace) !== ownNamespace)
    for (const pid of inside.length > 0 && elapsed < courtesyMs ? inside : found) {
      if (signal(pid, "SIGKILL")) killed.add(pid)
    }
    yield* Effect.sleep(5)
  }
  return killed.size
})
