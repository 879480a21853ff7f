/**
 * What a round produced: a change against a base, kept as durable bytes.
 *
 * The patch itself lies in the private artifact store; here is what names and checks it.
 */
import { Schema } from "effect"
import { ExecutionId, Sha } from "./Ids.ts"

/** Tokens and dollars of an agent's run, with where the numbers come from. */
export const Usage = Schema.Struct({
  inputTokens: Schema.Int,
  outputTokens: Schema.Int,
  costUsd: Schema.optionalKey(Schema.Finite),
  source: Schema.Literals(["reported", "parsed", "estimated"]),
  exact: Schema.Boolean
})
export type Usage = typeof Usage.Type

/** Where bytes lie: `{taskId}/{round}/{kind}` of an execution. */
export const ArtifactKey = Schema.Struct({ taskId: Schema.String, round: Schema.Int, kind: Schema.String })
export type ArtifactKey = typeof ArtifactKey.Type

/**
 * A change: applying the patch at `patch` to `base` gives exactly `tree`. The tree is without the tick of the task
 * list. `empty` marks a tick-only candidate.
 */
export const Candidate = Schema.Struct({
  base: Sha,
  tree: Sha,
  patch: ArtifactKey,
  filesModified: Schema.Array(Schema.String),
  empty: Schema.Boolean,
  /** Whose artifact the patch is, where it is not this execution's. */
  executionId: Schema.optionalKey(ExecutionId)
})
export type Candidate = typeof Candidate.Type
