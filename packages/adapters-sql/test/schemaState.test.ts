/** Which migrations a database has and which it needs, looked at without changing it. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import { Journal } from "@devteam/core/ports/Journal"
import { sqliteStores } from "../src/layers.ts"
import { schemaState } from "../src/schemaState.ts"
import { knownMigrations, schemaVersion } from "../src/schemaVersion.ts"
import { temporaryDirectory } from "./temporary.ts"

const open = (dataDirectory: string) =>
  Effect.provide(Effect.asVoid(Journal), sqliteStores({ dataDirectory }))

const raw = (dataDirectory: string) => new DatabaseSync(join(dataDirectory, "devteam.sqlite"))

describe("the schema of an embedded database", () => {
  it.live("is none where there is no database, and looking makes none", () =>
    Effect.gen(function* () {
      const dataDirectory = join(yield* temporaryDirectory, "none")
      const state = yield* schemaState(dataDirectory)
      const expected = { version: 0, known: schemaVersion, pending: knownMigrations, newer: false }
      assert.deepStrictEqual(state, expected)
      assert.isFalse(existsSync(dataDirectory))
      assert.deepStrictEqual(
        knownMigrations.map(({ id }) => id),
        knownMigrations.map((_, index) => index + 1)
      )
    })
  )

  it.live("is this program's once it was opened, less with migrations to come, or more", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      yield* open(dataDirectory)
      const known = schemaVersion
      assert.deepStrictEqual(yield* schemaState(dataDirectory), {
        version: known,
        known,
        pending: [],
        newer: false
      })
      using database = raw(dataDirectory)
      database.prepare("DELETE FROM devteam_migrations WHERE migration_id = ?").run(known)
      assert.deepInclude(yield* schemaState(dataDirectory), {
        version: known - 1,
        pending: knownMigrations.slice(-1)
      })
      const later = database.prepare(
        "INSERT INTO devteam_migrations (migration_id, name) VALUES (?, 'later')"
      )
      later.run(known + 1)
      assert.deepInclude(yield* schemaState(dataDirectory), { version: known + 1, pending: [], newer: true })
    })
  )

  it.live("stays as it was when a migration fails, also what came before that one", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      yield* open(dataDirectory)
      using database = raw(dataDirectory)
      // The third has not been, and the fourth meets a column that is there already.
      database.exec("DROP TABLE deferred_work")
      database.exec("DELETE FROM devteam_migrations WHERE migration_id > 2")
      const failed = yield* Effect.result(open(dataDirectory))
      assert(Result.isFailure(failed))
      assert.strictEqual(failed.failure.reason, "unavailable")
      assert.include(failed.failure.message, "Nothing was changed")
      assert.deepInclude(yield* schemaState(dataDirectory), { version: 2 })
      const tables = database.prepare("SELECT name FROM sqlite_master WHERE name = 'deferred_work'").all()
      assert.deepStrictEqual(tables, [])
      database.exec("ALTER TABLE execution DROP COLUMN first_frame")
      yield* open(dataDirectory)
      assert.deepInclude(yield* schemaState(dataDirectory), { version: schemaVersion })
    })
  )

  it.live("cannot be told of what is no database", () =>
    Effect.gen(function* () {
      const dataDirectory = join(yield* temporaryDirectory, "data")
      mkdirSync(dataDirectory)
      writeFileSync(join(dataDirectory, "devteam.sqlite"), "no database ".repeat(100))
      const result = yield* Effect.result(schemaState(dataDirectory))
      assert(Result.isFailure(result))
      assert.include(result.failure.message, join(dataDirectory, "devteam.sqlite"))
    })
  )
})
