/**
 * The fence as the PUSH step handles it: whether it needs a seal, and what this database remembers of it.
 *
 * A seal is needed unless the tip is the one that this database wrote last and no outcome was left unknown.
 */
import { Effect, Option, Ref } from "effect"
import type { Sha } from "../model/Ids.ts"
import { DeliveryRemote, type FenceRef, type FenceTip, type SealResult } from "../ports/DeliveryRemote.ts"
import { Leases } from "../ports/Leases.ts"
import type { StepContext } from "./Session.ts"
import { StepProblem } from "./StepError.ts"

const mostSeals = 10

/** Whether the remote can hold a fence that protects. */
export const isFenced = ({ capabilities }: FenceRef): boolean =>
  capabilities.fence !== "cas_only" && capabilities.atomic

/** Remembers the fence's tip. `clean`: nothing older than it can still be on its way with an unknown outcome. */
export const recordTip = Effect.fnUntraced(function* (
  { session }: StepContext,
  { target }: FenceRef,
  sha: Sha,
  clean: boolean
) {
  const leases = yield* Leases
  yield* leases.recordFence(yield* Ref.get(session.lease), { target, sha, clean })
})

/** A newer epoch of our own instance on the remote: the database was restored from a backup, and goes on above it. */
const epochAbove = Effect.fnUntraced(function* (
  { state, session }: StepContext,
  tip: Option.Option<FenceTip>
) {
  const lease = yield* Ref.get(session.lease)
  const newer = Option.filter(
    tip,
    ({ content }) => content.instance === state.instance && content.epoch > lease.epoch
  )
  if (Option.isNone(newer)) return lease.epoch
  const raised = yield* (yield* Leases).raiseEpoch(lease, newer.value.content.epoch)
  yield* Ref.set(session.lease, raised)
  return raised.epoch
})

/** Pushes a seal over whatever the tip is, with an epoch of ours above it. `Lost`: somebody else was faster. */
export const sealFence = Effect.fnUntraced(function* (context: StepContext, fence: FenceRef) {
  const { state, session } = context
  const remote = yield* DeliveryRemote
  const tip = yield* remote.fenceTip(fence)
  const epoch = yield* epochAbove(context, tip)
  const seq = Option.match(tip, { onNone: () => 1, onSome: ({ content }) => content.seq + 1 })
  const nonce = yield* session.host.nonce
  const result: SealResult = yield* remote.seal(fence, tip, { instance: state.instance, epoch, seq, nonce })
  if (result._tag === "Sealed") yield* recordTip(context, fence, result.tip.sha, false)
  return result
})

const isKnownClean = Effect.fnUntraced(function* ({ state }: StepContext, fence: FenceRef, tip: FenceTip) {
  const leases = yield* Leases
  const known = yield* leases.knownFence(state.projectId, fence.target)
  return Option.isSome(known) && known.value.clean && known.value.sha === tip.sha
})

/** The tip to push on: sealed by us, unless nothing older can land any more. */
export const currentTip = Effect.fnUntraced(function* (context: StepContext, fence: FenceRef) {
  const remote = yield* DeliveryRemote
  const tip = yield* remote.fenceTip(fence)
  if (Option.isSome(tip) && (yield* isKnownClean(context, fence, tip.value))) return tip.value
  for (let tries = 0; tries < mostSeals; tries++) {
    const sealed = yield* sealFence(context, fence)
    if (sealed._tag === "Sealed") return sealed.tip
  }
  return yield* new StepProblem({
    kind: "remote",
    reason: "contended",
    message: `The fence of ${fence.target} kept moving during ${mostSeals} seals. Is another instance at work on it?`
  })
})
