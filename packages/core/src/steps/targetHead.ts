/**
 * Where the next commit goes: the head of the branch that is delivered to, or, while a delivery branch does not exist
 * yet, of the branch that it will begin at.
 *
 * Fetches. Whether a branch is merged is asked here, too, because it is the same look.
 */
import { Effect, Option } from "effect"
import type { Execution, Ready } from "../execution/State.ts"
import { type Head, Repository, type RepositoryRef } from "../ports/Repository.ts"

/** A head, and whether the branch has still to be created at it. */
export interface TargetHead {
  readonly head: Head
  readonly creates: boolean
}

/** Fetches, and finds the head to work on. */
export const targetHead = Effect.fnUntraced(function* (
  ref: RepositoryRef,
  { target, from }: Pick<Ready, "target" | "from">
) {
  const repository = yield* Repository
  if (from === undefined) {
    return { head: yield* repository.fetchHead(ref, target), creates: false } satisfies TargetHead
  }
  const existing = yield* repository.findHead(ref, target)
  if (Option.isSome(existing)) return { head: existing.value, creates: false } satisfies TargetHead
  return { head: yield* repository.fetchHead(ref, from), creates: true } satisfies TargetHead
})

/**
 * Whether a branch holds nothing that `onto` has not: its commits are there, or, where they were squashed or picked,
 * merging it would change nothing.
 */
const isMerged = Effect.fnUntraced(function* (ref: RepositoryRef, branch: Head, onto: Head) {
  const repository = yield* Repository
  const base = yield* repository.mergeBase(ref, branch.commit, onto.commit)
  if (Option.isNone(base)) return false
  if (base.value.commit === branch.commit) return true
  const merged = yield* repository.mergeTrees(ref, {
    base: base.value.tree,
    ours: onto.tree,
    theirs: branch.tree
  })
  return merged._tag === "Clean" && merged.tree === onto.tree
})

/** The delivery branch of an execution: an earlier one that is there and not merged, else one of its own. */
export const deliveryBranch = Effect.fnUntraced(function* (
  { executionId, continues }: Pick<Execution, "executionId" | "continues">,
  ref: RepositoryRef,
  onto: Head
) {
  const repository = yield* Repository
  const own = `devteam/${executionId}`
  if (continues === undefined) return own
  const earlier = yield* repository.findHead(ref, continues)
  if (Option.isNone(earlier)) return own
  return (yield* isMerged(ref, earlier.value, onto)) ? own : continues
})
