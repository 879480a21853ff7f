/**
 * Candidates as durable bytes: stored before they are reported, and rebuilt from their patch wherever they are needed.
 *
 * No step relies on a tree that only some cache has.
 */
import { Effect, Option } from "effect"
import type { Candidate } from "../model/Candidate.ts"
import type { Sha } from "../model/Ids.ts"
import { ArtifactError, Artifacts } from "../ports/Artifacts.ts"
import { Repository } from "../ports/Repository.ts"
import { artifactKey, putPrivate, putText, type RoundOf } from "./artifacts.ts"
import type { StepContext } from "./Session.ts"

/** Stores a change against a base: the raw patch privately, the redacted diff for people. */
export const storeCandidate = Effect.fnUntraced(function* (
  context: StepContext,
  change: {
    readonly base: Sha
    readonly tree: Sha
    readonly patch: Uint8Array
    readonly filesModified: ReadonlyArray<string>
  },
  of?: RoundOf
) {
  const kind = `patch.${change.base.slice(0, 12)}` as const
  yield* putPrivate(context, kind, change.patch, of)
  yield* putText(context, "diff.patch", new TextDecoder().decode(change.patch), of)
  const candidate: Candidate = {
    base: change.base,
    tree: change.tree,
    patch: artifactKey(context.state, kind, of),
    filesModified: change.filesModified.map(context.session.redactor.text),
    empty: change.patch.length === 0
  }
  return candidate
})

/** Makes sure that a candidate's tree exists, from its patch if need be. `baseTree` is the tree of its base. */
export const restoreCandidate = Effect.fnUntraced(function* (
  { state, session }: StepContext,
  candidate: Candidate,
  baseTree: Sha
) {
  const artifacts = yield* Artifacts
  const repository = yield* Repository
  const from = candidate.executionId ?? state.executionId
  const patch = yield* artifacts.get(from, candidate.patch, "private")
  if (Option.isNone(patch)) {
    const { taskId, round } = candidate.patch
    return yield* new ArtifactError({
      reason: "corrupt",
      message: `The change of task ${taskId}, round ${round}, is not in the artifact store any more. Start a new run: the task is made again.`
    })
  }
  yield* repository.restore(session.repository, { base: baseTree, tree: candidate.tree, patch: patch.value })
})
