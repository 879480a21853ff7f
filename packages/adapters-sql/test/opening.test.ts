import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Result } from "effect"
import { Frames } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import * as given from "@devteam/core/testing/given"
import { sqliteStores } from "../src/layers.ts"
import { schemaVersion } from "../src/schemaVersion.ts"
import { temporaryDirectory } from "./temporary.ts"

/** Opens the stores, reads their ids and closes them. */
const open = (dataDirectory: string) =>
  Effect.gen(function* () {
    const { instance } = yield* Journal
    const { stream } = yield* Frames
    return { instance, stream }
  }).pipe(Effect.provide(sqliteStores({ dataDirectory })))

describe("opening an embedded database", () => {
  it.live("makes it within a second, opens it again within half of one, and its ids stay", () =>
    Effect.gen(function* () {
      const dataDirectory = join(yield* temporaryDirectory, "a", "b")
      const begun = performance.now()
      const first = yield* open(dataDirectory)
      const made = performance.now()
      const second = yield* open(dataDirectory)
      const opened = performance.now()
      assert.deepStrictEqual(second, first)
      assert.notDeepEqual(yield* open(yield* temporaryDirectory), first)
      console.info(`made in ${(made - begun).toFixed()} ms, opened again in ${(opened - made).toFixed()} ms`)
      assert.isBelow(made - begun, 1_000)
      assert.isBelow(opened - made, 500)
    })
  )

  it.live("two databases in one program are two, also nested; one value of stores is opened once", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* temporaryDirectory, yield* temporaryDirectory]
      const stores = sqliteStores({ dataDirectory: one })
      yield* Effect.gen(function* () {
        const outer = yield* Journal
        const same = yield* Effect.provide(Journal, stores)
        const other = yield* Effect.provide(Journal, sqliteStores({ dataDirectory: two }))
        assert.strictEqual(same, outer)
        assert.notStrictEqual(other.instance, outer.instance)
      }).pipe(Effect.provide(stores))
    })
  )

  it.live("several that open a new database at once all get the same one", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      const all = yield* Effect.all(
        Array.makeBy(6, () => open(dataDirectory)),
        { concurrency: "unbounded" }
      )
      for (const one of all) assert.deepStrictEqual(one, all[0])
    })
  )

  it.live("refuses a newer schema, says what to do, and changes nothing", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      yield* open(dataDirectory)
      const newer = schemaVersion + 1
      using db = new DatabaseSync(join(dataDirectory, "devteam.sqlite"))
      db.prepare("INSERT INTO devteam_migrations (migration_id, name) VALUES (?, 'later')").run(newer)
      const result = yield* Effect.result(open(dataDirectory))
      assert(Result.isFailure(result))
      assert.strictEqual(result.failure.reason, "newer_schema")
      assert.include(result.failure.message, "Update devteam")
      db.prepare("DELETE FROM devteam_migrations WHERE migration_id = ?").run(newer)
      yield* open(dataDirectory) // control: nothing else keeps it shut
    })
  )

  it.live("appends at least 200 events a second", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        let { executionId, version } = yield* journal.create([given.executionRequested()], given.startedAt)
        const begun = performance.now()
        for (let index = 0; index < 500; index += 1) {
          const events = [given.stepStarted("PREP")]
          version = (yield* journal.append({ executionId, expectedVersion: version, at: index, events }))
            .version
        }
        const perSecond = 500_000 / (performance.now() - begun)
        console.info(`${perSecond.toFixed()} appends a second, one commit each`)
        assert.isAbove(perSecond, 200)
      }).pipe(Effect.provide(sqliteStores({ dataDirectory })))
    })
  )
})
