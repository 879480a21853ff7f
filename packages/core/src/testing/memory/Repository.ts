/**
 * The repository port in memory. Patches are JSON lines of whole files; merging is per file, and coarse within one.
 */
import { posix } from "node:path"
import { Effect, Layer, Option } from "effect"
import type { Sha } from "../../model/Ids.ts"
import {
  type Capture,
  type Head,
  Repository,
  RepositoryError,
  type RepositoryRef,
  type RepositoryShape,
  type TreeMerge,
  type Violation
} from "../../ports/Repository.ts"
import { type Entry, sortedPaths, type Tree } from "./gitObjects.ts"
import type { MemoryGit, MemoryRemote } from "./MemoryGit.ts"
import { mergeText } from "./mergeText.ts"

type Reason = RepositoryError["reason"]
const fail = (reason: Reason, message: string): never => {
  throw new RepositoryError({ reason, message })
}

/** Runs synchronous code; what it throws as a `RepositoryError` is the error. */
const attempt = <A>(run: () => A): Effect.Effect<A, RepositoryError> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(run())
    } catch (error) {
      return error instanceof RepositoryError ? Effect.fail(error) : Effect.die(error)
    }
  })

interface PatchLine {
  readonly path: string
  /** Absent: the file is removed. */
  readonly mode?: Entry["mode"]
  readonly text?: string
  readonly base64?: string
}

const same = (a: Entry | undefined, b: Entry | undefined): boolean => a?.mode === b?.mode && a?.sha === b?.sha

const changed = (from: Tree, to: Tree): ReadonlyArray<string> =>
  sortedPaths(new Set([...from.keys(), ...to.keys()])).filter((path) => !same(from.get(path), to.get(path)))

const isIgnored = (path: string, patterns: ReadonlyArray<string>): boolean =>
  path
    .split("/")
    .some((part) =>
      patterns.some(
        (pattern) => pattern === part || (pattern.startsWith("*") && part.endsWith(pattern.slice(1)))
      )
    )

const isEscaping = (path: string, target: string): boolean =>
  target.startsWith("/") || posix.normalize(posix.join(posix.dirname(path), target)).startsWith("..")

const isBelow = (path: string, top: string): boolean => path === top || path.startsWith(`${top}/`)

/** The functions of the port on a world. */
export const memoryRepository = (git: MemoryGit): RepositoryShape => {
  const remoteOf = (ref: RepositoryRef): MemoryRemote => {
    const remote = git.remotes.get(ref.url) ?? fail("not_found", `There is no repository at ${ref.url}.`)
    return remote.reachable ? remote : fail("unreachable", `${ref.url} does not answer.`)
  }
  const treeAt = (sha: Sha): Tree =>
    git.trees.get(sha) ?? fail("unknown", `The tree ${sha} is not in the cache.`)
  const blobAt = (sha: Sha): Uint8Array =>
    git.blobs.get(sha) ?? fail("unknown", `The blob ${sha} is not in the cache.`)
  const textAt = (sha: Sha): string => Buffer.from(blobAt(sha)).toString("utf8")

  const headOf = (remote: MemoryRemote, target: string): Head => {
    const branches = [...remote.refs.keys()].flatMap((name) =>
      name.startsWith("refs/heads/") ? [name.slice("refs/heads/".length)] : []
    )
    if (branches.length === 0) return fail("empty", `The repository ${remote.url} has no commit yet.`)
    const commit =
      remote.refs.get(`refs/heads/${target}`) ??
      fail(
        "not_found",
        `The branch ${target} is not in ${remote.url}. Its branches are: ${branches.join(", ")}.`
      )
    return { commit, tree: git.commits.get(commit)?.tree ?? fail("unknown", `no commit ${commit}`) }
  }

  const knownCommit = (commit: Sha) => {
    const found = git.commits.get(commit)
    return found === undefined ? undefined : { commit, tree: found.tree, parent: found.parents[0] }
  }

  const diff = (from: Sha, to: Sha): Uint8Array => {
    const after = treeAt(to)
    const lines = changed(treeAt(from), after).map((path): PatchLine => {
      const entry = after.get(path)
      if (entry === undefined) return { path }
      if (entry.mode === "160000") return { path, mode: entry.mode, text: entry.sha }
      const bytes = Buffer.from(blobAt(entry.sha))
      const text = bytes.toString("utf8")
      return Buffer.from(text).equals(bytes)
        ? { path, mode: entry.mode, text }
        : { path, mode: entry.mode, base64: bytes.toString("base64") }
    })
    return Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
  }

  const apply = (base: Sha, patch: Uint8Array): Sha => {
    const files = new Map(treeAt(base))
    for (const text of Buffer.from(patch).toString("utf8").split("\n")) {
      if (text === "") continue
      const line = JSON.parse(text) as PatchLine
      if (line.mode === undefined) files.delete(line.path)
      else {
        const bytes =
          line.base64 === undefined ? Buffer.from(line.text ?? "") : Buffer.from(line.base64, "base64")
        files.set(line.path, { mode: line.mode, sha: git.writeBlob(bytes) })
      }
    }
    return git.writeTree(files)
  }

  const capture = (base: Sha, directory: string, undo: ReadonlyArray<string>): Capture => {
    const before = treeAt(base)
    const disk = git.checkouts.get(directory) ?? fail("forbidden", `There is no checkout ${directory}.`)
    const ignoreFile = disk.get(".gitignore")
    const ignored = Buffer.from(ignoreFile?.bytes ?? [])
      .toString("utf8")
      .split("\n")
      .map((line) => line.trim().replace(/\/$/, ""))
      .filter((line) => line !== "")
    const nested = new Set(
      [...disk.keys()].flatMap((path) =>
        path.includes("/.git/") ? [path.slice(0, path.indexOf("/.git/"))] : []
      )
    )
    const after = new Map<string, Entry>()
    const escaping: Array<string> = []
    for (const [path, entry] of before) if (entry.mode === "160000") after.set(path, entry)
    for (const [path, file] of disk) {
      if (path.startsWith(".git/") || [...nested].some((top) => isBelow(path, top))) continue
      const isNew = !before.has(path)
      if (isNew && (isIgnored(path, ignored) || path.split("/").some((part) => part.startsWith(".aider"))))
        continue
      const entry = { mode: file.mode, sha: git.writeBlob(file.bytes) }
      after.set(path, entry)
      if (file.mode === "120000" && !same(entry, before.get(path)) && isEscaping(path, textAt(entry.sha))) {
        escaping.push(path)
      }
    }
    for (const [path, entry] of before)
      if ([...nested].some((top) => isBelow(path, top))) after.set(path, entry)
    const whole = changed(before, after)
    const undone = undo.filter((top) => whole.some((path) => isBelow(path, top)))
    for (const path of whole.filter((candidate) => undone.some((top) => isBelow(candidate, top)))) {
      const entry = before.get(path)
      if (entry === undefined) after.delete(path)
      else after.set(path, entry)
    }
    const tree = git.writeTree(after)
    const violation = (kind: Violation["kind"]) => (path: string) => ({ kind, path })
    return {
      tree,
      patch: diff(base, tree),
      filesModified: changed(before, after),
      undone,
      violations: [
        ...sortedPaths(nested).map(violation("nested_repository")),
        ...sortedPaths(escaping).map(violation("escaping_symlink"))
      ]
    }
  }

  const mergeTrees = (base: Sha, ours: Sha, theirs: Sha): TreeMerge => {
    const [from, mine, other] = [treeAt(base), treeAt(ours), treeAt(theirs)]
    const merged = new Map(mine)
    const files: Array<string> = []
    const details: Array<string> = []
    for (const path of changed(from, other)) {
      const [was, ourEntry, theirEntry] = [from.get(path), mine.get(path), other.get(path)]
      if (same(was, ourEntry)) {
        if (theirEntry === undefined) merged.delete(path)
        else merged.set(path, theirEntry)
        continue
      }
      if (same(ourEntry, theirEntry)) continue
      const text =
        was !== undefined && ourEntry !== undefined && theirEntry !== undefined
          ? mergeText(textAt(was.sha), textAt(ourEntry.sha), textAt(theirEntry.sha))
          : undefined
      if (text !== undefined && theirEntry !== undefined) {
        merged.set(path, { mode: theirEntry.mode, sha: git.writeBlob(Buffer.from(text)) })
        continue
      }
      files.push(path)
      const side = (entry: Entry | undefined) => (entry === undefined ? "" : textAt(entry.sha))
      details.push(
        `==> ${path}\n<<<<<<< the target branch\n${side(ourEntry)}=======\n${side(theirEntry)}>>>>>>> this task\n`
      )
    }
    if (files.length > 0) return { _tag: "Conflict", files, details: details.join("\n") }
    return { _tag: "Clean", tree: git.writeTree(merged) }
  }

  return {
    open: (ref, asked) =>
      attempt(() => {
        const remote = remoteOf(ref)
        const target = asked ?? remote.defaultBranch
        return { target, head: headOf(remote, target) }
      }),
    fetchHead: (ref, target) => attempt(() => headOf(remoteOf(ref), target)),
    findHead: (ref, branch) =>
      attempt(() => {
        const remote = remoteOf(ref)
        return remote.refs.has(`refs/heads/${branch}`) ? Option.some(headOf(remote, branch)) : Option.none()
      }),
    mergeBase: (_ref, a, b) =>
      attempt(() => {
        const theirs = git.history(b)
        const common = [...git.history(a)].find((sha) => theirs.has(sha))
        const found = common === undefined ? undefined : knownCommit(common)
        return Option.map(Option.fromUndefinedOr(found), ({ commit, tree }) => ({ commit, tree }))
      }),
    readCommit: (_ref, commit) => attempt(() => Option.fromUndefinedOr(knownCommit(commit))),
    readFile: (_ref, tree, path) =>
      attempt(() => {
        const entry = treeAt(tree).get(path)
        return entry === undefined || !entry.mode.startsWith("100")
          ? Option.none()
          : Option.some({ blob: entry.sha, bytes: blobAt(entry.sha) })
      }),
    listFiles: (_ref, tree) => attempt(() => sortedPaths(treeAt(tree).keys())),
    withFile: (_ref, tree, path, bytes) =>
      attempt(() => {
        const files = new Map(treeAt(tree))
        const before = files.get(path)
        if (bytes === undefined) files.delete(path)
        else
          files.set(path, {
            mode: before?.mode === "100755" ? "100755" : "100644",
            sha: git.writeBlob(bytes)
          })
        return git.writeTree(files)
      }),
    checkout: (_ref, tree, directory) =>
      attempt(() => {
        const files = [...treeAt(tree)].filter(([, entry]) => entry.mode !== "160000")
        git.checkouts.set(
          directory,
          new Map(files.map(([path, entry]) => [path, { mode: entry.mode, bytes: blobAt(entry.sha) }]))
        )
      }),
    capture: (_ref, { base, directory, undo }) => attempt(() => capture(base, directory, undo)),
    trackedChanges: (_ref, { tree, directory }) =>
      attempt(() => {
        const tracked = treeAt(tree)
        return changed(tracked, treeAt(capture(tree, directory, []).tree)).filter((path) => tracked.has(path))
      }),
    diff: (_ref, from, to) => attempt(() => diff(from, to)),
    changedPaths: (_ref, from, to) => attempt(() => changed(treeAt(from), treeAt(to))),
    restore: (_ref, { base, patch, tree }) =>
      attempt(() => {
        if (git.trees.has(tree)) return
        let made: Sha | undefined
        try {
          made = apply(base, patch)
        } catch (error) {
          if (error instanceof RepositoryError) throw error
        }
        if (made !== tree) fail("corrupt", `The stored patch does not give the candidate's tree ${tree}.`)
      }),
    mergeTrees: (_ref, { base, ours, theirs }) => attempt(() => mergeTrees(base, ours, theirs)),
    commit: (_ref, request) =>
      attempt(() => {
        const authoredAt = Math.floor(request.authoredAt / 1_000)
        const parent = git.commits.get(request.parent) ?? fail("unknown", `no commit ${request.parent}`)
        return git.writeCommit({
          tree: request.tree,
          parents: [request.parent],
          identity: request.identity,
          authoredAt,
          committedAt: Math.max(authoredAt, parent.committedAt),
          message: request.message
        })
      }),
    treeOf: (_ref, commit) =>
      attempt(() => git.commits.get(commit)?.tree ?? fail("unknown", `no commit ${commit}`)),
    removeCheckout: (directory) => Effect.sync(() => void git.checkouts.delete(directory))
  }
}

/** The port as a layer. */
export const layerMemoryRepository = (git: MemoryGit): Layer.Layer<Repository> =>
  Layer.succeed(Repository, memoryRepository(git))
