/**
 * The lease port in memory, by the test's clock.
 */
import { Effect, Layer, Option } from "effect"
import type { ProjectId } from "../../model/Ids.ts"
import { type Lease, LeaseError, type LeaseOwner, Leases, type LeasesShape } from "../../ports/Leases.ts"
import { type LeaseRow, leaseRow, MemoryStore, now } from "./MemoryStore.ts"

const sameProcess = (a: LeaseOwner, b: LeaseOwner): boolean =>
  a.host === b.host && a.bootId === b.bootId && a.pid === b.pid && a.startedAt === b.startedAt

const make = Effect.map(MemoryStore, (store): LeasesShape => {
  const isLive = (row: LeaseRow, time: number): boolean => row.owner !== undefined && row.expiresAt > time

  const leaseOf = (projectId: ProjectId, { epoch, owner, expiresAt }: LeaseRow): Option.Option<Lease> =>
    owner === undefined ? Option.none() : Option.some({ projectId, epoch, owner, expiresAt })

  const take = (projectId: ProjectId, row: LeaseRow, owner: LeaseOwner, expiresAt: number) => {
    Object.assign(row, { epoch: row.epoch + 1, owner, expiresAt } satisfies LeaseRow)
    return leaseOf(projectId, row)
  }

  const isCurrent = (lease: Lease, row: LeaseRow): boolean =>
    row.epoch === lease.epoch &&
    row.owner !== undefined &&
    sameProcess(row.owner, lease.owner) &&
    row.owner.worker === lease.owner.worker

  const change = (lease: Lease, to: (row: LeaseRow, time: number) => void) =>
    Effect.flatMap(now, (time) => {
      const row = leaseRow(store, lease.projectId)
      if (!isCurrent(lease, row)) {
        return Effect.fail(
          new LeaseError({ reason: "lost", message: `The lease of ${lease.projectId} is lost.` })
        )
      }
      to(row, time)
      return Effect.succeed({ ...lease, epoch: row.epoch, expiresAt: row.expiresAt })
    })

  const fenceKey = (projectId: string, target: string): string => JSON.stringify([projectId, target])

  return {
    acquire: Effect.fnUntraced(function* (projectId, owner, ttlMs, isDead) {
      const row = leaseRow(store, projectId)
      const time = yield* now
      if (!isLive(row, time)) return take(projectId, row, owner, time + ttlMs)
      const { epoch, owner: holder } = row
      if (holder === undefined || sameProcess(holder, owner) || !(yield* isDead(holder))) return Option.none()
      return row.epoch === epoch ? take(projectId, row, owner, (yield* now) + ttlMs) : Option.none()
    }),
    renew: (lease, ttlMs) => change(lease, (row, time) => void (row.expiresAt = time + ttlMs)),
    release: (lease) =>
      Effect.ignore(change(lease, (row) => void Object.assign(row, { owner: undefined, expiresAt: 0 }))),
    holder: (projectId) =>
      Effect.map(now, (time) => {
        const row = leaseRow(store, projectId)
        return isLive(row, time) ? leaseOf(projectId, row) : Option.none()
      }),
    count: Effect.map(now, (time) => [...store.leases.values()].filter((row) => isLive(row, time)).length),
    raiseEpoch: (lease, above) =>
      change(lease, (row) => {
        if (row.epoch <= above) row.epoch = above + 1
      }),
    knownFence: (projectId, target) =>
      Effect.sync(() => Option.fromUndefinedOr(store.fences.get(fenceKey(projectId, target)))),
    recordFence: (lease, fence) =>
      Effect.asVoid(
        change(lease, () => void store.fences.set(fenceKey(lease.projectId, fence.target), fence))
      )
  }
})

/** The leases of the store in scope. */
export const layer: Layer.Layer<Leases, never, MemoryStore> = Layer.effect(Leases, make)
