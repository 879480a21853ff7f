/**
 * Where commits come from: one with its parent, and what two have in common.
 *
 * Reads the cache only.
 */
import type { Sha } from "@devteam/core/model/Ids"
import { type Head, RepositoryError } from "@devteam/core/ports/Repository"
import { Effect, Option } from "effect"
import type { GitDir } from "./Cache.ts"
import { checkedSha, hasObject, printedSha } from "./objects.ts"
import { treeOf } from "./Trees.ts"

const headAt = (git: GitDir, commit: Sha) =>
  Effect.map(treeOf(git, commit), (tree): Option.Option<Head> => Option.some({ commit, tree }))

/** The newest common commit; with several (a criss-cross of merges) the one that git names first. */
export const mergeBase = Effect.fnUntraced(function* (git: GitDir, a: Sha, b: Sha) {
  const exit = yield* git.attempt(["merge-base", yield* checkedSha(a), yield* checkedSha(b)])
  if (exit.exitCode === 0) return yield* headAt(git, printedSha(exit.stdout))
  if (exit.exitCode === 1) return Option.none<Head>()
  return yield* new RepositoryError({
    reason: "unknown",
    message: `git merge-base failed: ${exit.stderr.trim()}`
  })
})

/** A commit that the cache may have, with its first parent. */
export const readCommit = Effect.fnUntraced(function* (git: GitDir, commit: Sha) {
  if (!(yield* hasObject(git, yield* checkedSha(commit)))) return Option.none()
  const tree = yield* treeOf(git, commit)
  const exit = yield* git.attempt(["rev-parse", "--verify", "--quiet", `${commit}^1`])
  return Option.some({ commit, tree, parent: exit.exitCode === 0 ? printedSha(exit.stdout) : undefined })
})
