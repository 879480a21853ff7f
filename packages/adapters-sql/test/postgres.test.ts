import { PgClient } from "@effect/sql-pg"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Array, Effect, Fiber, Option, Redacted, Result, Stream } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Frames } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import * as given from "@devteam/core/testing/given"
import {
  freshDatabase,
  type PostgresServer,
  startPostgresIfPossible
} from "../../../test/support/postgres.ts"
import { postgresStores } from "../src/layers.ts"
import { schemaVersion } from "../src/schemaVersion.ts"
import { storeContracts } from "./contracts.ts"
import { intakeOnPostgres } from "./postgresIntake.ts"
import { rebuilt } from "./rebuilt.ts"

const server = await startPostgresIfPossible()

const onPostgres = (running: PostgresServer, url: Redacted.Redacted<string>) => {
  afterAll(running.stop)
  storeContracts("Postgres", postgresStores({ url }))
  intakeOnPostgres(url)

  describe("two workers' stores on one Postgres", () => {
    it.live("appends of both are seen by a follower without hole or repeat, within half a second", () =>
      Effect.gen(function* () {
        const own = given.uniqueIds("across")()
        const watched = Effect.gen(function* () {
          const frames = yield* Frames
          const latencies: globalThis.Array<number> = []
          const seen = yield* frames.follow(own.projectId, 0).pipe(
            Stream.tap(({ frame }) => Effect.sync(() => latencies.push(Date.now() - Date.parse(frame.ts)))),
            Stream.take(101),
            Stream.runCollect
          )
          return { seqs: seen.map(({ seq }) => seq), worst: Math.max(...latencies) }
        }).pipe(Effect.provide(postgresStores({ url })))
        const appending = Effect.gen(function* () {
          const journal = yield* Journal
          for (let done = 0; done < 50;) {
            const { version } = yield* journal.load(own.executionId)
            const events = [given.stepStarted("PREP")]
            const append = { executionId: own.executionId, expectedVersion: version, at: Date.now(), events }
            const result = yield* Effect.result(journal.append(append))
            if (Result.isSuccess(result)) done += 1
            else assert.strictEqual(result.failure.reason, "version_conflict")
          }
        }).pipe(Effect.provide(postgresStores({ url })))
        yield* Effect.gen(function* () {
          const journal = yield* Journal
          yield* journal.create([given.executionRequested(own)], Date.now())
          const watching = yield* Effect.forkChild(watched)
          yield* Effect.all([appending, appending], { concurrency: "unbounded" })
          const { seqs, worst } = yield* Fiber.join(watching)
          assert.deepStrictEqual(seqs, Array.range(1, 101))
          console.info(`commit to notice over Postgres: worst ${worst} ms`)
          assert.isAtMost(worst, 500)
          const { projection, state } = rebuilt(yield* journal.records(own.executionId, 0))
          assert.deepStrictEqual(yield* journal.load(own.executionId), state)
          assert.deepStrictEqual(yield* journal.status(own.projectId), Option.some(projection))
        }).pipe(Effect.provide(postgresStores({ url })))
      })
    )

    it.live("several that open a new database at once get the same one; a newer schema is refused", () =>
      Effect.gen(function* () {
        const fresh = Redacted.make(yield* Effect.promise(() => freshDatabase(running, "opening")))
        const open = Effect.map(Journal, ({ instance }) => instance).pipe(
          Effect.provide(postgresStores({ url: fresh }))
        )
        const instances = yield* Effect.all(
          Array.makeBy(4, () => open),
          { concurrency: "unbounded" }
        )
        assert.lengthOf(new Set(instances), 1)
        yield* SqlClient.use(
          (sql) =>
            sql`INSERT INTO devteam_migrations (migration_id, name) VALUES (${schemaVersion + 1}, 'later')`
        ).pipe(Effect.provide(PgClient.layer({ url: fresh })))
        const refused = yield* Effect.result(open)
        assert(Result.isFailure(refused))
        assert.strictEqual(refused.failure.reason, "newer_schema")
      })
    )

    it.live("a server that is not there is an error that says what to check, without the password", () =>
      Effect.gen(function* () {
        const url = Redacted.make("postgres://devteam:hunter2@127.0.0.1:1/devteam")
        const result = yield* Effect.result(Effect.provide(Journal, postgresStores({ url })))
        assert(Result.isFailure(result))
        assert.strictEqual(result.failure.reason, "unavailable")
        assert.notInclude(result.failure.message, "hunter2")
      })
    )
  })
}

if (server === undefined) it.skip("Postgres passes the store contracts", () => undefined)
else onPostgres(server, Redacted.make(await freshDatabase(server, "contracts")))
