/**
 * What all in-memory stores of a test share: one plain value that stands for one database.
 *
 * Every operation on it is a single synchronous step, which makes it atomic. Values go in through the same schemas
 * as on disk, so that what could not be stored is a defect here too. Nothing survives the layer's scope.
 */
import { Clock, Context, Effect, Layer, PubSub, Schema } from "effect"
import { type FrameDraft, toFrame } from "../../envelope/Frame.ts"
import { Event, type JournalRecord } from "../../execution/Event.ts"
import type { Execution } from "../../execution/State.ts"
import type { StatusProjection } from "../../execution/StatusProjection.ts"
import { type ExecutionId, InstanceId, type ProjectId } from "../../model/Ids.ts"
import type { StoredArtifact } from "../../ports/Artifacts.ts"
import type { StoredFrame } from "../../ports/Frames.ts"
import type { DeferredWork, StoredAnswer } from "../../ports/Intake.ts"
import type { KnownFence, LeaseOwner } from "../../ports/Leases.ts"
import type { Project } from "../../ports/Projects.ts"

/** The row of a project that fences, serialises and numbers. */
export interface LeaseRow {
  epoch: number
  owner: LeaseOwner | undefined
  expiresAt: number
}

/** One execution with its journal. */
export interface ExecutionRow {
  readonly records: Array<JournalRecord>
  /** The number of its first frame. */
  readonly firstFrame: number
  state: Execution
  projection: StatusProjection
}

/** What was answered to a key, which is over at `time`, or to a client's event, which came at `time`. */
export interface AnswerRow {
  readonly fingerprint: string
  readonly answer: StoredAnswer
  readonly time: number
}

/** The contents. Maps keep the order in which things were made. */
export interface MemoryStoreShape {
  readonly instance: InstanceId
  readonly stream: string
  readonly executions: Map<ExecutionId, ExecutionRow>
  readonly leases: Map<ProjectId, LeaseRow>
  readonly frames: Map<ProjectId, Array<StoredFrame>>
  readonly fences: Map<string, KnownFence>
  readonly artifacts: Map<string, { readonly stored: StoredArtifact; readonly bytes: Uint8Array }>
  readonly projects: Map<ProjectId, Project>
  readonly keys: Map<string, AnswerRow>
  readonly clientEvents: Map<string, AnswerRow>
  readonly deferred: Map<string, DeferredWork>
  readonly committed: PubSub.PubSub<ProjectId>
}

/** See {@link MemoryStoreShape}. */
export class MemoryStore extends Context.Service<MemoryStore, MemoryStoreShape>()(
  "@devteam/core/testing/MemoryStore"
) {}

/** The lease row of a project, made with epoch 0 when there is none. */
export const leaseRow = ({ leases }: MemoryStoreShape, projectId: ProjectId): LeaseRow => {
  const row = leases.get(projectId) ?? { epoch: 0, owner: undefined, expiresAt: 0 }
  leases.set(projectId, row)
  return row
}

/** The number that a project's next frame gets. */
export const nextFrame = ({ frames }: MemoryStoreShape, projectId: ProjectId): number =>
  (frames.get(projectId)?.at(-1)?.seq ?? 0) + 1

/** Adds frames under the project's next numbers. */
export const addFrames = (
  store: MemoryStoreShape,
  projectId: ProjectId,
  drafts: ReadonlyArray<FrameDraft>
): void => {
  const { frames, stream } = store
  const stored = frames.get(projectId) ?? []
  frames.set(projectId, stored)
  for (const draft of drafts) {
    const seq = nextFrame(store, projectId)
    stored.push({ seq, frame: JSON.parse(JSON.stringify(toFrame(projectId, draft, { stream, seq }))) })
  }
}

const EventText = Schema.fromJsonString(Event)

/** An event as it would come back from disk. */
export const throughDisk = (event: Event): Event =>
  Schema.decodeSync(EventText)(Schema.encodeSync(EventText)(event))

/** The store's clock in epoch ms: a test's own clock where it has one. */
export const now: Effect.Effect<number> = Clock.currentTimeMillis

/** A new, empty store. */
export const layer: Layer.Layer<MemoryStore> = Layer.effect(
  MemoryStore,
  Effect.map(PubSub.unbounded<ProjectId>(), (committed) => ({
    instance: InstanceId.make("memory"),
    stream: "memory",
    executions: new Map(),
    leases: new Map(),
    frames: new Map(),
    fences: new Map(),
    artifacts: new Map(),
    projects: new Map(),
    keys: new Map(),
    clientEvents: new Map(),
    deferred: new Map(),
    committed
  }))
)
