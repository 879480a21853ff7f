/**
 * What every lease store has to do: one holder at a time, an epoch that only grows, and no say for who lost it.
 *
 * The suite shares one store; every test has a project of its own. A `ttl` of 0 has run out at once.
 */
import { assert, layer } from "@effect/vitest"
import { Array, Effect, type Layer, Option, Result } from "effect"
import { Journal } from "../../ports/Journal.ts"
import { type Lease, type LeaseError, type LeaseOwner, Leases } from "../../ports/Leases.ts"
import * as given from "../given.ts"

const ids = given.uniqueIds("leases")
const ttl = 600_000
const alive = () => Effect.succeed(false)
const dead = () => Effect.succeed(true)
const mine = given.owner()
const other = given.owner({ pid: 200, startedAt: "2" })

const lostOr = <A>(effect: Effect.Effect<A, LeaseError>) =>
  Effect.map(
    Effect.result(effect),
    Result.match({ onSuccess: () => "done", onFailure: (error) => error.reason })
  )

const take = (projectId: Lease["projectId"], owner: LeaseOwner = mine, ttlMs = ttl) =>
  Effect.gen(function* () {
    const lease = yield* (yield* Leases).acquire(projectId, owner, ttlMs, alive)
    assert(Option.isSome(lease))
    return lease.value
  })

/** Registers the suite for one adapter. */
export const leasesContract = <E>(name: string, stores: Layer.Layer<Journal | Leases, E>): void => {
  layer(stores, { excludeTestServices: true })(`Leases contract: ${name}`, (it) => {
    it.effect("gives a free project to one holder, and says who holds it", () =>
      Effect.gen(function* () {
        const leases = yield* Leases
        const { projectId } = ids()
        assert.deepStrictEqual(yield* leases.holder(projectId), Option.none())
        const before = yield* leases.count
        const lease = yield* take(projectId)
        assert.deepInclude(lease, { projectId, owner: mine, epoch: 1 })
        assert.deepStrictEqual(yield* leases.holder(projectId), Option.some(lease))
        assert.strictEqual(yield* leases.count, before + 1)
        assert.deepStrictEqual(yield* leases.acquire(projectId, other, ttl, alive), Option.none())
        assert.deepStrictEqual(yield* leases.holder(projectId), Option.some(lease))
      })
    )

    it.effect("another worker of the same process never takes over, whatever isDead says", () =>
      Effect.gen(function* () {
        const leases = yield* Leases
        const { projectId } = ids()
        yield* take(projectId)
        const sibling = given.owner({ worker: "worker-2" })
        assert.deepStrictEqual(yield* leases.acquire(projectId, sibling, ttl, dead), Option.none())
        assert.deepStrictEqual(yield* leases.acquire(projectId, mine, ttl, dead), Option.none())
      })
    )

    it.effect("of many claimants one wins", () =>
      Effect.gen(function* () {
        const leases = yield* Leases
        const { projectId } = ids()
        const claim = (pid: number) => leases.acquire(projectId, given.owner({ pid }), ttl, alive)
        const won = yield* Effect.forEach(Array.range(1, 12), claim, { concurrency: "unbounded" })
        assert.lengthOf(won.filter(Option.isSome), 1)
      })
    )

    it.effect("a dead owner's lease is taken over at once, by one, with the next epoch", () =>
      Effect.gen(function* () {
        const leases = yield* Leases
        const { projectId } = ids()
        const lease = yield* take(projectId)
        const asked: Array<LeaseOwner> = []
        const isDead = (owner: LeaseOwner) => {
          asked.push(owner)
          return Effect.as(Effect.yieldNow, owner.pid === mine.pid)
        }
        const claim = (pid: number) => leases.acquire(projectId, given.owner({ pid }), ttl, isDead)
        const won = yield* Effect.forEach(Array.range(201, 206), claim, { concurrency: "unbounded" })
        const [winner, ...others] = Array.getSomes(won)
        assert(winner !== undefined && others.length === 0)
        assert.strictEqual(winner.epoch, lease.epoch + 1)
        assert.deepStrictEqual(asked[0], mine)
        assert.strictEqual(yield* lostOr(leases.renew(lease, ttl)), "lost")
        assert.deepStrictEqual(yield* leases.holder(projectId), Option.some(winner))
      })
    )

    it.effect("a lease that ran out is free, and its holder finds out", () =>
      Effect.gen(function* () {
        const leases = yield* Leases
        const { projectId } = ids()
        const old = yield* take(projectId, mine, 0)
        const before = yield* leases.count
        assert.deepStrictEqual(yield* leases.holder(projectId), Option.none())
        const lease = yield* take(projectId, other)
        assert.strictEqual(yield* leases.count, before + 1)
        assert.strictEqual(lease.epoch, old.epoch + 1)
        assert.strictEqual(yield* lostOr(leases.renew(old, ttl)), "lost")
      })
    )

    it.effect("the epoch grows over a release too, and only the holder can release", () =>
      Effect.gen(function* () {
        const leases = yield* Leases
        const { projectId } = ids()
        const first = yield* take(projectId)
        yield* leases.release(first)
        yield* leases.release(first)
        assert.strictEqual(yield* lostOr(leases.renew(first, ttl)), "lost")
        const second = yield* take(projectId)
        assert.strictEqual(second.epoch, first.epoch + 1)
        yield* leases.release(first)
        assert.deepStrictEqual(yield* leases.holder(projectId), Option.some(second))
      })
    )

    it.effect("renewing lasts from now", () =>
      Effect.gen(function* () {
        const leases = yield* Leases
        const { projectId } = ids()
        const lease = yield* take(projectId, mine, 60_000)
        const renewed = yield* leases.renew(lease, 120_000)
        assert.isAtLeast(renewed.expiresAt, lease.expiresAt + 60_000)
        assert.strictEqual(renewed.epoch, lease.epoch)
        assert.deepStrictEqual(yield* leases.holder(projectId), Option.some(renewed))
      })
    )

    it.effect("the first worker of a created execution has a greater epoch than requests", () =>
      Effect.gen(function* () {
        const own = ids()
        yield* (yield* Journal).create([given.executionRequested(own)], given.startedAt)
        assert.deepStrictEqual(yield* (yield* Leases).holder(own.projectId), Option.none())
        assert.isAbove((yield* take(own.projectId)).epoch, 0)
      })
    )

    it.effect("the holder raises its epoch above a number; nobody else can", () =>
      Effect.gen(function* () {
        const leases = yield* Leases
        const { projectId } = ids()
        const lease = yield* take(projectId)
        const raised = yield* leases.raiseEpoch(lease, 41)
        assert.strictEqual(raised.epoch, 42)
        assert.strictEqual((yield* leases.raiseEpoch(raised, 7)).epoch, 42)
        assert.strictEqual(yield* lostOr(leases.raiseEpoch(lease, 50)), "lost")
        assert.strictEqual(yield* lostOr(leases.renew(lease, ttl)), "lost")
        assert.strictEqual(yield* lostOr(leases.renew(raised, ttl)), "done")
      })
    )

    it.effect("remembers the last fence of each target, written by the holder only", () =>
      Effect.gen(function* () {
        const leases = yield* Leases
        const { projectId } = ids()
        const old = yield* take(projectId, mine, 0)
        const lease = yield* take(projectId, other)
        const fence = { target: "main", sha: given.sha("1"), clean: false }
        assert.deepStrictEqual(yield* leases.knownFence(projectId, "main"), Option.none())
        assert.strictEqual(yield* lostOr(leases.recordFence(old, fence)), "lost")
        assert.deepStrictEqual(yield* leases.knownFence(projectId, "main"), Option.none())
        yield* leases.recordFence(lease, fence)
        yield* leases.recordFence(lease, { ...fence, target: "next", sha: given.sha("2"), clean: true })
        yield* leases.recordFence(lease, { ...fence, sha: given.sha("3"), clean: true })
        assert.deepStrictEqual(
          yield* leases.knownFence(projectId, "main"),
          Option.some({ target: "main", sha: given.sha("3"), clean: true })
        )
        const next = yield* leases.knownFence(projectId, "next")
        assert.deepStrictEqual(next, Option.some({ target: "next", sha: given.sha("2"), clean: true }))
      })
    )
  })
}
