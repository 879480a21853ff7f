/**
 * Port: the remote as the push protocol sees it (docs/delivery.md).
 *
 * Three acts, each harmless by itself: look, seal, push. None of them decides anything; `delivery/resolve.ts` does.
 * A push never fails as an error: what it answers is evidence, and only a look tells what happened.
 */
import { Context, type Effect, type Option } from "effect"
import type { PushAnswer, RemoteObservation } from "../delivery/Observation.ts"
import type { ExecutionId, InstanceId, Sha, TaskId } from "../model/Ids.ts"
import type { PushIntent, RemoteCapabilities } from "../model/Push.ts"
import type { RepositoryError, RepositoryRef } from "./Repository.ts"

/** A fence: one ref on the remote per project and target. */
export interface FenceRef {
  readonly repository: RepositoryRef
  readonly target: string
  readonly capabilities: RemoteCapabilities
}

/** What a fence commit carries. `nonce` makes each one another object. */
export interface FenceContent {
  readonly instance: InstanceId
  readonly epoch: number
  readonly seq: number
  /** The commit that is pushed with it; absent in a seal. */
  readonly intent?: Sha | undefined
  readonly nonce: string
}

/** The fence's newest commit. */
export interface FenceTip {
  readonly sha: Sha
  readonly content: FenceContent
}

/** Whether a seal took hold. `Lost`: somebody else moved the fence first; look again. */
export type SealResult = { readonly _tag: "Sealed"; readonly tip: FenceTip } | { readonly _tag: "Lost" }

/** The delivery port. */
export interface DeliveryRemoteShape {
  /** Authenticates for a push and finds out what the remote can do. Leaves nothing behind but the fence's first seal. */
  readonly probe: (
    repository: RepositoryRef,
    target: string
  ) => Effect.Effect<RemoteCapabilities, RepositoryError>
  /** Reads the fence from the remote. */
  readonly fenceTip: (fence: FenceRef) => Effect.Effect<Option.Option<FenceTip>, RepositoryError>
  /** Pushes a new fence commit on top of `previous`, with a lease on it. After `Sealed`, nothing older can land. */
  readonly seal: (
    fence: FenceRef,
    previous: Option.Option<FenceTip>,
    content: FenceContent
  ) => Effect.Effect<SealResult, RepositoryError>
  /** Makes the fence commit of an intent, locally: the same input gives the same SHA. */
  readonly fenceCommit: (
    fence: FenceRef,
    previous: Option.Option<Sha>,
    content: FenceContent
  ) => Effect.Effect<Sha, RepositoryError>
  /** Pushes target and fence atomically, each with a lease. Never fails; never retried by itself. */
  readonly push: (fence: FenceRef, intent: PushIntent, timeoutMs: number) => Effect.Effect<PushAnswer>
  /** Fetches target and fence, and compares them with the intent. */
  readonly look: (
    fence: FenceRef,
    intent: PushIntent,
    trailers: { readonly executionId: ExecutionId; readonly taskId: TaskId }
  ) => Effect.Effect<RemoteObservation, RepositoryError>
}

/** See {@link DeliveryRemoteShape}. */
export class DeliveryRemote extends Context.Service<DeliveryRemote, DeliveryRemoteShape>()(
  "@devteam/core/DeliveryRemote"
) {}
