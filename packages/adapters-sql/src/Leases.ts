/**
 * The lease port over SQL: one row per project, by the database's clock.
 *
 * Every change of hands is one conditional statement, so two claimants cannot both win; whether an owner is dead is
 * asked outside any transaction.
 */
import { type Cause, Effect, Layer, Option, Schema } from "effect"
import { ProjectId, Sha } from "@devteam/core/model/Ids"
import { LeaseError, type Lease, type LeaseOwner, Leases, type LeasesShape } from "@devteam/core/ports/Leases"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { findAll, findOne, findOneOption } from "effect/sql/SqlSchema"
import { Bool, databaseNow, Int8, Json } from "./columns.ts"
import { describeFailure } from "./sqlFailure.ts"
import { inTransaction } from "./transaction.ts"

/** A fixed order of fields, so that equal owners are equal text. */
const OwnerText = Json(Schema.Tuple([Schema.String, Schema.String, Schema.Int, Schema.String, Schema.String]))
const decodeOwner = Schema.decodeUnknownSync(OwnerText)
const ownerText = ({ host, bootId, pid, startedAt, worker }: LeaseOwner): string =>
  JSON.stringify([host, bootId, pid, startedAt, worker])
const ownerOf = (text: string): LeaseOwner => {
  const [host, bootId, pid, startedAt, worker] = decodeOwner(text)
  return { host, bootId, pid, startedAt, worker }
}

const sameProcess = (a: LeaseOwner, b: LeaseOwner): boolean =>
  a.host === b.host && a.bootId === b.bootId && a.pid === b.pid && a.startedAt === b.startedAt

const LeaseRow = Schema.Struct({
  projectId: ProjectId,
  epoch: Schema.Int,
  owner: Schema.String,
  expiresAt: Int8
})
const toLease = (row: typeof LeaseRow.Type): Lease => ({ ...row, owner: ownerOf(row.owner) })

const FenceRow = Schema.Struct({ target: Schema.String, sha: Sha, clean: Bool })

const lost = ({ projectId, epoch }: Lease) =>
  new LeaseError({
    reason: "lost",
    message: `The lease of ${projectId} (epoch ${epoch}) is somebody else's by now. Stop working on it.`
  })

const guarded = <A>(
  effect: Effect.Effect<A, LeaseError | SqlError | Schema.SchemaError | Cause.NoSuchElementError>
): Effect.Effect<A, LeaseError> =>
  Effect.catchTags(effect, {
    SqlError: (error) =>
      Effect.fail(new LeaseError({ reason: "unavailable", message: describeFailure("Leases", error) })),
    SchemaError: Effect.die,
    NoSuchElementError: Effect.die
  })

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const now = databaseNow(sql)
  const columns = sql.literal("project_id, epoch, owner, expires_at")

  const claim = findOneOption({
    Request: Schema.Struct({ projectId: ProjectId, owner: Schema.String, ttlMs: Schema.Int }),
    Result: LeaseRow,
    execute: ({ projectId, owner, ttlMs }) => sql`
      INSERT INTO lease (project_id, epoch, owner, expires_at, frame_seq)
      VALUES (${projectId}, 1, ${owner}, ${now} + ${ttlMs}, 0)
      ON CONFLICT (project_id) DO UPDATE
        SET epoch = lease.epoch + 1, owner = excluded.owner, expires_at = excluded.expires_at
        WHERE lease.owner IS NULL OR lease.expires_at <= ${now}
      RETURNING ${columns}`
  })
  const takeOver = findOneOption({
    Request: Schema.Struct({
      projectId: ProjectId,
      owner: Schema.String,
      ttlMs: Schema.Int,
      deadEpoch: Schema.Int
    }),
    Result: LeaseRow,
    execute: ({ projectId, owner, ttlMs, deadEpoch }) => sql`
      UPDATE lease SET epoch = epoch + 1, owner = ${owner}, expires_at = ${now} + ${ttlMs}
      WHERE project_id = ${projectId} AND epoch = ${deadEpoch} RETURNING ${columns}`
  })
  const findHolder = findOneOption({
    Request: ProjectId,
    Result: LeaseRow,
    execute: (projectId) => sql`
      SELECT ${columns} FROM lease WHERE project_id = ${projectId} AND owner IS NOT NULL AND expires_at > ${now}`
  })

  const acquire = Effect.fn("Leases.acquire")(function* (
    projectId: ProjectId,
    owner: LeaseOwner,
    ttlMs: number,
    isDead: (owner: LeaseOwner) => Effect.Effect<boolean>
  ) {
    const request = { projectId, owner: ownerText(owner), ttlMs }
    const claimed = yield* claim(request)
    if (Option.isSome(claimed)) return Option.map(claimed, toLease)
    const holder = Option.map(yield* findHolder(projectId), toLease)
    if (Option.isNone(holder)) return Option.map(yield* claim(request), toLease)
    if (sameProcess(holder.value.owner, owner) || !(yield* isDead(holder.value.owner)))
      return Option.none<Lease>()
    return Option.map(yield* takeOver({ ...request, deadEpoch: holder.value.epoch }), toLease)
  })

  const isCurrent = ({ projectId, epoch, owner }: Lease) =>
    sql.and([sql`project_id = ${projectId}`, sql`epoch = ${epoch}`, sql`owner = ${ownerText(owner)}`])
  const change = Effect.fnUntraced(function* (lease: Lease, assignment: ReturnType<typeof sql.literal>) {
    const changed = findAll({
      Request: Schema.Void,
      Result: LeaseRow,
      execute: () => sql`UPDATE lease SET ${assignment} WHERE ${isCurrent(lease)} RETURNING ${columns}`
    })
    const [row] = yield* changed(undefined)
    return row === undefined ? yield* lost(lease) : toLease(row)
  })

  const readFence = findOneOption({
    Request: Schema.Struct({ projectId: ProjectId, target: Schema.String }),
    Result: FenceRow,
    execute: ({ projectId, target }) => sql`
      SELECT target, sha, clean FROM fence WHERE project_id = ${projectId} AND target = ${target}`
  })
  const recordFence = Effect.fn("Leases.recordFence")(function* (
    lease: Lease,
    { target, sha, clean }: typeof FenceRow.Type
  ) {
    yield* change(lease, sql`epoch = epoch`) // locks the row until the commit
    yield* sql`INSERT INTO fence ${sql.insert({ projectId: lease.projectId, target, sha, clean })}
        ON CONFLICT (project_id, target) DO UPDATE SET sha = excluded.sha, clean = excluded.clean`
  }, inTransaction(sql))

  const countLive = findOne({
    Request: Schema.Void,
    Result: Schema.Struct({ live: Schema.Int }),
    execute: () => sql`
      SELECT CAST(count(*) AS integer) AS live FROM lease WHERE owner IS NOT NULL AND expires_at > ${now}`
  })

  return {
    acquire: (...args) => guarded(acquire(...args)),
    renew: (lease, ttlMs) => guarded(change(lease, sql`expires_at = ${now} + ${ttlMs}`)),
    release: (lease) => guarded(sql`UPDATE lease SET owner = NULL, expires_at = 0 WHERE ${isCurrent(lease)}`),
    holder: (projectId) => guarded(Effect.map(findHolder(projectId), Option.map(toLease))),
    count: guarded(Effect.map(countLive(undefined), ({ live }) => live)),
    raiseEpoch: (lease, above) =>
      guarded(change(lease, sql`epoch = CASE WHEN epoch > ${above} THEN epoch ELSE ${above} + 1 END`)),
    knownFence: (projectId, target) => guarded(readFence({ projectId, target })),
    recordFence: (lease, fence) => guarded(recordFence(lease, fence))
  } satisfies LeasesShape
})

/** The leases of the database in scope. */
export const layer: Layer.Layer<Leases, never, SqlClient> = Layer.effect(Leases, make)
