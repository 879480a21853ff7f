/**
 * The small steps on git objects that everything else is made of: resolve, write, compare, and a private index.
 */
import { join } from "node:path"
import { rm } from "node:fs/promises"
import { Sha } from "@devteam/core/model/Ids"
import { RepositoryError } from "@devteam/core/ports/Repository"
import { Effect } from "effect"
import type { GitDir } from "./Cache.ts"
import { type RawPath, splitNul } from "./rawPath.ts"

/** One entry of a tree or an index. `mode` is git's octal text (`100644`, `120000`, `160000`). */
export interface TreeEntry {
  readonly mode: string
  readonly sha: string
  readonly path: RawPath
}

/** One path that differs between two trees; a side is absent where the path does not exist. */
export interface TreeChange {
  readonly path: RawPath
  readonly before: TreeEntry | undefined
  readonly after: TreeEntry | undefined
}

const objectName = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** Lets nothing but an object name through to the command line. */
export const checkedSha = (value: string): Effect.Effect<string, RepositoryError> =>
  objectName.test(value)
    ? Effect.succeed(value)
    : Effect.fail(
        new RepositoryError({
          reason: "forbidden",
          message: `${JSON.stringify(value)} is not an object name.`
        })
      )

/** The object name that a git call printed. */
export const printedSha = (stdout: Buffer): Sha => Sha.make(stdout.toString("latin1").trim())

/** Whether the cache has the object. */
export const hasObject = (git: GitDir, sha: string): Effect.Effect<boolean, RepositoryError> =>
  Effect.map(git.attempt(["cat-file", "-e", sha]), (exit) => exit.exitCode === 0)

/** Writes an object and answers its name. */
export const writeObject = (
  git: GitDir,
  type: "blob" | "commit" | "tree",
  content: Uint8Array | string
): Effect.Effect<Sha, RepositoryError> =>
  Effect.map(git.run(["hash-object", "-t", type, "-w", "--stdin"], { stdin: content }), ({ stdout }) =>
    printedSha(stdout)
  )

/** Whether `ancestor` is `descendant` or comes before it. An object that the cache lacks comes before nothing. */
export const isAncestor = Effect.fnUntraced(function* (git: GitDir, ancestor: string, descendant: string) {
  if (ancestor === descendant) return true
  if (!(yield* hasObject(git, ancestor))) return false
  const exit = yield* git.attempt(["merge-base", "--is-ancestor", ancestor, descendant])
  if (exit.exitCode === 0) return true
  if (exit.exitCode === 1) return false
  return yield* new RepositoryError({
    reason: "unknown",
    message: `git merge-base failed: ${exit.stderr.trim()}`
  })
})

/** A tree's entry at a path, without following anything. */
export const entryAt = (
  git: GitDir,
  tree: string,
  path: RawPath
): Effect.Effect<TreeEntry | undefined, RepositoryError> =>
  Effect.map(
    git.run(["ls-tree", "-z", "--full-tree", tree, "--", Buffer.from(path, "latin1").toString("utf8")]),
    ({ stdout }) => {
      const match = /^(\d{6}) \w+ ([0-9a-f]+)\t([^]*)$/.exec(splitNul(stdout)[0] ?? "")
      if (match === null || match[3] !== path) return undefined
      return { mode: match[1] ?? "", sha: match[2] ?? "", path }
    }
  )

const side = (mode: string, sha: string, path: RawPath): TreeEntry | undefined =>
  mode === "000000" ? undefined : { mode, sha, path }

/** What differs between two trees, sorted by bytes. */
export const changesBetween = (
  git: GitDir,
  from: string,
  to: string
): Effect.Effect<ReadonlyArray<TreeChange>, RepositoryError> =>
  Effect.map(git.run(["diff-tree", "-r", "-z", "--raw", "--no-renames", from, to]), ({ stdout }) => {
    const fields = splitNul(stdout)
    const changes: Array<TreeChange> = []
    for (let index = 0; index + 1 < fields.length; index += 2) {
      const [beforeMode = "", afterMode = "", before = "", after = ""] = (fields[index] ?? "")
        .slice(1)
        .split(" ")
      const path = fields[index + 1] ?? ""
      changes.push({ path, before: side(beforeMode, before, path), after: side(afterMode, after, path) })
    }
    return changes
  })

/** Index lines that set (or, without an entry, remove) paths, for `update-index -z --index-info`. */
export const indexInfo = (
  changes: ReadonlyArray<{ readonly path: RawPath; readonly entry: TreeEntry | undefined }>,
  hashLength: number
): Buffer =>
  Buffer.from(
    changes
      .map(({ entry, path }) => `${entry?.mode ?? "0"} ${entry?.sha ?? "0".repeat(hashLength)}\t${path}\0`)
      .join(""),
    "latin1"
  )

let indexes = 0

/** Gives a private index file, seeded with a tree, to `use`; it is removed afterwards. */
export const withIndex = <A>(
  git: GitDir,
  temporary: string,
  tree: string,
  use: (index: string) => Effect.Effect<A, RepositoryError>
): Effect.Effect<A, RepositoryError> =>
  Effect.acquireUseRelease(
    Effect.sync(() => join(temporary, `index-${++indexes}`)),
    (index) => Effect.andThen(git.run(["read-tree", tree], { index }), use(index)),
    (index) => Effect.promise(() => rm(index, { force: true }))
  )
