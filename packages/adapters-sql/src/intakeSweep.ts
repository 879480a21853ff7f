/**
 * Forgetting what the intake need not know any longer.
 *
 * Small transactions, so that no request waits for long; rows that somebody else holds are left to the next sweep.
 */
import { Effect } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { databaseNow } from "./columns.ts"
import { inBatches, sweepBatch } from "./inBatches.ts"

/** Deletes keys whose time is over and events older than `eventsMs`; answers how many. */
export const intakeSweep = (sql: SqlClient) => {
  const now = databaseNow(sql)
  const skipLocked = sql.literal(
    sql.onDialectOrElse({ pg: () => "FOR UPDATE SKIP LOCKED", orElse: () => "" })
  )
  return (eventsMs: number): Effect.Effect<number, SqlError> => {
    const keys = inBatches(sql`
      DELETE FROM idempotency WHERE key_hash IN (
        SELECT key_hash FROM idempotency WHERE expires_at <= ${now} LIMIT ${sweepBatch} ${skipLocked}
      ) RETURNING key_hash`)
    const events = inBatches(sql`
      DELETE FROM client_event WHERE event_hash IN (
        SELECT event_hash FROM client_event WHERE received_at <= ${now} - ${eventsMs} LIMIT ${sweepBatch} ${skipLocked}
      ) RETURNING event_hash`)
    return Effect.zipWith(keys, events, (a, b) => a + b)
  }
}
