/**
 * What was seen of a push: the remote's answer, and a later look at its refs.
 *
 * Facts only. `resolve` turns them into a decision.
 */
import type { InstanceId, Sha } from "../model/Ids.ts"

/**
 * What the pusher heard. `Refused` means that the server said so in words: `stale` (a lease did not hold), `policy`
 * (a hook or a protected branch). `Unknown` covers time-outs, cut connections and every other doubt.
 */
export type PushAnswer =
  | { readonly _tag: "Accepted" }
  | { readonly _tag: "Refused"; readonly kind: "stale" | "policy"; readonly message: string }
  | { readonly _tag: "Unknown"; readonly message: string }

/** The fence as a look found it. */
export interface FenceObservation {
  /** Absent where the remote has no fence. */
  readonly tip?: { readonly sha: Sha; readonly instance: InstanceId; readonly epoch: number }
  /** The intent's fence commit is the tip or one of its ancestors. */
  readonly holdsIntent: boolean
  /** The tip is the intent's old one (or both are absent). */
  readonly isIntentsOld: boolean
}

/** The target branch as a look found it. */
export interface TargetObservation {
  /** Absent when somebody deleted the branch. */
  readonly head?: Sha
  /** The intent's commit is the head or one of its ancestors. */
  readonly containsCommit: boolean
  /** The head is the intent's base. */
  readonly atBase: boolean
  /** A commit between the intent's base and the head that carries our execution's and task's trailers. */
  readonly ours?: Sha
}

/** One look at the remote. */
export interface RemoteObservation {
  readonly fence: FenceObservation
  readonly target: TargetObservation
}
