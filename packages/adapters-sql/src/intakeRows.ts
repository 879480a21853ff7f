/**
 * Idempotency keys and client events as rows, each with the answer that its request got.
 *
 * A claim waits for another request with the same key or event that has not committed yet; then one of the two holds
 * the row. A row that a claim found taken stays locked until its transaction ends.
 */
import { createHash } from "node:crypto"
import { Effect, Option, Schema } from "effect"
import {
  type ClientEvent,
  DeferredWork,
  type IdempotencyKey,
  type StoredAnswer
} from "@devteam/core/ports/Intake"
import type { SqlClient } from "effect/sql/SqlClient"
import { findAll, findOneOption } from "effect/sql/SqlSchema"
import { Bool, databaseNow, Json } from "./columns.ts"

const Answer = Json(
  Schema.Struct({
    status: Schema.Int,
    headers: Schema.Record(Schema.String, Schema.String),
    body: Schema.String
  })
)
const encodeAnswer = Schema.encodeSync(Answer)

const Work = Json(DeferredWork)
const encodeWork = Schema.encodeEffect(Work)

const StoredKey = Schema.Struct({ fingerprint: Schema.String, answer: Answer, live: Bool })
const StoredEvent = Schema.Struct({ fingerprint: Schema.String, answer: Answer })

const hashOf = (...names: ReadonlyArray<string>): string =>
  createHash("sha256").update(JSON.stringify(names)).digest("hex")

const disappeared = Effect.die(new Error("A locked row of the intake disappeared."))

/** The names of a key and of an event. */
export type KeyName = Pick<IdempotencyKey, "scope" | "key">
export type EventName = Pick<ClientEvent, "source" | "id">

/** Reading and claiming. A claim gives undefined when the row is the caller's now, else the row that is there. */
export const intakeRows = (sql: SqlClient) => {
  const now = databaseNow(sql)

  const keyByHash = findOneOption({
    Request: Schema.String,
    Result: StoredKey,
    execute: (hash) => sql`
      SELECT fingerprint, answer, expires_at > ${now} AS live FROM idempotency WHERE key_hash = ${hash}`
  })
  const eventByHash = findOneOption({
    Request: Schema.String,
    Result: StoredEvent,
    execute: (hash) => sql`SELECT fingerprint, answer FROM client_event WHERE event_hash = ${hash}`
  })

  const claimKey = Effect.fnUntraced(function* (name: IdempotencyKey, answer: StoredAnswer) {
    const hash = hashOf(name.scope, name.key)
    const claimed = yield* sql`
      INSERT INTO idempotency (key_hash, fingerprint, expires_at, answer)
      VALUES (${hash}, ${name.fingerprint}, ${now} + ${name.ttlMs}, ${encodeAnswer(answer)})
      ON CONFLICT (key_hash) DO UPDATE
        SET fingerprint = excluded.fingerprint, expires_at = excluded.expires_at, answer = excluded.answer
        WHERE idempotency.expires_at <= ${now}
      RETURNING key_hash`
    if (claimed.length > 0) return undefined
    return Option.getOrUndefined(yield* keyByHash(hash)) ?? (yield* disappeared)
  })

  const claimEvent = Effect.fnUntraced(function* (event: ClientEvent, answer: StoredAnswer) {
    const hash = hashOf(event.source, event.id)
    // The update changes nothing: it locks the row that is there.
    const claimed = yield* sql`
      INSERT INTO client_event (event_hash, fingerprint, received_at, event, answer)
      VALUES (${hash}, ${event.fingerprint}, ${now}, ${JSON.stringify(event)}, ${encodeAnswer(answer)})
      ON CONFLICT (event_hash) DO UPDATE SET event_hash = excluded.event_hash WHERE FALSE
      RETURNING event_hash`
    if (claimed.length > 0) return undefined
    return Option.getOrUndefined(yield* eventByHash(hash)) ?? (yield* disappeared)
  })

  const defer = Effect.fnUntraced(function* ({ source, id }: EventName, work: DeferredWork) {
    yield* sql`INSERT INTO deferred_work (event_hash, received_at, work)
      VALUES (${hashOf(source, id)}, ${now}, ${yield* encodeWork(work)})`
  })

  const findDeferred = findAll({
    Request: Schema.Void,
    Result: Schema.Struct({ id: Schema.String, work: Work }),
    execute: () => sql`SELECT event_hash AS id, work FROM deferred_work ORDER BY received_at, event_hash`
  })

  /** Removes deferred work; false when it is not there any more. Others wait until the transaction ends. */
  const claimDeferred = (id: string) =>
    Effect.map(
      sql`DELETE FROM deferred_work WHERE event_hash = ${id} RETURNING event_hash`,
      (removed) => removed.length > 0
    )

  return {
    claimKey,
    claimEvent,
    defer,
    deferred: findDeferred(undefined),
    claimDeferred,
    /** A key whose time is not over. */
    findKey: ({ scope, key }: KeyName) =>
      Effect.map(
        keyByHash(hashOf(scope, key)),
        Option.filter(({ live }) => live)
      ),
    findEvent: ({ source, id }: EventName) => eventByHash(hashOf(source, id))
  }
}
