/**
 * Port: the right to work on a project for a while, and its fencing number.
 *
 * Time is the database's. The epoch only grows, and every write of a worker carries it: a lease that ran out can
 * harm nothing even where its holder does not know.
 */
import { Context, type Effect, type Option, Schema } from "effect"
import type { ProjectId, Sha } from "../model/Ids.ts"

/** `lost`: the lease is somebody else's by now, stop everything. */
export class LeaseError extends Schema.TaggedError<LeaseError>()("LeaseError", {
  reason: Schema.Literals(["lost", "unavailable"]),
  message: Schema.String
}) {
  /** Whether the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return this.reason === "unavailable"
  }
}

/** The process that holds a lease: enough to see from the same host that it is dead. */
export interface LeaseOwner {
  readonly host: string
  readonly bootId: string
  readonly pid: number
  /** The process's start time as the host's kernel counts it, so that a reused pid is another process. */
  readonly startedAt: string
  /** Tells two workers of one process apart. */
  readonly worker: string
}

/** A lease in hand. `expiresAt` is in epoch ms of the database's clock. */
export interface Lease {
  readonly projectId: ProjectId
  readonly epoch: number
  readonly owner: LeaseOwner
  readonly expiresAt: number
}

/** The fence as this database wrote it last. `clean`: its writer gave the project back with no outcome unknown. */
export interface KnownFence {
  readonly target: string
  readonly sha: Sha
  readonly clean: boolean
}

/** The lease port. */
export interface LeasesShape {
  /**
   * Takes the lease when it is free, ran out, or its owner is dead on this host (`isDead` decides, and is asked only
   * about owners of other processes). None when somebody holds it.
   */
  readonly acquire: (
    projectId: ProjectId,
    owner: LeaseOwner,
    ttlMs: number,
    isDead: (owner: LeaseOwner) => Effect.Effect<boolean>
  ) => Effect.Effect<Option.Option<Lease>, LeaseError>
  /** Extends a lease by `ttlMs` from now. */
  readonly renew: (lease: Lease, ttlMs: number) => Effect.Effect<Lease, LeaseError>
  /** Gives it back. Idempotent; a lost lease is no error here. */
  readonly release: (lease: Lease) => Effect.Effect<void, LeaseError>
  /** The lease as the database has it, if it is held and has not run out. */
  readonly holder: (projectId: ProjectId) => Effect.Effect<Option.Option<Lease>, LeaseError>
  /** Live leases over all projects. */
  readonly count: Effect.Effect<number, LeaseError>
  /** Makes the epoch greater than `above` while the lease is held: after a restore from a backup. */
  readonly raiseEpoch: (lease: Lease, above: number) => Effect.Effect<Lease, LeaseError>
  /** The fence of a target that this database wrote last. */
  readonly knownFence: (
    projectId: ProjectId,
    target: string
  ) => Effect.Effect<Option.Option<KnownFence>, LeaseError>
  /** Records a fence; refused (`lost`) when the lease is not current. */
  readonly recordFence: (lease: Lease, fence: KnownFence) => Effect.Effect<void, LeaseError>
}

/** See {@link LeasesShape}. */
export class Leases extends Context.Service<Leases, LeasesShape>()("@devteam/core/Leases") {}
