/**
 * The push protocol with one guard taken out: what the tests must see fail.
 *
 * Each is a layer over the real remote; production code knows nothing of them.
 */
import { join } from "node:path"
import { makeCache } from "@devteam/adapters-git/Cache"
import { makeDeliveryRemote, type PushProtection } from "@devteam/adapters-git/DeliveryRemote"
import { makeExclusiveLock } from "@devteam/adapters-git/ExclusiveLock"
import { makeHardenedGit } from "@devteam/adapters-git/HardenedGit"
import { DeliveryRemote, type DeliveryRemoteShape } from "@devteam/core/ports/DeliveryRemote"
import { Sha } from "@devteam/core/model/Ids"
import { TaskList } from "@devteam/core/ports/TaskList"
import { Effect, Layer, Option, Redacted } from "effect"
import type { WorkerJob } from "./workerJob.ts"

const withProtection = (job: WorkerJob, protection: PushProtection) =>
  Layer.effect(
    DeliveryRemote,
    Effect.gen(function* () {
      const protocols = ["http"] as const
      const credential = Option.some({ username: job.username, password: Redacted.make(job.password) })
      const git = yield* makeHardenedGit({ protocols, credentials: () => Effect.succeed(credential) })
      const cache = makeCache(git, makeExclusiveLock(), {
        cacheDir: join(job.dataDirectory, "cache"),
        protocols
      })
      return makeDeliveryRemote(git, cache, protection)
    })
  )

/** A seal that says it took hold and sends nothing. */
const pretendedSeal: DeliveryRemoteShape["seal"] = (_fence, previous, content) =>
  Effect.succeed({
    _tag: "Sealed",
    tip: Option.getOrElse(previous, () => ({ sha: Sha.make("0".repeat(40)), content }))
  })

const replaced = (change: (real: DeliveryRemoteShape) => Partial<DeliveryRemoteShape>) =>
  Layer.effect(
    DeliveryRemote,
    Effect.map(DeliveryRemote, (real) => DeliveryRemote.of({ ...real, ...change(real) }))
  )

/** A look counts as proof: the fence never says that the push may still be on its way. */
const withoutSeal = replaced((real) => ({
  seal: pretendedSeal,
  look: (fence, intent, trailers) =>
    Effect.map(real.look(fence, intent, trailers), (seen) => ({
      ...seen,
      fence: { ...seen.fence, isIntentsOld: false }
    }))
}))

/** What landed is not looked for: only where the target's head is. */
const withoutLook = replaced((real) => ({
  seal: pretendedSeal,
  look: (fence, intent, trailers) =>
    Effect.map(real.look(fence, intent, trailers), ({ fence: seen, target }) => ({
      fence: {
        ...(seen.tip === undefined ? {} : { tip: seen.tip }),
        holdsIntent: false,
        isIntentsOld: false
      },
      target: {
        ...(target.head === undefined ? {} : { head: target.head }),
        containsCommit: false,
        atBase: target.atBase
      }
    }))
}))

const tickAgain = Layer.effect(
  TaskList,
  Effect.map(TaskList, (real) =>
    TaskList.of({
      ...real,
      tick: (text, task, options) => {
        const result = real.tick(text, task, options)
        return result._tag === "AlreadyDone" ? { _tag: "Ticked", text } : result
      }
    })
  )
)

/** The layer that takes the place of the real ports; empty without a control. */
export const controlLayer = (job: WorkerJob): Layer.Layer<never, never, DeliveryRemote | TaskList> => {
  switch (job.control) {
    case undefined:
      return Layer.empty
    case "merge_again":
      return withoutLook
    case "merge_again_and_tick_again":
      return Layer.merge(withoutLook, tickAgain)
    case "no_seal":
      return withoutSeal
    case "no_atomic":
      return withProtection(job, { atomic: false, changeFence: true })
    case "unchanged_fence":
      return withProtection(job, { atomic: true, changeFence: false })
  }
}
