/**
 * The delivery port on real git: what the push protocol sees of the remote (docs/delivery.md).
 */
import type { PushAnswer, RemoteObservation } from "@devteam/core/delivery/Observation"
import type { PushIntent } from "@devteam/core/model/Push"
import type { DeliveryRemoteShape, FenceRef, FenceTip } from "@devteam/core/ports/DeliveryRemote"
import { RepositoryError, type RepositoryRef } from "@devteam/core/ports/Repository"
import { Effect, Option } from "effect"
import { makeBranchCheck } from "./branchName.ts"
import type { Cache, GitDir } from "./Cache.ts"
import { refuseCheckedOut } from "./checkedOut.ts"
import { fenceNames, writeFenceCommit } from "./Fence.ts"
import type { HardenedGit } from "./HardenedGit.ts"
import { checkedSha, isAncestor } from "./objects.ts"
import { findOwnCommit } from "./ownCommit.ts"
import { pushAnswer } from "./pushAnswer.ts"
import { cachedRef, cachedTip, leasedPush, probe, sealFence } from "./Remote.ts"

/**
 * What makes a push safe: `--atomic`, and a fence that changes in it. Tests take each away, to show what it is for;
 * the layer has no way to.
 */
export interface PushProtection {
  readonly atomic: boolean
  readonly changeFence: boolean
}

const fullProtection: PushProtection = { atomic: true, changeFence: true }

/** Makes the port's functions on a cache. */
export const makeDeliveryRemote = (
  git: HardenedGit,
  cache: Cache,
  protection: PushProtection = fullProtection
): DeliveryRemoteShape => {
  const checkBranch = makeBranchCheck(git)

  const synced = Effect.fnUntraced(function* (repository: RepositoryRef, target: string) {
    yield* checkBranch(target)
    return yield* cache.sync(repository)
  })

  const refOf = (fence: FenceRef): string | undefined =>
    fence.capabilities.fence === "cas_only" ? undefined : fence.capabilities.fenceRef

  const refused = (message: string): PushAnswer => ({ _tag: "Refused", kind: "policy", message })

  const push = Effect.fnUntraced(function* (fence: FenceRef, intent: PushIntent, timeoutMs: number) {
    yield* checkBranch(fence.target)
    yield* Effect.forEach([intent.base, intent.commit, intent.fenceOld, intent.fenceNew], (sha) =>
      sha === undefined ? Effect.void : checkedSha(sha)
    )
    const dir = yield* cache.ready(fence.repository)
    // A lease switches git's own fast-forward check off.
    if (!(yield* isAncestor(dir, intent.base, intent.commit))) {
      return refused(`Not pushed: ${intent.commit} does not come after ${intent.base}.`)
    }
    const fenceRef = refOf(fence)
    if (fenceRef !== undefined && (intent.fenceNew === undefined || intent.fenceNew === intent.fenceOld)) {
      return refused("Not pushed: the intent does not change the fence, which would protect nothing.")
    }
    const expected = intent.creates === true ? undefined : intent.base
    const target = { ref: `refs/heads/${fence.target}`, to: intent.commit, expected }
    // Changed in every push: a ref that stays as it is sends no command, and nothing is compared on the server.
    const fenced =
      fenceRef === undefined || intent.fenceNew === undefined
        ? []
        : [
            {
              ref: fenceRef,
              to: protection.changeFence ? intent.fenceNew : (intent.fenceOld ?? intent.fenceNew),
              expected: intent.fenceOld
            }
          ]
    const atomic = protection.atomic && fenced.length > 0
    return pushAnswer(yield* leasedPush(dir, [target, ...fenced], { atomic, timeoutMs }))
  })

  const look = Effect.fnUntraced(function* (
    fence: FenceRef,
    intent: PushIntent,
    trailers: Parameters<DeliveryRemoteShape["look"]>[2]
  ) {
    const dir = yield* synced(fence.repository, fence.target)
    const tip = yield* cachedTip(dir, refOf(fence))
    const head = yield* cachedRef(dir, `refs/heads/${fence.target}`)
    return {
      fence: yield* observeFence(dir, tip, intent),
      target:
        head === undefined
          ? { containsCommit: false, atBase: intent.creates === true }
          : yield* Effect.gen(function* () {
              const ours = yield* findOwnCommit(dir, { base: intent.base, head }, trailers)
              return {
                head,
                containsCommit: yield* isAncestor(dir, intent.commit, head),
                atBase: intent.creates !== true && head === intent.base,
                ...(ours === undefined ? {} : { ours })
              }
            })
    } satisfies RemoteObservation
  })

  return {
    probe: Effect.fn("DeliveryRemote.probe")(function* (repository, target) {
      const dir = yield* synced(repository, target)
      const { clean, protocol } = dir.remote
      if (protocol === "file") yield* refuseCheckedOut(clean, target)
      return yield* probe(dir, cache.sync(repository), fenceNames(repository.projectId, target))
    }),
    fenceTip: Effect.fn("DeliveryRemote.fenceTip")(function* (fence) {
      return yield* cachedTip(yield* synced(fence.repository, fence.target), refOf(fence))
    }),
    seal: Effect.fn("DeliveryRemote.seal")(function* (fence, previous, content) {
      const dir = yield* cache.ready(fence.repository)
      const ref = refOf(fence)
      if (ref === undefined) {
        return yield* new RepositoryError({
          reason: "forbidden",
          message: `${dir.remote.clean} takes no fence: nothing can be sealed there, and pushes go by compare-and-swap.`
        })
      }
      const before = Option.map(previous, (tip) => tip.sha)
      const tip = yield* sealFence(dir, ref, Option.getOrUndefined(before), content)
      return tip === undefined ? { _tag: "Lost" } : { _tag: "Sealed", tip }
    }),
    fenceCommit: Effect.fn("DeliveryRemote.fenceCommit")(function* (fence, previous, content) {
      const dir: GitDir = yield* cache.ready(fence.repository)
      return yield* writeFenceCommit(dir, Option.getOrUndefined(previous), content)
    }),
    push: Effect.fn("DeliveryRemote.push")((fence, intent, timeoutMs) =>
      Effect.catch(push(fence, intent, timeoutMs), (error) =>
        Effect.succeed<PushAnswer>({ _tag: "Unknown", message: error.message })
      )
    ),
    look: Effect.fn("DeliveryRemote.look")(look)
  }
}

const observeFence = Effect.fnUntraced(function* (
  dir: GitDir,
  tip: Option.Option<FenceTip>,
  intent: PushIntent
) {
  const found = Option.getOrUndefined(tip)
  if (found === undefined) return { holdsIntent: false, isIntentsOld: intent.fenceOld === undefined }
  return {
    tip: { sha: found.sha, instance: found.content.instance, epoch: found.content.epoch },
    holdsIntent: intent.fenceNew !== undefined && (yield* isAncestor(dir, intent.fenceNew, found.sha)),
    isIntentsOld: found.sha === intent.fenceOld
  }
})
