/**
 * Transactions that fail for the reason for which they failed.
 *
 * `withTransaction` alone turns a rollback that fails into a defect. It fails where the connection is gone or the
 * database has rolled back by itself: then nothing is committed, and what the body said is still the answer.
 */
import { Effect, Exit } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** Runs effects in one transaction each: committed when it succeeds, else without a trace. */
export const inTransaction =
  (sql: SqlClient) =>
  <A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError, R> =>
    Effect.suspend(() => {
      let ended: Exit.Exit<A, E> | undefined
      const observed = Effect.onExit(body, (exit) => Effect.sync(() => void (ended = exit)))
      return Effect.catchDefect(sql.withTransaction(observed), (defect) =>
        ended !== undefined && Exit.isFailure(ended) ? ended : Effect.die(defect)
      )
    })
