/**
 * Backups of an embedded database: what they hold, while others write and while nobody does, and what is refused.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Option, Result } from "effect"
import { Artifacts } from "@devteam/core/ports/Artifacts"
import { Frames } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import type { ExecutionId, ProjectId } from "@devteam/core/model/Ids"
import * as given from "@devteam/core/testing/given"
import { inlineBytes } from "../src/Artifacts.ts"
import { backup } from "../src/backup.ts"
import { sqliteStores } from "../src/layers.ts"
import { schemaVersion } from "../src/schemaVersion.ts"
import { startAppender } from "./processes/child.ts"
import { rebuilt } from "./rebuilt.ts"
import { temporaryDirectory } from "./temporary.ts"

const ids = { executionId: given.executionId(), projectId: given.projectId() }
const key = { taskId: "1.1", round: 1, kind: "stdout" }
const large = (byte: number) => new Uint8Array(inlineBytes + 1).fill(byte)

const database = (dataDirectory: string) => join(dataDirectory, "devteam.sqlite")

/** A data directory with one execution, and a folder for backups. */
const setUp = Effect.gen(function* () {
  const directory = yield* temporaryDirectory
  const [dataDirectory, backups] = [join(directory, "data"), join(directory, "backups")]
  mkdirSync(backups)
  const create = Journal.use((journal) =>
    journal.create([given.executionRequested(ids), given.stepStarted("INITIALIZE")], given.startedAt)
  )
  yield* Effect.provide(create, sqliteStores({ dataDirectory }))
  return { dataDirectory, backups, file: join(backups, "one.sqlite") }
})

/** What the documentation says: a new data directory that holds the file and nothing else. */
const restore = (file: string): string => {
  const dataDirectory = `${file}.restored`
  mkdirSync(dataDirectory)
  copyFileSync(file, database(dataDirectory))
  return dataDirectory
}

/** Everything that there is to know of an execution. */
const contents = ({ executionId, projectId }: { executionId: ExecutionId; projectId: ProjectId }) =>
  Effect.gen(function* () {
    const journal = yield* Journal
    const frames = yield* Frames
    const artifacts = yield* Artifacts
    return {
      instance: journal.instance,
      stream: frames.stream,
      state: yield* journal.load(executionId),
      status: yield* journal.status(projectId),
      records: yield* journal.records(executionId, 0),
      frames: yield* frames.read(projectId, 0, 1_000_000),
      artifacts: yield* artifacts.list(executionId),
      patch: yield* artifacts.get(executionId, key, "private")
    }
  })
const contentsOf = (dataDirectory: string) => Effect.provide(contents(ids), sqliteStores({ dataDirectory }))

const integrity = (file: string): unknown => {
  using db = new DatabaseSync(file, { readOnly: true })
  return db.prepare("PRAGMA integrity_check").get()?.["integrity_check"]
}

describe("a backup", { timeout: 120_000 }, () => {
  it.live("holds everything, artifacts too, in one file that only its owner can read", () =>
    Effect.gen(function* () {
      const { dataDirectory, backups, file } = yield* setUp
      yield* Effect.gen(function* () {
        const artifacts = yield* Artifacts
        yield* artifacts.put(ids.executionId, key, "private", large(1))
        yield* artifacts.put(ids.executionId, key, "public", large(2))
        yield* artifacts.put(ids.executionId, { ...key, round: 2 }, "public", large(2))
        yield* artifacts.put(ids.executionId, { ...key, round: 3 }, "public", new Uint8Array([3]))
        const made = yield* backup(dataDirectory, file) // while it is open
        assert.deepInclude(made, { schema: schemaVersion, executions: 1, artifacts: 4, lostArtifacts: [] })
        assert.strictEqual(made.bytes, statSync(file).size)
      }).pipe(Effect.provide(sqliteStores({ dataDirectory })))
      assert.deepStrictEqual(readdirSync(backups), ["one.sqlite"])
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      assert.strictEqual(integrity(file), "ok")
      const before = yield* contentsOf(dataDirectory)
      const restored = restore(file)
      assert.deepStrictEqual(yield* contentsOf(restored), before)
      assert.deepStrictEqual(before.patch, Option.some(large(1)))
      assert.isFalse(existsSync(join(restored, "artifacts")))
      const round = (byte: number) =>
        Artifacts.use((artifacts) => artifacts.get(ids.executionId, { ...key, round: byte }, "public"))
      const rounds = Effect.all([round(1), round(2), round(3)]).pipe(
        Effect.provide(sqliteStores({ dataDirectory: restored }))
      )
      const expected = [large(2), large(2), new Uint8Array([3])]
      assert.deepStrictEqual((yield* rounds).map(Option.getOrUndefined), expected)
    })
  )

  it.live("is of one moment while a worker writes, and the worker does not notice", () =>
    Effect.gen(function* () {
      const { dataDirectory, backups } = yield* setUp
      const worker = yield* startAppender({ ...ids, dataDirectory, mode: "worker", count: 1_000_000 })
      yield* Effect.promise(() => worker.ready)
      worker.go()
      const sizes: globalThis.Array<number> = []
      for (const round of Array.range(1, 3)) {
        yield* Effect.promise(() => worker.reach(worker.acknowledged.length + 10))
        const acknowledged = worker.acknowledged.at(-1) ?? 0
        const file = join(backups, `${round}.sqlite`)
        yield* backup(dataDirectory, file)
        assert.strictEqual(integrity(file), "ok")
        const found = yield* contentsOf(restore(file))
        const seqs = found.records.map(({ seq }) => seq)
        assert.deepStrictEqual(seqs, Array.range(1, seqs.length))
        assert.isAtLeast(seqs.length, acknowledged, "whatever was acknowledged before is in it")
        const { projection, state } = rebuilt(found.records)
        assert.deepStrictEqual(found.state, state)
        assert.deepStrictEqual(found.status, Option.some(projection))
        const frames = found.frames.map(({ seq }) => seq)
        assert.deepStrictEqual(frames, Array.range(1, frames.length))
        sizes.push(seqs.length)
      }
      yield* Effect.promise(() => worker.reach(worker.acknowledged.length + 10))
      worker.kill()
      yield* Effect.promise(() => worker.ended)
      const versions = worker.acknowledged
      assert.deepStrictEqual(versions, Array.range(3, versions.length + 2), "nothing was lost meanwhile")
      console.info(`records in the backups: ${sizes.join(", ")}; at the end ${versions.length + 2}`)
    })
  )

  it.live("control: a plain copy of an open database lacks what was just written", () =>
    Effect.gen(function* () {
      const { dataDirectory, file } = yield* setUp
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const { executionId } = ids
        const events = [given.stepStarted("PREP")]
        yield* journal.append({ executionId, expectedVersion: 2, at: given.startedAt, events })
        copyFileSync(database(dataDirectory), file)
        yield* backup(dataDirectory, `${file}.right`)
      }).pipe(Effect.provide(sqliteStores({ dataDirectory })))
      const versionOf = (copy: string) => Effect.map(contentsOf(restore(copy)), ({ state }) => state.version)
      assert.strictEqual(yield* versionOf(file), 2)
      assert.strictEqual(yield* versionOf(`${file}.right`), 3)
    })
  )

  it.live("of an older schema is one, and is migrated once it is restored", () =>
    Effect.gen(function* () {
      const { dataDirectory, file } = yield* setUp
      const before = yield* contentsOf(dataDirectory)
      {
        using raw = new DatabaseSync(database(dataDirectory))
        raw.exec("ALTER TABLE execution DROP COLUMN first_frame")
        raw.exec("DELETE FROM devteam_migrations WHERE migration_id > 3")
      }
      assert.strictEqual((yield* backup(dataDirectory, file)).schema, 3)
      assert.deepStrictEqual(yield* contentsOf(restore(file)), before)
    })
  )

  it.live("says which artifacts were lost before, and has all others", () =>
    Effect.gen(function* () {
      const { dataDirectory, file } = yield* setUp
      const put = (round: number) =>
        Artifacts.use((artifacts) =>
          artifacts.put(ids.executionId, { ...key, round }, "public", large(round))
        )
      const [gone, changed, whole] = yield* Effect.all([put(1), put(2), put(3)]).pipe(
        Effect.provide(sqliteStores({ dataDirectory }))
      )
      const pathOf = ({ sha256 }: typeof whole) =>
        join(dataDirectory, "artifacts", sha256.slice(0, 2), sha256.slice(2))
      rmSync(pathOf(gone))
      writeFileSync(pathOf(changed), "other")
      const made = yield* backup(dataDirectory, file)
      assert.deepStrictEqual(made.lostArtifacts, [gone.sha256, changed.sha256].toSorted())
      const found = yield* Artifacts.use((artifacts) =>
        artifacts.get(ids.executionId, { ...key, round: 3 }, "public")
      ).pipe(Effect.provide(sqliteStores({ dataDirectory: restore(file) })))
      assert.deepStrictEqual(found, Option.some(large(3)))
    })
  )
})

describe("a backup that does not come about leaves nothing behind", () => {
  const refused = (dataDirectory: string, file: string) =>
    Effect.map(Effect.result(backup(dataDirectory, file)), (result) => {
      assert(Result.isFailure(result))
      return result.failure
    })

  it.live("where there is a file already, which stays as it is", () =>
    Effect.gen(function* () {
      const { dataDirectory, backups, file } = yield* setUp
      writeFileSync(file, "mine")
      assert.deepInclude<object>(yield* refused(dataDirectory, file), { reason: "exists" })
      assert.strictEqual(readFileSync(file, "utf8"), "mine")
      assert.deepStrictEqual(readdirSync(backups), ["one.sqlite"])
    })
  )

  it.live("without a database, with another program's, with a newer one's, with a damaged one", () =>
    Effect.gen(function* () {
      const { dataDirectory, backups, file } = yield* setUp
      const nowhere = join(dataDirectory, "nowhere")
      assert.strictEqual((yield* refused(nowhere, file)).reason, "no_database")
      assert.isFalse(existsSync(nowhere))

      mkdirSync(nowhere)
      using foreign = new DatabaseSync(database(nowhere))
      foreign.exec("CREATE TABLE execution (id)")
      assert.strictEqual((yield* refused(nowhere, file)).reason, "no_database")

      writeFileSync(database(nowhere), "no database")
      assert.strictEqual((yield* refused(nowhere, file)).reason, "unavailable")
      assert.strictEqual((yield* refused(dataDirectory, join(backups, "no", "one"))).reason, "unavailable")

      using raw = new DatabaseSync(database(dataDirectory))
      const newer = schemaVersion + 1
      raw.prepare("INSERT INTO devteam_migrations (migration_id, name) VALUES (?, 'later')").run(newer)
      const { reason, message } = yield* refused(dataDirectory, file)
      assert.strictEqual(reason, "newer_schema")
      assert.include(message, "Update devteam")
      raw.exec("DELETE FROM devteam_migrations WHERE name = 'later'")

      raw.exec("PRAGMA ignore_check_constraints = ON; INSERT INTO database_identity VALUES (2, '', '')")
      const damaged = yield* refused(dataDirectory, file)
      assert.strictEqual(damaged.reason, "damaged", damaged.message)
      assert.deepStrictEqual(readdirSync(backups), [])
    })
  )
})
