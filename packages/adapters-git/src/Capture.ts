/**
 * Reads a checkout back: its files into a tree, by a private index and the cache as git directory.
 *
 * The checkout's own `.git` plays no part. The repository's `.gitignore` files count; excludes and attributes of
 * anybody else do not. Submodules of the base stay as they are. What may not be delivered unseen is reported: a
 * nested repository is left out of the tree, an escaping symlink is in it, for a person to judge.
 */
import { lstat } from "node:fs/promises"
import type { Sha } from "@devteam/core/model/Ids"
import { type Capture, RepositoryError } from "@devteam/core/ports/Repository"
import { Effect } from "effect"
import type { GitDir } from "./Cache.ts"
import { scanCheckout } from "./CheckoutScan.ts"
import {
  changesBetween,
  checkedSha,
  indexInfo,
  printedSha,
  type TreeChange,
  type TreeEntry,
  withIndex
} from "./objects.ts"
import { checkedPath, type RawPath, shownPath, splitNul } from "./rawPath.ts"
import { diff } from "./Trees.ts"

const isRealDirectory = (directory: string): Effect.Effect<boolean> =>
  Effect.promise(() =>
    lstat(directory).then(
      (status) => status.isDirectory(),
      () => false
    )
  )

const parseIndex = (stdout: Buffer): ReadonlyMap<RawPath, TreeEntry> =>
  new Map(
    splitNul(stdout).flatMap((line) => {
      const match = /^(\d{6}) ([0-9a-f]+) \d\t([^]*)$/.exec(line)
      const path = match?.[3]
      return match === null || path === undefined
        ? []
        : [[path, { mode: match[1] ?? "", sha: match[2] ?? "", path }] as const]
    })
  )

const isBelow = (path: RawPath, top: RawPath): boolean => path === top || path.startsWith(`${top}/`)

/** What brings the undone paths back to the base: their changes reversed, removals first. */
const reversal = (changes: ReadonlyArray<TreeChange>) =>
  changes
    .map(({ before, path }) => ({ path, entry: before }))
    .toSorted((a, b) => Number(a.entry !== undefined) - Number(b.entry !== undefined))

/** Compares a checkout with `base` and stores what it has. Fails with `forbidden` when the directory was replaced. */
export const capture = Effect.fnUntraced(function* (
  git: GitDir,
  temporary: string,
  request: { readonly base: Sha; readonly directory: string; readonly undo: ReadonlyArray<string> }
) {
  const { base, directory } = request
  yield* checkedSha(base)
  const undo = yield* Effect.forEach(request.undo, (path) => checkedPath(path.replace(/\/$/, "")))
  if (!(yield* isRealDirectory(directory))) {
    return yield* new RepositoryError({
      reason: "forbidden",
      message: `The checkout ${directory} is no directory any more: it was removed or replaced. Make a new one.`
    })
  }
  return yield* withIndex(git, temporary, base, (index) =>
    Effect.gen(function* () {
      const inTree = { index, workTree: directory }
      const writeTree = Effect.map(git.run(["write-tree"], { index }), ({ stdout }) => printedSha(stdout))
      const update = (options: ReadonlyArray<string>, stdin: Buffer) =>
        git.run(["update-index", "--add", "--remove", "--replace", "-z", ...options], { ...inTree, stdin })

      const entries = parseIndex((yield* git.run(["ls-files", "-s", "-z"], { index })).stdout)
      const listed = yield* git.run(
        ["ls-files", "-z", "-m", "-d", "-o", "--exclude-per-directory=.gitignore"],
        inTree
      )
      const scan = yield* Effect.sync(() =>
        scanCheckout(directory, entries, [...new Set(splitNul(listed.stdout))])
      )
      if (scan.remove.length > 0) {
        const removals = scan.remove.map((path) => ({ path, entry: undefined }))
        yield* update(["--index-info"], indexInfo(removals, base.length))
      }
      if (scan.take.length > 0) {
        yield* update(["--stdin"], Buffer.from(scan.take.map((path) => `${path}\0`).join(""), "latin1"))
      }
      const whole = yield* changesBetween(git, base, yield* writeTree)
      const undone = undo.filter((top) => whole.some(({ path }) => isBelow(path, top)))
      if (undone.length > 0) {
        const touched = whole.filter(({ path }) => undone.some((top) => isBelow(path, top)))
        yield* update(["--index-info"], indexInfo(reversal(touched), base.length))
      }
      const tree = yield* writeTree
      const changes = undone.length === 0 ? whole : yield* changesBetween(git, base, tree)
      const captured: Capture = {
        tree,
        patch: yield* diff(git, base, tree),
        filesModified: changes.map(({ path }) => shownPath(path)),
        undone: undone.map(shownPath),
        violations: scan.violations
      }
      return captured
    })
  )
})
