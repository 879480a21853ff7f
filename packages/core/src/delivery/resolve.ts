/**
 * The push decision: what one look at the remote means for one recorded push intent.
 *
 * Pure and total. It never pushes, seals or looks; the PUSH step does that, asks here, and obeys. It is asked after
 * success, error, time-out and crash alike, because an answer is evidence while only the remote's refs are the truth.
 *
 * The table, first matching row wins. "Dead" means that this intent's push cannot land any more: a seal was made
 * after the intent (the fence never returns to an earlier commit, so a push that leases the earlier one is refused for
 * ever), or the server refused it in words. One intent is pushed at most once, so there is nothing else in flight.
 *
 * | #  | fence                         | push                | target                       | decision            |
 * |----|-------------------------------|---------------------|------------------------------|---------------------|
 * | 1  | any                           | any                 | any; our epoch is not current| Stale               |
 * | 2  | newer epoch, our instance     | any                 | any                          | RaiseEpoch          |
 * | 3  | holds the push                | any                 | contains the commit          | Landed              |
 * | 4  | holds the push                | any                 | has our trailers             | Landed (that sha)   |
 * | 5  | holds the push                | accepted or sealed  | has neither                  | Removed             |
 * | 6  | holds the push                | otherwise           | has neither                  | Seal                |
 * | 7  | does not hold it              | not dead            | any                          | Seal                |
 * | 8  | does not hold it              | dead                | contains the commit          | Landed              |
 * | 9  | does not hold it              | dead                | has our trailers             | Landed (that sha)   |
 * | 10 | does not hold it              | dead, was accepted  | has neither                  | Removed             |
 * | 11 | does not hold it              | dead                | deleted                      | TargetGone          |
 * | 12 | does not hold it              | refused by policy   | any                          | RefusedByPolicy     |
 * | 13 | does not hold it              | dead                | at base                      | PushAgain           |
 * | 14 | does not hold it              | dead                | moved, task no longer open   | Superseded          |
 * | 15 | does not hold it              | dead                | moved                        | Regenerate          |
 *
 * Where the remote has no usable fence (`cas_only`), rows 3 to 7 do not exist and rows 8 to 15 decide at once; see
 * {@link mayStillLand} for what that is worth.
 */
import type { InstanceId, Sha } from "../model/Ids.ts"
import type { PushIntent, RemoteCapabilities } from "../model/Push.ts"
import type { PushAnswer, RemoteObservation } from "./Observation.ts"

/** Everything that the decision depends on. */
export interface ResolveInput {
  readonly intent: PushIntent
  /** The look; both of its halves were read after `answer` came and after the seal of `sealedAfterIntent`. */
  readonly observation: RemoteObservation
  readonly capabilities: RemoteCapabilities
  /** The database's own uuid. */
  readonly instance: InstanceId
  /** The epoch of the worker that asks. */
  readonly epoch: number
  /** The database, asked after the look, still says that `epoch` is the project's current one. */
  readonly epochIsCurrent: boolean
  /** What this intent's push was answered; `undefined` when nobody remembers, as after a crash. */
  readonly answer: PushAnswer | undefined
  /** A seal of ours took hold after the intent was recorded, and before the look. */
  readonly sealedAfterIntent: boolean
  /**
   * At the observed head somebody else has ticked, removed or retitled the task's line. Only row 14 reads it: ask with
   * `false`, and only for an answer of `Regenerate` read the list at that head and ask again.
   */
  readonly listTickedByOthers: boolean
}

/** What to do now. */
export type Resolution =
  /** The change is on the target: as our commit, or as `commit` that carries our execution's and task's trailers. */
  | { readonly _tag: "Landed"; readonly commit: Sha }
  /** It was on the target and others took it out. The task is held; this change is never pushed again. */
  | { readonly _tag: "Removed" }
  /** Nothing can be concluded yet: push a seal over the observed fence tip, whoever wrote that, then look again. */
  | { readonly _tag: "Seal" }
  /** Push the same commit under a new intent with a new fence commit; the observed fence tip is its old one. */
  | { readonly _tag: "PushAgain" }
  /** Somebody else did the task meanwhile: push nothing, keep the candidate, select again. */
  | { readonly _tag: "Superseded" }
  /** Merge on `head`, verify again, next generation. */
  | { readonly _tag: "Regenerate"; readonly head: Sha }
  /** A hook or a protected branch said no: candidate held, execution paused with the server's words. */
  | { readonly _tag: "RefusedByPolicy"; readonly message: string }
  /** Another worker owns the project: stop everything, write nothing. */
  | { readonly _tag: "Stale" }
  /** The database is older than the remote (restored from a backup): raise its epoch above this, seal, look again. */
  | { readonly _tag: "RaiseEpoch"; readonly above: number }
  /** Somebody deleted the target branch: the task is held, and the message names the branch. */
  | { readonly _tag: "TargetGone"; readonly target: string }

/**
 * Whether the fence guards this push. It takes a remote that has one, `--atomic` (without it a stale worker's target
 * update passes although its fence update is refused), and an intent that was made with a fence commit: a push that
 * left without one is not stopped by a seal that came later.
 */
const isFenced = ({ capabilities, intent }: ResolveInput): boolean =>
  capabilities.fence !== "cas_only" && capabilities.atomic && intent.fenceNew !== undefined

/**
 * A seal that counts. A fence that is the intent's old one again, although it was sealed, means that the remote lost
 * refs (restored from a backup, ref deleted): that seal protects nothing any more.
 */
const isSealed = (input: ResolveInput): boolean =>
  isFenced(input) && input.sealedAfterIntent && !input.observation.fence.isIntentsOld

/**
 * Whether the intent's push could still reach the target after this look. A stop may end `stopped` only when it
 * cannot; otherwise it ends with the push unresolved.
 *
 * On a fenced remote one seal makes this `false`, and so does a clear answer. On a `cas_only` remote only an acceptance
 * does: a refusal speaks of one push, while an earlier, unanswered push of the same commit may still be on its way, and
 * no seal can stop that one. It lands only while the target is exactly its base. So one execution still never puts two
 * commits beside each other (at an unmoved base the same commit is pushed again, and whichever arrives first makes the
 * other stale), but there is no honest way to wait for its end; and if a person moves the branch back to that very
 * base, a late push may land what was already given up, refused or removed.
 */
export const mayStillLand = (input: ResolveInput): boolean =>
  isFenced(input)
    ? !input.observation.fence.holdsIntent && !isSealed(input) && !isAnswered(input.answer)
    : input.answer?._tag !== "Accepted"

const isAnswered = (answer: PushAnswer | undefined): boolean =>
  answer?._tag === "Accepted" || answer?._tag === "Refused"

/** See the table above. */
export const resolve = (input: ResolveInput): Resolution => {
  const { answer, intent } = input
  const { fence, target } = input.observation

  // 1. The database is asked after the look: a successor that has not sealed yet is not to be seen on the fence.
  if (!input.epochIsCurrent) return { _tag: "Stale" }

  // 2. Fences carry only epochs that the database gave out. A newer one of our own instance, while the database says
  // that ours is the newest, means that the database forgot some. (A foreign tip may hide such an epoch. That is
  // harmless: the seal goes on top all the same, and every write is checked against the database.)
  if (fence.tip !== undefined && fence.tip.instance === input.instance && fence.tip.epoch > input.epoch) {
    return { _tag: "RaiseEpoch", above: fence.tip.epoch }
  }

  if (isFenced(input)) {
    if (fence.holdsIntent) {
      // 3. Proven twice.
      if (target.containsCommit) return { _tag: "Landed", commit: intent.commit }
      // 4. It landed, then a person rewrote the branch and kept our change: under another name it is still there.
      if (target.ours !== undefined) return { _tag: "Landed", commit: target.ours }
      // 5. It landed and is gone. Also with the branch deleted: what landed once is not pushed a second time.
      if (answer?._tag === "Accepted" || isSealed(input)) return { _tag: "Removed" }
      // 6. A look reads two refs, not one snapshot. While the push is on its way the target can be read before it
      // lands and the fence after, which looks like a removal. A look after a seal or after the answer cannot.
      return { _tag: "Seal" }
    }
    // 7. "Not there" proves nothing while the push is on its way, and this covers every such sight: the intent's old
    // fence with an unknown outcome; a foreign instance on top; a tip of ours whose answer was lost; no fence at all;
    // and an `Accepted` that left no trace (a lagging replica: the seal asks the server that decides). A refusal needs
    // no seal. A foreign tip that came after our own seal needs no other one: sealing in turns would never end.
    if (answer?._tag !== "Refused" && !isSealed(input)) return { _tag: "Seal" }
  }

  // 8. The fence does not know of it, the branch has it: a person may have pushed the very commit by hand.
  if (target.containsCommit) return { _tag: "Landed", commit: intent.commit }
  // 9. An earlier generation of ours, or our change rewritten by a person.
  if (target.ours !== undefined) return { _tag: "Landed", commit: target.ours }
  // 10. The server took it and shows it nowhere, and the fence's chain does not either: ref and history were replaced
  // by others. Pushing again might undo what a person did on purpose, so people decide.
  if (answer?._tag === "Accepted") return { _tag: "Removed" }
  // 11. Absent while the intent expects a branch. (Absent and `atBase` is a delivery branch that this push creates.)
  if (target.head === undefined && !target.atBase) return { _tag: "TargetGone", target: intent.target }
  // 12. Whatever the target did meanwhile, the next push would hear the same words.
  if (answer?._tag === "Refused" && answer.kind === "policy") {
    return { _tag: "RefusedByPolicy", message: answer.message }
  }
  // 13. Also after a refused lease: the target went away and came back. The step bounds how often in a row.
  if (target.atBase || target.head === undefined) return { _tag: "PushAgain" }
  // 14 and 15. Only now the list decides: a tick that came with our own commit was caught by rows 3, 4, 8 and 9.
  return input.listTickedByOthers ? { _tag: "Superseded" } : { _tag: "Regenerate", head: target.head }
}
