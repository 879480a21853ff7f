/**
 * What is known about one push before and after it: the intent and the prepared commit.
 *
 * The protocol is described in docs/delivery.md; the decision is `delivery/resolve.ts`.
 */
import { Schema } from "effect"
import { Sha, TaskId } from "./Ids.ts"

/**
 * A commit object that any worker can rebuild: the same inputs give the same SHA. `creates`: the branch that it goes to
 * does not exist yet.
 */
export const PreparedCommit = Schema.Struct({
  commit: Sha,
  parent: Sha,
  tree: Sha,
  creates: Schema.optionalKey(Schema.Literal(true))
})
export type PreparedCommit = typeof PreparedCommit.Type

/**
 * A push that may have happened: recorded before the first byte leaves. `fenceOld` is absent where the remote had no
 * fence yet. `nonce` makes every fence commit another object. `creates`: the target has to be absent, and begins at this
 * push.
 */
export const PushIntent = Schema.Struct({
  taskId: TaskId,
  generation: Schema.Int,
  target: Schema.String,
  base: Sha,
  creates: Schema.optionalKey(Schema.Literal(true)),
  commit: Sha,
  tree: Sha,
  fenceOld: Schema.optionalKey(Sha),
  fenceNew: Schema.optionalKey(Sha),
  nonce: Schema.String,
  epoch: Schema.Int
})
export type PushIntent = typeof PushIntent.Type

/** What the remote can do; probed once per execution. `cas_only`: compare-and-swap on the target and trailers alone. */
export const RemoteCapabilities = Schema.Struct({
  fence: Schema.Literals(["custom_ref", "branch_ref", "cas_only"]),
  fenceRef: Schema.optionalKey(Schema.String),
  atomic: Schema.Boolean
})
export type RemoteCapabilities = typeof RemoteCapabilities.Type
