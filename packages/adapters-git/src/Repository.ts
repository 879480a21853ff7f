/**
 * The repository port on real git. Composition only: each act has its own file.
 */
import { Sha } from "@devteam/core/model/Ids"
import {
  type FileBlob,
  type Head,
  RepositoryError,
  type RepositoryRef,
  type RepositoryShape
} from "@devteam/core/ports/Repository"
import { Effect, Option } from "effect"
import { makeBranchCheck } from "./branchName.ts"
import type { Cache, GitDir } from "./Cache.ts"
import { capture } from "./Capture.ts"
import { checkout, removeCheckout } from "./Checkout.ts"
import { commit } from "./Commit.ts"
import { checkGitVersion, type HardenedGit } from "./HardenedGit.ts"
import { mergeTrees } from "./MergeTrees.ts"
import { mergeBase, readCommit } from "./ancestry.ts"
import { remember } from "./remember.ts"
import { trackedChanges } from "./TrackedChanges.ts"
import { changedPaths, diff, listFiles, readFile, restore, treeOf, withFile } from "./Trees.ts"

const empty = (url: string) =>
  new RepositoryError({
    reason: "empty",
    message: `The repository ${url} has no commit yet. Push a first commit with the task list to it.`
  })

const noBranch = (url: string, target: string | undefined, branches: ReadonlyArray<string>) =>
  new RepositoryError({
    reason: "not_found",
    message:
      (target === undefined
        ? `The repository ${url} has no default branch. `
        : `The branch ${target} is not in ${url}. `) +
      `Its branches are: ${branches.slice(0, 20).join(", ")}${branches.length > 20 ? ", …" : ""}. Name one of them.`
  })

const keyOf = (ref: RepositoryRef, ...rest: ReadonlyArray<string>): string => [ref.url, ...rest].join("\0")

const isSmall = (file: Option.Option<FileBlob>): boolean =>
  Option.isNone(file) || file.value.bytes.length <= 256 * 1024

/** Makes the port's functions on a cache. */
export const makeRepository = (git: HardenedGit, cache: Cache): Effect.Effect<RepositoryShape> =>
  Effect.gen(function* () {
    const checkBranch = makeBranchCheck(git)
    const versionChecked = yield* Effect.cached(checkGitVersion(git))

    const resolve = Effect.fnUntraced(function* (dir: GitDir, target: string) {
      const exit = yield* dir.attempt([
        "rev-parse",
        "--verify",
        "--end-of-options",
        `refs/heads/${target}^{commit}`
      ])
      if (exit.exitCode !== 0) return undefined
      const found = Sha.make(exit.stdout.toString("latin1").trim())
      return { commit: found, tree: yield* treeOf(dir, found) } satisfies Head
    })

    const branchesOf = (dir: GitDir) =>
      Effect.map(dir.run(["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"]), ({ stdout }) =>
        stdout
          .toString("utf8")
          .split("\n")
          .filter((name) => name !== "")
      )

    const headOf = Effect.fnUntraced(function* (dir: GitDir, target: string) {
      const head = yield* resolve(dir, target)
      if (head !== undefined) return head
      const branches = yield* branchesOf(dir)
      return yield* branches.length === 0
        ? empty(dir.remote.clean)
        : noBranch(dir.remote.clean, target, branches)
    })

    /** Every object of the head is there; a cache that lost some is cloned anew, once. */
    const soundHead = Effect.fnUntraced(function* (ref: RepositoryRef, dir: GitDir, target: string) {
      const head = yield* Effect.result(headOf(dir, target))
      const whole =
        head._tag === "Success"
          ? (yield* dir.attempt(["rev-list", "--objects", "--quiet", "--no-walk", head.success.commit]))
              .exitCode === 0
          : head.failure.reason === "not_found" || head.failure.reason === "empty"
      if (whole) return yield* Effect.fromResult(head)
      yield* cache.distrust(ref)
      return yield* headOf(yield* cache.sync(ref), target)
    })

    const on =
      <Args extends ReadonlyArray<unknown>, A>(
        act: (dir: GitDir, ...args: Args) => Effect.Effect<A, RepositoryError>
      ) =>
      (ref: RepositoryRef, ...args: Args): Effect.Effect<A, RepositoryError> =>
        Effect.flatMap(cache.ready(ref), (dir) => act(dir, ...args))

    return {
      open: Effect.fn("Repository.open")(function* (ref, asked) {
        yield* versionChecked
        if (asked !== undefined) yield* checkBranch(asked)
        const listing = yield* cache.list(ref)
        const dir = yield* cache.sync(ref)
        if (listing.branches.length === 0) return yield* empty(dir.remote.clean)
        const target = asked ?? listing.defaultBranch
        if (target === undefined) return yield* noBranch(dir.remote.clean, undefined, listing.branches)
        yield* checkBranch(target)
        return { target, head: yield* soundHead(ref, dir, target) }
      }),
      fetchHead: Effect.fn("Repository.fetchHead")(function* (ref, target) {
        yield* checkBranch(target)
        return yield* headOf(yield* cache.sync(ref), target)
      }),
      findHead: Effect.fn("Repository.findHead")(function* (ref, branch) {
        yield* checkBranch(branch)
        return Option.fromUndefinedOr(yield* resolve(yield* cache.sync(ref), branch))
      }),
      mergeBase: on(mergeBase),
      readCommit: on(readCommit),
      readFile: remember(200, keyOf, isSmall, on(readFile)),
      listFiles: remember(8, keyOf, () => true, on(listFiles)),
      withFile: on((dir, tree: Sha, path: string, bytes: Uint8Array | undefined) =>
        withFile(dir, git.temporary, tree, path, bytes)
      ),
      checkout: on(checkout),
      capture: on((dir, request: Parameters<RepositoryShape["capture"]>[1]) =>
        capture(dir, git.temporary, request)
      ),
      diff: on(diff),
      trackedChanges: on((dir, request: Parameters<RepositoryShape["trackedChanges"]>[1]) =>
        trackedChanges(dir, git.temporary, request)
      ),
      changedPaths: on(changedPaths),
      restore: on((dir, candidate: Parameters<RepositoryShape["restore"]>[1]) =>
        restore(dir, git.temporary, candidate)
      ),
      mergeTrees: on(mergeTrees),
      commit: on(commit),
      treeOf: on(treeOf),
      removeCheckout
    }
  })
