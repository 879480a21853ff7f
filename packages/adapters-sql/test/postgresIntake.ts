/**
 * Requests that meet while one of them is not committed yet: on Postgres they run side by side, on SQLite one after
 * the other.
 */
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, type Redacted, Result, Schedule } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { type Acceptance, Intake } from "@devteam/core/ports/Intake"
import { Journal } from "@devteam/core/ports/Journal"
import { stepStarted } from "@devteam/core/testing/given"
import { postgresStores } from "../src/layers.ts"
import { numbered } from "./processes/requests.ts"
import { sameRequestAtTwoServers } from "./twoServers.ts"

const accept = (request: Acceptance) => Intake.use((intake) => intake.accept(request))

/** Resolves with their process ids, the longest waiting first, once that many connections wait for a lock. */
const waiting = Effect.fnUntraced(function* (count: number) {
  const sql = yield* SqlClient
  const forget = sql`SELECT pg_stat_clear_snapshot()` // a transaction sees one snapshot of the others
  const rows = sql<{ readonly pid: number }>`SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' ORDER BY query_start`
  return yield* Effect.repeat(Effect.andThen(forget, rows), {
    until: (found) => found.length === count,
    schedule: Schedule.spaced("10 millis")
  })
})

/** Runs `body` while rows are locked by somebody else. */
const whileLocked = <A, E, R>(
  rows: (sql: SqlClient) => Effect.Effect<unknown, E>,
  body: Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return yield* sql.withTransaction(Effect.andThen(rows(sql), body))
  })

/** An execution, and two requests that both want to go on with it, under one key. */
const twins = Effect.fnUntraced(function* (number: number) {
  const [{ executionId, projectId }] = numbered(number).consequence.events
  yield* accept(numbered(number))
  const { idempotency, event } = numbered(number + 1)
  const going = (body: string): Acceptance => ({
    at: 0,
    idempotency,
    event,
    consequence: { _tag: "Append", executionId, expectedVersion: 1, events: [stepStarted("INITIALIZE")] },
    answer: { status: 202, headers: {}, body }
  })
  const leaseRow = (sql: SqlClient) => sql`SELECT 1 FROM lease WHERE project_id = ${projectId} FOR UPDATE`
  return { executionId, leaseRow, one: going("one"), two: going("two") }
})

/** Registers the tests on the database of `url`. */
export const intakeOnPostgres = (url: Redacted.Redacted<string>): void => {
  const onBoth = <A, E, R>(body: Effect.Effect<A, E, R>) =>
    body.pipe(Effect.provide(postgresStores({ url })), Effect.provide(PgClient.layer({ url })))

  describe("two requests with one key at once on Postgres", () => {
    it.live("of equal requests to two servers one is accepted", () =>
      sameRequestAtTwoServers(() => postgresStores({ url }))
    )

    it.live("the second waits for the first to commit, then gets its answer", () =>
      onBoth(
        Effect.gen(function* () {
          const { executionId, leaseRow, one, two } = yield* twins(1)
          const [first, second] = yield* whileLocked(
            leaseRow,
            Effect.gen(function* () {
              const first = yield* Effect.forkDetach(accept(one))
              yield* waiting(1)
              const second = yield* Effect.forkDetach(accept(two))
              yield* waiting(2)
              assert.isUndefined(yield* Intake.use((intake) => intake.recall(two)), "nothing is known yet")
              return [first, second] as const
            })
          )
          assert.strictEqual((yield* Fiber.join(first))._tag, "Accepted")
          const replayed = { _tag: "Replayed", by: "key", answer: one.answer } as const
          assert.deepStrictEqual(yield* Fiber.join(second), replayed)
          assert.strictEqual((yield* (yield* Journal).load(executionId)).version, 2)
        })
      )
    )

    it.live("when the first one's connection dies, the second is accepted", () =>
      onBoth(
        Effect.gen(function* () {
          const { executionId, leaseRow, one, two } = yield* twins(11)
          const [first, second] = yield* whileLocked(
            leaseRow,
            Effect.gen(function* () {
              const sql = yield* SqlClient
              const first = yield* Effect.forkDetach(Effect.result(accept(one)))
              yield* waiting(1)
              const second = yield* Effect.forkDetach(accept(two))
              const [oldest] = yield* waiting(2)
              yield* sql`SELECT pg_terminate_backend(${oldest?.pid ?? 0})`
              return [first, second] as const
            })
          )
          const broken = yield* Fiber.join(first)
          assert(Result.isFailure(broken))
          assert.strictEqual(broken.failure.reason, "unavailable")
          assert.strictEqual((yield* Fiber.join(second))._tag, "Accepted")
          assert.strictEqual((yield* (yield* Journal).load(executionId)).version, 2)
        })
      )
    )

    it.live("one that waits too long is told so, and is replayed later", () =>
      onBoth(
        Effect.gen(function* () {
          const { one } = yield* twins(21)
          yield* accept(one)
          const begun = performance.now()
          const busy = yield* whileLocked(
            (sql) => sql`SELECT 1 FROM idempotency FOR UPDATE`,
            Effect.result(accept(one))
          )
          assert(Result.isFailure(busy))
          assert.strictEqual(busy.failure.reason, "busy")
          assert.isAtLeast(performance.now() - begun, 1_900)
          assert.strictEqual((yield* accept(one))._tag, "Replayed")
        })
      )
    )
  })
}
