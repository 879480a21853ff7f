/**
 * What ended executions left in a data directory: checkouts, homes of sandboxes, and copies of repositories.
 *
 * Everything here can be made anew. Journals, logs, artifacts and kept changes are no leftovers, and what an execution
 * that has not ended may need is none either.
 */
import { randomUUID } from "node:crypto"
import { lstat, readdir, rename } from "node:fs/promises"
import { basename, join } from "node:path"
import { cacheName } from "@devteam/adapters-git/Cache"
import { homeOf, removeHome } from "@devteam/adapters-sandbox/local/sandboxHome"
import { isEnded } from "@devteam/core/execution/Status"
import { ExecutionId, type ProjectId } from "@devteam/core/model/Ids"
import { Journal } from "@devteam/core/ports/Journal"
import { Leases } from "@devteam/core/ports/Leases"
import { type Project, Projects } from "@devteam/core/ports/Projects"
import { newestOf } from "@devteam/core/worker/start"
import { Clock, Effect, Option } from "effect"
import { isDeadOwner, thisOwner } from "./host/process.ts"

/** One directory. `projectId` is absent where it belongs to no project. */
export interface Leftover {
  readonly kind: "checkouts" | "home" | "repository copy" | "scratch"
  /** Whose, for people: an execution, a project, a repository. */
  readonly of: string
  readonly path: string
  readonly bytes: number
  readonly projectId: ProjectId | undefined
}

/** What to look for. */
export interface LeftoverOptions {
  readonly dataDirectory: string
  /** Only this project's. */
  readonly projectId: ProjectId | undefined
  /** The copies of repositories as well. */
  readonly cache: boolean
}

const namesIn = (directory: string) =>
  Effect.promise(() => readdir(directory).catch((): ReadonlyArray<string> => []))

const sizeOf = async (path: string): Promise<number> => {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return 0
  const own = (found.blocks ?? 0) * 512
  if (!found.isDirectory()) return own
  const names = await readdir(path).catch((): ReadonlyArray<string> => [])
  let sum = own
  for (const name of names) sum += await sizeOf(join(path, name))
  return sum
}

const dayMs = 86_400_000

const isOld = (path: string, now: number) =>
  Effect.promise(() =>
    lstat(path).then(
      ({ mtimeMs }) => now - mtimeMs > dayMs,
      () => false
    )
  )

/** Projects with an execution that has not ended. */
const activeProjects = Effect.fnUntraced(function* (projects: ReadonlyArray<Project>) {
  const states = yield* Effect.forEach(projects, ({ projectId }) => newestOf(projectId))
  const active = states.flatMap((state) =>
    state === undefined || isEnded(state.status) ? [] : [state.projectId]
  )
  return new Set<string>(active)
})

/** Finds them, the largest first. */
export const findLeftovers = Effect.fn("findLeftovers")(function* (options: LeftoverOptions) {
  const { dataDirectory, projectId: only, cache } = options
  const journal = yield* Journal
  const projects = yield* (yield* Projects).list
  const now = yield* Clock.currentTimeMillis
  const active = yield* activeProjects(projects)
  const wanted = projects.filter(({ projectId }) => only === undefined || projectId === only)
  const idle = wanted.filter(({ projectId }) => !active.has(projectId))
  const found: Array<Omit<Leftover, "bytes">> = []

  const work = join(dataDirectory, "work")
  for (const name of yield* namesIn(work)) {
    const path = join(work, name)
    const state = yield* journal.load(ExecutionId.make(name)).pipe(
      Effect.asSome,
      // Only what is not there may be taken for nobody's.
      Effect.catchIf(
        ({ reason }) => reason === "not_found",
        () => Effect.succeedNone
      )
    )
    if (Option.isSome(state)) {
      const { projectId, status } = state.value
      if (isEnded(status) && (only === undefined || projectId === only))
        found.push({ kind: "checkouts", of: `${projectId}, execution ${name}`, path, projectId })
    } else if (only === undefined && (yield* isOld(path, now))) {
      found.push({ kind: "scratch", of: name, path, projectId: undefined })
    }
  }

  const homes = join(dataDirectory, "homes")
  const known = new Map(projects.map(({ projectId }) => [basename(homeOf(homes, projectId)), projectId]))
  for (const name of yield* namesIn(homes)) {
    const path = join(homes, name)
    const projectId = known.get(name)
    if (projectId !== undefined) {
      if (idle.some((project) => project.projectId === projectId))
        found.push({ kind: "home", of: projectId, path, projectId })
    } else if (only === undefined && (yield* isOld(path, now))) {
      found.push({ kind: "scratch", of: name, path, projectId: undefined })
    }
  }

  const caches = join(dataDirectory, "cache")
  const busy = new Set(
    projects.filter(({ projectId }) => active.has(projectId)).map(({ url }) => cacheName(url))
  )
  const owner = new Map(idle.map(({ projectId, url }) => [cacheName(url), projectId]))
  for (const name of yield* namesIn(caches)) {
    const [, of = "", aside] = /^(.*?\.git)(\.corrupt-\d+)?$/.exec(name) ?? []
    const projectId = owner.get(of)
    const path = join(caches, name)
    if (of === "" || busy.has(of)) continue
    if (aside === undefined && !cache) continue
    // A repository that was only looked at belongs to no project.
    if (projectId === undefined && only !== undefined) continue
    found.push({ kind: "repository copy", of: aside === undefined ? of : `${of}, damaged`, path, projectId })
  }
  for (const name of yield* namesIn(dataDirectory)) {
    if (only === undefined && name.startsWith("trash-"))
      found.push({ kind: "scratch", of: name, path: join(dataDirectory, name), projectId: undefined })
  }

  const sized = yield* Effect.forEach(found, (one) =>
    Effect.promise(async (): Promise<Leftover> => ({ ...one, bytes: await sizeOf(one.path) }))
  )
  return sized.toSorted((a, b) => b.bytes - a.bytes)
})

const leaseMs = 60_000

/** Moves them out of everybody's way in one go. False when a project is being worked on by now. */
const setAside = Effect.fnUntraced(function* (
  projectId: ProjectId | undefined,
  moves: ReadonlyArray<readonly [string, string]>
) {
  const move = Effect.promise(async () => {
    for (const [from, to] of moves) await rename(from, to).catch(() => undefined)
  })
  if (projectId === undefined) {
    yield* move
    return true
  }
  const leases = yield* Leases
  const lease = yield* leases.acquire(projectId, thisOwner("clean"), leaseMs, (owner) =>
    Effect.sync(() => isDeadOwner(owner))
  )
  if (Option.isNone(lease)) return false
  return yield* Effect.gen(function* () {
    const newest = yield* newestOf(projectId)
    if (newest !== undefined && !isEnded(newest.status)) return false
    yield* move
    return true
  }).pipe(Effect.ensuring(Effect.ignore(leases.release(lease.value))))
})

/** Removes them; answers those that are gone. Those of a project that somebody has begun to work on stay. */
export const removeLeftovers = Effect.fn("removeLeftovers")(function* (
  leftovers: ReadonlyArray<Leftover>,
  dataDirectory: string
) {
  const removed: Array<Leftover> = []
  const projects = [...new Set(leftovers.map(({ projectId }) => projectId))]
  for (const projectId of projects) {
    const own = leftovers.filter((leftover) => leftover.projectId === projectId)
    const moved = own.map((leftover) => ({ leftover, to: join(dataDirectory, `trash-${randomUUID()}`) }))
    if (
      !(yield* setAside(
        projectId,
        moved.map(({ leftover, to }) => [leftover.path, to] as const)
      ))
    ) {
      continue
    }
    for (const { leftover, to } of moved) {
      yield* removeHome(to)
      removed.push(leftover)
    }
  }
  return removed
})
