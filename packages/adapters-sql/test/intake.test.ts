import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { Intake } from "@devteam/core/ports/Intake"
import { Journal } from "@devteam/core/ports/Journal"
import { sweepBatch } from "../src/inBatches.ts"
import { sqliteStores } from "../src/layers.ts"
import { numbered } from "./processes/requests.ts"
import { temporaryDirectory } from "./temporary.ts"
import { sameRequestAtTwoServers } from "./twoServers.ts"

/** A data directory with a connection of the test's own. */
const withRaw = <A, E>(
  body: (raw: DatabaseSync, dataDirectory: string) => Effect.Effect<A, E, Intake | Journal>
) =>
  Effect.gen(function* () {
    const dataDirectory = yield* temporaryDirectory
    yield* Effect.gen(function* () {
      using raw = new DatabaseSync(join(dataDirectory, "devteam.sqlite"))
      return yield* body(raw, dataDirectory)
    }).pipe(Effect.provide(sqliteStores({ dataDirectory })))
  })

const tables = ["idempotency", "client_event", "lease", "execution", "journal", "frame"] as const
const rowsIn = (raw: DatabaseSync) =>
  tables.map((table) => raw.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.["rows"])

describe("the intake's rows", () => {
  it.live("a database that fails at any row of an acceptance leaves nothing of it", () =>
    withRaw((raw) =>
      Effect.gen(function* () {
        const intake = yield* Intake
        for (const table of tables) {
          // After ROLLBACK the transaction is over already, as when a disk is full.
          for (const how of ["ABORT", "ROLLBACK"]) {
            raw.exec(
              `CREATE TRIGGER broken AFTER INSERT ON ${table} BEGIN SELECT RAISE(${how}, 'no luck'); END`
            )
            const failed = yield* Effect.result(intake.accept(numbered(1)))
            assert(Result.isFailure(failed))
            assert.strictEqual(failed.failure.reason, "unavailable")
            assert.include(
              failed.failure.message,
              "The request was not accepted: the database failed (no luck"
            )
            assert.deepStrictEqual(rowsIn(raw), [0, 0, 0, 0, 0, 0], table)
            raw.exec("DROP TRIGGER broken")
          }
        }
        assert.strictEqual((yield* intake.accept(numbered(1)))._tag, "Accepted")
        assert.deepStrictEqual(rowsIn(raw), [1, 1, 1, 1, 1, 1])
      })
    )
  )

  it.live("of equal requests to two servers on one file one is accepted", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      yield* sameRequestAtTwoServers(() => sqliteStores({ dataDirectory }))
    })
  )

  it.live("keeps an event as it came", () =>
    withRaw((raw) =>
      Effect.gen(function* () {
        const { event, ...rest } = numbered(1)
        const body = '{"id": 1,\n "odd":"\\u0000 \ud800"}\u0000'
        yield* Intake.use((intake) => intake.accept({ ...rest, event: { ...event, body } }))
        const stored = raw.prepare("SELECT event FROM client_event").get()?.["event"]
        assert.deepStrictEqual(JSON.parse(String(stored)), { ...event, body })
      })
    )
  )

  it.live("a sweep goes on until nothing old is left, and leaves what is live", () =>
    withRaw((raw) =>
      Effect.gen(function* () {
        const intake = yield* Intake
        yield* intake.accept(numbered(1))
        const many = 2 * sweepBatch + 1
        const numbers = `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ${many})`
        raw.exec(`INSERT INTO idempotency ${numbers} SELECT x, '', 0, '' FROM n`)
        raw.exec(`INSERT INTO client_event ${numbers} SELECT x, '', 0, '', '' FROM n`)
        assert.strictEqual(yield* intake.sweep(1_000_000), 2 * many)
        assert.deepStrictEqual(rowsIn(raw).slice(0, 2), [1, 1])
      })
    )
  )

  it.live("a database of the first schema gets them and keeps what it has", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      const { consequence } = numbered(1)
      const [event] = consequence.events
      const made = yield* Journal.use((journal) => journal.create([event], 0)).pipe(
        Effect.provide(sqliteStores({ dataDirectory }))
      )
      using raw = new DatabaseSync(join(dataDirectory, "devteam.sqlite"))
      raw.exec("DROP TABLE idempotency")
      raw.exec("DROP TABLE client_event")
      raw.exec("DROP TABLE deferred_work")
      raw.exec("ALTER TABLE execution DROP COLUMN first_frame")
      raw.exec("DELETE FROM devteam_migrations WHERE migration_id > 1")
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* (yield* Journal).load(event.executionId), made)
        assert.strictEqual((yield* (yield* Intake).accept(numbered(2)))._tag, "Accepted")
      }).pipe(Effect.provide(sqliteStores({ dataDirectory })))
    })
  )
})
