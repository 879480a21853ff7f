/**
 * What clients sent and were answered: idempotency keys for hours, events for weeks.
 *
 * Never edited once released; a change is a further migration.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql/SqlClient"

/** Makes the tables. */
export const intake = Effect.gen(function* () {
  const sql = yield* SqlClient

  // Keys are hashes: what clients choose may be longer than an index takes, or text that Postgres refuses.
  yield* sql`CREATE TABLE idempotency (
    key_hash text PRIMARY KEY,
    fingerprint text NOT NULL,
    expires_at bigint NOT NULL,
    answer text NOT NULL
  )`
  yield* sql`CREATE INDEX idempotency_by_end ON idempotency (expires_at)`

  yield* sql`CREATE TABLE client_event (
    event_hash text PRIMARY KEY,
    fingerprint text NOT NULL,
    received_at bigint NOT NULL,
    event text NOT NULL,
    answer text NOT NULL
  )`
  yield* sql`CREATE INDEX client_event_by_age ON client_event (received_at)`
})
