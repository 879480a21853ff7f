import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Fiber, Result, Semaphore } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { isSound, layer } from "../src/SqliteClient.ts"
import { temporaryDirectory } from "./temporary.ts"

const file = Effect.map(temporaryDirectory, (directory) => join(directory, "test.sqlite"))

const onFile = <A, E>(body: (filename: string) => Effect.Effect<A, E, SqlClient>) =>
  Effect.flatMap(file, (filename) => Effect.provide(body(filename), layer(filename)))

/** The longest that a 1 ms timer came late while the work ran, and how often it came. */
const timed = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    let last = performance.now()
    let longest = 0
    let ticks = 0
    const timer = setInterval(() => {
      const now = performance.now()
      longest = Math.max(longest, now - last)
      last = now
      ticks += 1
    }, 1)
    yield* Effect.ensuring(
      work,
      Effect.sync(() => clearInterval(timer))
    )
    return { gap: Math.max(longest, performance.now() - last), ticks }
  })

describe("SqliteClient", () => {
  it.effect("refuses an SQLite with the WAL-reset bug, saying which Node to use", () =>
    Effect.gen(function* () {
      assert.isFalse(isSound("3.51.2"))
      assert.isTrue(isSound("3.51.3"))
      assert.isTrue(isSound("3.100.0"))
      const opened = yield* Effect.result(Effect.provide(SqlClient, layer(yield* file, "3.51.2")))
      assert(Result.isFailure(opened))
      assert.strictEqual(opened.failure.reason, "runtime_too_old")
      assert.include(opened.failure.message, "Use Node >= 24.15")
    })
  )

  it.effect("a file that cannot be opened is named, with what to check", () =>
    Effect.gen(function* () {
      const opened = yield* Effect.result(Effect.provide(SqlClient, layer("/nonexistent/devteam.sqlite")))
      assert(Result.isFailure(opened))
      assert.strictEqual(opened.failure.reason, "unavailable")
      assert.include(opened.failure.message, "/nonexistent/devteam.sqlite")
    })
  )

  it.live("a second statement in one query and values that SQLite would take for NULL are errors", () =>
    onFile(() =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        assert(Result.isFailure(yield* Effect.result(sql`SELECT 1; DROP TABLE x`)))
        assert(Result.isFailure(yield* Effect.result(sql`SELECT ${new Date(0)} AS at`)))
        assert.deepStrictEqual(yield* sql`SELECT ${true} AS a, ${null} AS b`, [{ a: 1, b: null }])
      })
    )
  )

  it.live("a duplicate key is a unique violation, as on Postgres", () =>
    onFile(() =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`CREATE TABLE t (a text PRIMARY KEY, b integer UNIQUE)`
        yield* sql`INSERT INTO t VALUES ('x', 1)`
        for (const row of [sql`INSERT INTO t VALUES ('x', 2)`, sql`INSERT INTO t VALUES ('y', 1)`]) {
          const result = yield* Effect.result(row)
          assert(Result.isFailure(result))
          assert.strictEqual(result.failure.reason._tag, "UniqueViolation")
        }
      })
    )
  )

  it.live("commits durably: WAL, one sync per commit", () =>
    onFile(() =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        assert.deepStrictEqual(yield* sql`PRAGMA journal_mode`, [{ journalMode: "wal" }])
        assert.deepStrictEqual(yield* sql`PRAGMA synchronous`, [{ synchronous: 2 }])
      })
    )
  )

  it.live("waits for another connection's lock without stopping the event loop", () =>
    onFile((filename) =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`CREATE TABLE t (a integer)`
        using other = new DatabaseSync(filename)
        other.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)")
        const writing = yield* Effect.forkChild(sql.withTransaction(sql`INSERT INTO t VALUES (2)`))
        const { gap } = yield* timed(Effect.sleep("400 millis"))
        other.exec("COMMIT")
        yield* Fiber.join(writing)
        assert.deepStrictEqual(yield* sql`SELECT a FROM t ORDER BY a`, [{ a: 1 }, { a: 2 }])
        assert.isBelow(gap, 300)

        using impatient = new DatabaseSync(filename, { timeout: 400 })
        other.exec("BEGIN IMMEDIATE")
        const blocked = yield* timed(
          Effect.andThen(
            Effect.sleep("5 millis"),
            Effect.exit(Effect.sync(() => impatient.exec("INSERT INTO t VALUES (3)")))
          )
        )
        assert.isAtLeast(blocked.gap, 390, "control: SQLite's own busy wait stops it")
        other.exec("ROLLBACK")
      })
    )
  )

  it.live("timers keep running while many fibers query", () =>
    onFile(() =>
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const byTwentyFibers = <E>(one: Effect.Effect<unknown, E>, times: number) =>
          timed(
            Effect.forEach(
              Array.range(1, 20),
              () => Effect.forEach(Array.range(1, times), () => one, { discard: true }),
              { concurrency: "unbounded", discard: true }
            )
          )
        const queries = yield* byTwentyFibers(sql`SELECT 1`, 2_000)
        const transactions = yield* byTwentyFibers(sql.withTransaction(sql`SELECT 1`), 1_000)
        const bare = yield* Semaphore.make(1)
        const busy = Effect.sync(() => {
          const until = performance.now() + 0.01
          while (performance.now() < until);
        })
        const unyielding = yield* byTwentyFibers(bare.withPermit(busy), 2_000)
        console.info("1 ms timer while 20 fibers run:", { queries, transactions, unyielding })
        assert.isAbove(queries.ticks, 40)
        assert.isAbove(transactions.ticks, 40)
        assert.isBelow(unyielding.ticks, 40, "control: a permit around synchronous work starves timers")
      })
    )
  )
})
