/**
 * The cache: one bare mirror per repository URL, absent → cloned, present → fetched, damaged → set aside and cloned
 * anew.
 *
 * It mirrors the branches and `refs/devteam/*`, and holds besides them whatever objects are made here (candidates,
 * commits, fence commits): nothing is ever collected. Its `info/attributes` turn all conversions off, so that a
 * checkout has the bytes of the blobs and a capture stores the bytes of the files. Fetching is exclusive per
 * repository, over fibers and processes; making and reading objects needs no lock.
 */
import { createHash } from "node:crypto"
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { RepositoryError, type RepositoryRef } from "@devteam/core/ports/Repository"
import { Effect } from "effect"
import { saysCorrupt, toRepositoryError } from "./classify.ts"
import type { ExclusiveLock } from "./ExclusiveLock.ts"
import type { GitCall, GitExit, HardenedGit } from "./HardenedGit.ts"
import { listRemote, type RemoteListing } from "./listRemote.ts"
import { parseRemoteUrl, type Protocol, type RemoteUrl } from "./RemoteUrl.ts"

/** A repository's cache, ready for calls. */
export interface GitDir {
  readonly path: string
  readonly remote: RemoteUrl
  readonly attempt: (args: ReadonlyArray<string>, call?: GitCall) => Effect.Effect<GitExit, RepositoryError>
  readonly run: (args: ReadonlyArray<string>, call?: GitCall) => Effect.Effect<GitExit, RepositoryError>
}

/** See the module. */
export interface Cache {
  /** The cache as it is; cloned only where there is none yet. */
  readonly ready: (ref: RepositoryRef) => Effect.Effect<GitDir, RepositoryError>
  /** The cache after a fetch (or a clone) of everything that is mirrored. */
  readonly sync: (ref: RepositoryRef) => Effect.Effect<GitDir, RepositoryError>
  /** What the remote has right now, without touching the cache. */
  readonly list: (ref: RepositoryRef) => Effect.Effect<RemoteListing, RepositoryError>
  /** Marks the cache as damaged: the next use clones it anew. */
  readonly distrust: (ref: RepositoryRef) => Effect.Effect<void, RepositoryError>
}

const fetchTimeoutMs = 900_000
const mirrored = ["+refs/heads/*:refs/heads/*", "+refs/devteam/*:refs/devteam/*"]
const attributes = "* -text !eol -ident !filter !working-tree-encoding !merge !diff\n"

/** The directory name of a URL's cache: readable in front, unambiguous behind. */
export const cacheName = (clean: string): string => {
  const hash = createHash("sha256").update(clean).digest("hex").slice(0, 12)
  const readable = clean
    .replace(/^[a-z]+:\/\//, "")
    .replace(/\.git\/?$/, "")
    .replace(/[^A-Za-z0-9.]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "")
    .slice(-60)
  return `${readable === "" ? "repository" : readable}-${hash}.git`
}

const attemptFs = <A>(what: string, run: () => Promise<A>): Effect.Effect<A, RepositoryError> =>
  Effect.tryPromise({
    try: run,
    catch: (error) => {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unknown"
      return new RepositoryError({
        reason: code === "ENOSPC" || code === "EDQUOT" ? "disk_full" : "unknown",
        message: `${what} failed (${code}). Check the cache directory's permissions and its free space.`
      })
    }
  })

const exists = (path: string): Effect.Effect<boolean> =>
  Effect.promise(() =>
    stat(path).then(
      () => true,
      () => false
    )
  )

/** Makes the cache in `cacheDir`, which is created when absent. */
export const makeCache = (
  git: HardenedGit,
  lock: ExclusiveLock,
  options: { readonly cacheDir: string; readonly protocols: ReadonlyArray<Protocol> }
): Cache => {
  const suspect = (path: string) => join(path, "devteam-suspect")

  const gitDir = (path: string, remote: RemoteUrl): GitDir => {
    const attempt: GitDir["attempt"] = (args, call = {}) => git.attempt(args, { ...call, gitDir: path })
    return {
      path,
      remote,
      attempt,
      run: Effect.fnUntraced(function* (args, call = {}) {
        const exit = yield* attempt(args, call)
        if (exit.exitCode === 0) return exit
        if (saysCorrupt(exit.stderr)) yield* Effect.ignore(attemptFs("", () => writeFile(suspect(path), "")))
        return yield* toRepositoryError({ ...exit, command: args[0] ?? "", remote: call.remote?.clean })
      })
    }
  }

  const fetch = (target: GitDir) =>
    target.attempt(
      [
        "fetch",
        "--quiet",
        "--prune",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--no-auto-maintenance",
        "--update-head-ok",
        "--end-of-options",
        target.remote.clean,
        ...mirrored
      ],
      { remote: target.remote, timeoutMs: fetchTimeoutMs }
    )

  const failure = (exit: GitExit, remote: RemoteUrl) =>
    toRepositoryError({ ...exit, command: "fetch", remote: remote.clean })

  /** Clones beside the final place and moves it there: a cache directory is whole or absent. */
  const clone = Effect.fnUntraced(function* (path: string, remote: RemoteUrl) {
    const listing = yield* listRemote(git, remote)
    const fresh = `${path}.new`
    yield* attemptFs("Clearing the cache directory", () => rm(fresh, { recursive: true, force: true }))
    yield* git.run(
      ["init", "--quiet", "--bare", "--template=", `--object-format=${listing.objectFormat}`, "--", fresh],
      {}
    )
    yield* git.run(["config", "--file", join(fresh, "config"), "remote.origin.url", remote.clean], {})
    yield* attemptFs("Writing the cache", async () => {
      await mkdir(join(fresh, "info"), { recursive: true })
      await writeFile(join(fresh, "info", "attributes"), attributes)
    })
    const exit = yield* fetch(gitDir(fresh, remote))
    if (exit.exitCode !== 0) return yield* failure(exit, remote)
    if (yield* exists(path)) {
      const taken = new Set(yield* attemptFs("Reading the cache", () => readdir(options.cacheDir)))
      const name = cacheName(remote.clean)
      let n = 1
      while (taken.has(`${name}.corrupt-${n}`)) n++
      yield* attemptFs("Setting a damaged cache aside", () =>
        rename(path, join(options.cacheDir, `${name}.corrupt-${n}`))
      )
      yield* Effect.logWarning(`The cache of ${remote.clean} was damaged; it was set aside and cloned anew.`)
    }
    yield* attemptFs("Moving the new cache into place", () => rename(fresh, path))
  })

  /** A process that died in a fetch leaves lock files behind; nobody else fetches while we hold the lock. */
  const removeStaleLocks = (path: string) =>
    attemptFs("Removing stale lock files", async () => {
      const top = ["packed-refs.lock", "HEAD.lock", "config.lock", "shallow.lock"]
      const inRefs = await readdir(join(path, "refs"), { recursive: true })
      const locks = [
        ...top,
        ...inRefs.filter((name) => name.endsWith(".lock")).map((name) => join("refs", name))
      ]
      await Promise.all(locks.map((name) => rm(join(path, name), { force: true })))
    })

  const isSound = Effect.fnUntraced(function* (target: GitDir) {
    if (yield* exists(suspect(target.path))) return false
    const configured = yield* target.attempt(["config", "--get", "remote.origin.url"])
    return configured.exitCode === 0 && configured.stdout.toString("utf8").trim() === target.remote.clean
  })

  const refresh = Effect.fnUntraced(function* (path: string, remote: RemoteUrl) {
    const target = gitDir(path, remote)
    if (!(yield* exists(path)) || !(yield* isSound(target))) return yield* clone(path, remote)
    let exit = yield* fetch(target)
    if (exit.exitCode !== 0 && /Unable to create '.*\.lock'/.test(exit.stderr)) {
      yield* removeStaleLocks(path)
      exit = yield* fetch(target)
    }
    if (exit.exitCode === 0) return
    if (saysCorrupt(exit.stderr)) return yield* clone(path, remote)
    return yield* failure(exit, remote)
  })

  const locate = Effect.fnUntraced(function* (ref: RepositoryRef) {
    const remote = yield* parseRemoteUrl(ref.url, options.protocols)
    yield* attemptFs("Making the cache directory", () => mkdir(options.cacheDir, { recursive: true }))
    return gitDir(join(options.cacheDir, cacheName(remote.clean)), remote)
  })

  const sync: Cache["sync"] = Effect.fnUntraced(function* (ref) {
    const target = yield* locate(ref)
    yield* lock.withLock(`${target.path}.lock`)(refresh(target.path, target.remote))
    return target
  })

  return {
    sync,
    ready: Effect.fnUntraced(function* (ref) {
      const target = yield* locate(ref)
      const usable = (yield* exists(join(target.path, "HEAD"))) && !(yield* exists(suspect(target.path)))
      return usable ? target : yield* sync(ref)
    }),
    list: (ref) => Effect.flatMap(locate(ref), ({ remote }) => listRemote(git, remote)),
    distrust: (ref) =>
      Effect.flatMap(locate(ref), ({ path }) =>
        attemptFs("Marking the cache", () => writeFile(suspect(path), ""))
      )
  }
}
