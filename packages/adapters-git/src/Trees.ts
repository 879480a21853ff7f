/**
 * Reading and making trees in the cache, without any checkout: files, diffs, patches.
 */
import { Sha } from "@devteam/core/model/Ids"
import { type FileBlob, RepositoryError } from "@devteam/core/ports/Repository"
import { Effect, Option } from "effect"
import type { GitDir } from "./Cache.ts"
import {
  changesBetween,
  checkedSha,
  entryAt,
  indexInfo,
  printedSha,
  withIndex,
  writeObject
} from "./objects.ts"
import { checkedPath, shownPath, splitNul } from "./rawPath.ts"

const isFile = (mode: string): boolean => mode === "100644" || mode === "100755"

/** A regular file of a tree. Directories, symlinks and submodules are no files. */
export const readFile = Effect.fnUntraced(function* (git: GitDir, tree: Sha, path: string) {
  const entry = yield* entryAt(git, yield* checkedSha(tree), yield* checkedPath(path))
  if (entry === undefined || !isFile(entry.mode)) return Option.none<FileBlob>()
  const { stdout } = yield* git.run(["cat-file", "blob", entry.sha])
  return Option.some<FileBlob>({ blob: Sha.make(entry.sha), bytes: stdout })
})

/** All paths, sorted by bytes; a submodule is one path. */
export const listFiles = Effect.fnUntraced(function* (git: GitDir, tree: Sha) {
  const { stdout } = yield* git.run([
    "ls-tree",
    "-r",
    "-z",
    "--name-only",
    "--full-tree",
    yield* checkedSha(tree)
  ])
  return splitNul(stdout).toSorted().map(shownPath)
})

/** A tree with one file set (mode kept when it was a file, else 100644) or removed. */
export const withFile = Effect.fnUntraced(function* (
  git: GitDir,
  temporary: string,
  tree: Sha,
  path: string,
  bytes: Uint8Array | undefined
) {
  const raw = yield* checkedPath(path)
  const before = yield* entryAt(git, yield* checkedSha(tree), raw)
  const mode = before !== undefined && isFile(before.mode) ? before.mode : "100644"
  const entry =
    bytes === undefined ? undefined : { mode, sha: yield* writeObject(git, "blob", bytes), path: raw }
  return yield* withIndex(git, temporary, tree, (index) =>
    Effect.gen(function* () {
      yield* git.run(["update-index", "--add", "--replace", "-z", "--index-info"], {
        index,
        stdin: indexInfo([{ path: raw, entry }], tree.length)
      })
      return printedSha((yield* git.run(["write-tree"], { index })).stdout)
    })
  )
})

/** The patch between two trees: everything that `restore` needs, nothing that depends on configuration. */
export const diff = Effect.fnUntraced(function* (git: GitDir, from: Sha, to: Sha) {
  const { stdout } = yield* git.run([
    "diff-tree",
    "-p",
    "-r",
    "--binary",
    "--full-index",
    "--no-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    yield* checkedSha(from),
    yield* checkedSha(to)
  ])
  return stdout as Uint8Array
})

/** Paths that differ, sorted by bytes. */
export const changedPaths = Effect.fnUntraced(function* (git: GitDir, from: Sha, to: Sha) {
  const changes = yield* changesBetween(git, yield* checkedSha(from), yield* checkedSha(to))
  return changes.map((change) => shownPath(change.path))
})

/** The tree of a commit (or of a tree: itself). */
export const treeOf = Effect.fnUntraced(function* (git: GitDir, commit: Sha) {
  const { stdout } = yield* git.run([
    "rev-parse",
    "--verify",
    "--end-of-options",
    `${yield* checkedSha(commit)}^{tree}`
  ])
  return printedSha(stdout)
})

/** Whether a tree is there with everything below it, except what the branches reach anyway. */
const isWhole = (git: GitDir, tree: string) =>
  Effect.map(
    git.attempt(["rev-list", "--objects", "--quiet", tree, "--not", "--all"]),
    (exit) => exit.exitCode === 0
  )

const corrupt = (tree: string, why: string): RepositoryError =>
  new RepositoryError({
    reason: "corrupt",
    message: `The stored patch does not give the candidate's tree ${tree}: ${why}. The round must be made again.`
  })

/** Makes sure that a candidate's tree is in the cache, from its patch if need be. */
export const restore = Effect.fnUntraced(function* (
  git: GitDir,
  temporary: string,
  candidate: { readonly base: Sha; readonly tree: Sha; readonly patch: Uint8Array }
) {
  const tree = yield* checkedSha(candidate.tree)
  const base = yield* checkedSha(candidate.base)
  if (yield* isWhole(git, tree)) return
  if (candidate.patch.length === 0) {
    if (base === tree) return yield* corrupt(tree, "the base is missing too")
    return yield* corrupt(tree, "the patch is empty")
  }
  const made = yield* withIndex(git, temporary, base, (index) =>
    Effect.gen(function* () {
      const applied = yield* git.attempt(["apply", "--cached", "--binary", "--whitespace=nowarn", "-"], {
        index,
        stdin: candidate.patch
      })
      if (applied.exitCode !== 0) return yield* corrupt(tree, applied.stderr.trim().slice(0, 500))
      return printedSha((yield* git.run(["write-tree"], { index })).stdout)
    })
  )
  if (made !== tree) return yield* corrupt(tree, `it gives ${made}`)
})
