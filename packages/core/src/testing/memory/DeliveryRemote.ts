/**
 * The delivery port in memory: the compare-and-swap of a git server, with faults on demand (`MemoryRemote.fates`).
 */
import { createHash } from "node:crypto"
import { Effect, Layer, Option } from "effect"
import type { PushAnswer, RemoteObservation } from "../../delivery/Observation.ts"
import { InstanceId, type Sha } from "../../model/Ids.ts"
import type { RemoteCapabilities } from "../../model/Push.ts"
import {
  DeliveryRemote,
  type DeliveryRemoteShape,
  type FenceContent,
  type FenceRef,
  type FenceTip,
  type SealResult
} from "../../ports/DeliveryRemote.ts"
import { RepositoryError, type RepositoryRef } from "../../ports/Repository.ts"
import { treeName } from "./gitObjects.ts"
import type { MemoryGit, MemoryRemote, RemoteRule } from "./MemoryGit.ts"

interface LeasedRef {
  readonly ref: string
  readonly to: Sha
  readonly expected: Sha | undefined
}

const error = (reason: RepositoryError["reason"], message: string) => new RepositoryError({ reason, message })

const takes = (rule: RemoteRule, ref: string): boolean => {
  if (rule === "read_only") return false
  if (rule === "branches_only") return ref.startsWith("refs/heads/")
  if (rule === "no_fence") return ref.startsWith("refs/heads/") && !ref.startsWith("refs/heads/devteam/")
  return true
}

const identity = { name: "DevTeam fence", email: "fence@devteam.invalid" }
const emptyTree = treeName(new Map())

/** The functions of the port on a world. */
export const memoryDeliveryRemote = (git: MemoryGit): DeliveryRemoteShape => {
  const contents = new Map<Sha, FenceContent>()

  const remoteOf = (repository: RepositoryRef): Effect.Effect<MemoryRemote, RepositoryError> => {
    const remote = git.remotes.get(repository.url)
    if (remote === undefined)
      return Effect.fail(error("not_found", `There is no repository at ${repository.url}.`))
    return remote.reachable
      ? Effect.succeed(remote)
      : Effect.fail(error("unreachable", `${repository.url} does not answer.`))
  }

  /** All or nothing, as one transaction. */
  const update = (remote: MemoryRemote, refs: ReadonlyArray<LeasedRef>): PushAnswer => {
    if (refs.some(({ expected, ref }) => remote.refs.get(ref) !== expected)) {
      return { _tag: "Refused", kind: "stale", message: "stale info" }
    }
    const refused = refs.find(({ ref }) => !takes(remote.rule, ref))
    if (refused !== undefined)
      return { _tag: "Refused", kind: "policy", message: `hook declined ${refused.ref}` }
    for (const { ref, to } of refs) remote.refs.set(ref, to)
    return { _tag: "Accepted" }
  }

  const writeFence = (previous: Sha | undefined, content: FenceContent): Sha => {
    const sha = git.writeCommit({
      tree: emptyTree,
      parents: previous === undefined ? [] : [previous],
      identity,
      authoredAt: 1_577_836_800 + content.seq,
      committedAt: 1_577_836_800 + content.seq,
      message: `DevTeam fence\n\n${JSON.stringify(content)}\n`
    })
    contents.set(sha, content)
    return sha
  }

  const tipOf = (remote: MemoryRemote, fence: FenceRef): Option.Option<FenceTip> => {
    const ref = fence.capabilities.fence === "cas_only" ? undefined : fence.capabilities.fenceRef
    const sha = ref === undefined ? undefined : remote.refs.get(ref)
    if (sha === undefined) return Option.none()
    const unknown = { instance: InstanceId.make("unknown"), epoch: 0, seq: 0, nonce: "" }
    return Option.some({ sha, content: contents.get(sha) ?? unknown })
  }

  return {
    probe: (repository, target) =>
      Effect.flatMap(remoteOf(repository), (remote) => {
        const hash = createHash("sha256")
          .update(`${repository.projectId}\n${target}`)
          .digest("hex")
          .slice(0, 12)
        const places: ReadonlyArray<RemoteCapabilities> = [
          { fence: "custom_ref", fenceRef: `refs/devteam/fence/${hash}`, atomic: true },
          { fence: "branch_ref", fenceRef: `refs/heads/devteam/fence-${hash}`, atomic: true }
        ]
        const none: RemoteCapabilities = { fence: "cas_only", atomic: remote.rule !== "no_atomic" }
        if (!none.atomic) return Effect.succeed(none)
        const used = places.find((place) => remote.refs.has(place.fenceRef ?? ""))
        const free = places.find((place) => takes(remote.rule, place.fenceRef ?? ""))
        if (used === undefined && free?.fenceRef !== undefined) {
          const first = { instance: InstanceId.make("probe"), epoch: 0, seq: 0, nonce: "probe" }
          remote.refs.set(free.fenceRef, writeFence(undefined, first))
        }
        return Effect.succeed(used ?? free ?? none)
      }),
    fenceTip: (fence) => Effect.map(remoteOf(fence.repository), (remote) => tipOf(remote, fence)),
    seal: (fence, previous, content) =>
      Effect.flatMap(remoteOf(fence.repository), (remote): Effect.Effect<SealResult, RepositoryError> => {
        const ref = fence.capabilities.fenceRef
        if (fence.capabilities.fence === "cas_only" || ref === undefined) {
          return Effect.fail(error("forbidden", `${remote.url} takes no fence.`))
        }
        const expected = Option.getOrUndefined(Option.map(previous, (tip) => tip.sha))
        const sha = writeFence(expected, content)
        const answer = update(remote, [{ ref, to: sha, expected }])
        if (answer._tag === "Accepted") return Effect.succeed({ _tag: "Sealed", tip: { sha, content } })
        return answer._tag === "Refused" && answer.kind === "stale"
          ? Effect.succeed({ _tag: "Lost" })
          : Effect.fail(error("forbidden", answer.message))
      }),
    fenceCommit: (_fence, previous, content) =>
      Effect.sync(() => writeFence(Option.getOrUndefined(previous), content)),
    push: (fence, intent) =>
      Effect.sync((): PushAnswer => {
        const remote = git.remotes.get(fence.repository.url)
        if (remote?.reachable !== true) return { _tag: "Unknown", message: "does not answer" }
        if (!git.isAncestor(intent.base, intent.commit)) {
          return {
            _tag: "Refused",
            kind: "policy",
            message: `${intent.commit} does not come after ${intent.base}`
          }
        }
        const fate = remote.fates.shift() ?? { _tag: "Deliver" }
        if (fate._tag === "LoseRequest") return { _tag: "Unknown", message: "connection cut" }
        if (fate._tag === "Refuse") return { _tag: "Refused", kind: "policy", message: fate.message }
        const target = {
          ref: `refs/heads/${fence.target}`,
          to: intent.commit,
          expected: intent.creates ? undefined : intent.base
        }
        const { fenceRef } = fence.capabilities
        const fenced =
          fence.capabilities.fence === "cas_only" || fenceRef === undefined || intent.fenceNew === undefined
            ? []
            : [{ ref: fenceRef, to: intent.fenceNew, expected: intent.fenceOld }]
        const answer = update(remote, [target, ...fenced])
        return fate._tag === "LoseAnswer" ? { _tag: "Unknown", message: "connection cut" } : answer
      }),
    look: (fence, intent, trailers) =>
      Effect.map(remoteOf(fence.repository), (remote): RemoteObservation => {
        const tip = Option.getOrUndefined(tipOf(remote, fence))
        const head = remote.refs.get(`refs/heads/${fence.target}`)
        const before = git.history(intent.base)
        const ours = [...(head === undefined ? [] : git.history(head))].find((sha) => {
          const lines = git.commits.get(sha)?.message.trimEnd().split("\n\n").at(-1)?.split("\n") ?? []
          return (
            !before.has(sha) &&
            lines.includes(`DevTeam-Execution: ${trailers.executionId}`) &&
            lines.includes(`DevTeam-Task: ${trailers.taskId}`)
          )
        })
        return {
          fence: {
            ...(tip === undefined
              ? {}
              : { tip: { sha: tip.sha, instance: tip.content.instance, epoch: tip.content.epoch } }),
            holdsIntent:
              tip !== undefined && intent.fenceNew !== undefined && git.isAncestor(intent.fenceNew, tip.sha),
            isIntentsOld: tip?.sha === intent.fenceOld
          },
          target: {
            ...(head === undefined ? {} : { head }),
            containsCommit: head !== undefined && git.isAncestor(intent.commit, head),
            atBase: head === (intent.creates ? undefined : intent.base),
            ...(ours === undefined ? {} : { ours })
          }
        }
      })
  }
}

/** The port as a layer. */
export const layerMemoryDeliveryRemote = (git: MemoryGit): Layer.Layer<DeliveryRemote> =>
  Layer.succeed(DeliveryRemote, memoryDeliveryRemote(git))
