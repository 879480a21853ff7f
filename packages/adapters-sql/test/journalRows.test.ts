import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Result } from "effect"
import { Journal } from "@devteam/core/ports/Journal"
import { Leases } from "@devteam/core/ports/Leases"
import { contextVersion } from "@devteam/core/execution/State"
import * as given from "@devteam/core/testing/given"
import { sqliteStores } from "../src/layers.ts"
import { temporaryDirectory } from "./temporary.ts"

const at = given.startedAt

/** The stores together with a connection of its own to the same file. */
const withRaw = <A, E>(body: (raw: DatabaseSync) => Effect.Effect<A, E, Journal | Leases>) =>
  Effect.flatMap(temporaryDirectory, (dataDirectory) =>
    Effect.suspend(() => {
      const raw = new DatabaseSync(join(dataDirectory, "devteam.sqlite"))
      return Effect.ensuring(
        body(raw),
        Effect.sync(() => raw.close())
      )
    }).pipe(Effect.provide(sqliteStores({ dataDirectory })))
  )

describe("the journal's rows", () => {
  it.live("only the epoch keeps a stale worker's append out", () =>
    withRaw((raw) =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const leases = yield* Leases
        const { executionId, projectId } = yield* journal.create([given.executionRequested()], at)
        const alive = () => Effect.succeed(false)
        const stale = Option.getOrThrow(yield* leases.acquire(projectId, given.owner(), 0, alive))
        yield* leases.acquire(projectId, given.owner({ pid: 200 }), 60_000, alive)
        const { epoch } = stale
        const events = [given.stepStarted("INITIALIZE")]
        const refused = yield* Effect.result(
          journal.append({ executionId, expectedVersion: 1, at, epoch, events })
        )
        assert(Result.isFailure(refused))
        assert.strictEqual(refused.failure.reason, "stale_epoch")

        const written = raw
          .prepare(
            "INSERT INTO journal (execution_id, seq, at, epoch, event_version, event) VALUES (?, 2, ?, ?, 1, ?)"
          )
          .run(executionId, at, epoch, JSON.stringify(events[0]))
        assert.strictEqual(written.changes, 1, "control: the table itself takes the same record")
        assert.lengthOf(yield* journal.records(executionId, 0), 2)
      })
    )
  )

  it.live("a stored context of another version, or a damaged one, is folded anew from the journal", () =>
    withRaw((raw) =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const { executionId } = yield* journal.create([given.executionRequested()], at)
        const events = [given.stepStarted("INITIALIZE"), given.initialized()]
        const state = yield* journal.append({ executionId, expectedVersion: 1, at, events })
        const lie = JSON.stringify({ ...state, status: "error" })
        const store = (version: number, context: string) =>
          raw.prepare("UPDATE execution SET context_version = ?, context = ?").run(version, context)

        store(contextVersion, lie)
        assert.strictEqual(
          (yield* journal.load(executionId)).status,
          "error",
          "control: the stored one is used"
        )
        store(contextVersion + 1, lie)
        assert.deepStrictEqual(yield* journal.load(executionId), state)
        store(contextVersion, "{}")
        assert.deepStrictEqual(yield* journal.load(executionId), state)

        store(contextVersion - 1, lie)
        const next = yield* journal.append({
          executionId,
          expectedVersion: 3,
          at,
          events: [given.stepStarted("SELECT")]
        })
        assert.strictEqual(next.status, "running")
        assert.deepStrictEqual(
          { ...raw.prepare("SELECT context_version AS version FROM execution").get() },
          { version: contextVersion }
        )
      })
    )
  )

  it.live(
    "one active execution per project is the table's own rule too, and the refusal names that execution",
    () =>
      withRaw((raw) =>
        Effect.gen(function* () {
          const journal = yield* Journal
          const { executionId } = yield* journal.create([given.executionRequested()], at)
          const other = given.executionRequested({ executionId: given.executionId("execution-2") })
          const refused = yield* Effect.result(journal.create([other], at))
          assert(Result.isFailure(refused))
          assert.include(refused.failure.message, executionId)
          const copy = `INSERT INTO execution SELECT 'execution-2', project_id, user_id, 2, version, status, ended, runnable,
          started_at, updated_at, context_version, projection, context, first_frame FROM execution`
          assert.throws(() => raw.exec(copy), /UNIQUE/)
          raw.exec("DROP INDEX execution_active")
          raw.exec(copy) // control: without the rule it is taken
        })
      )
  )

  it.live("a newer event format is refused with what to do", () =>
    withRaw((raw) =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const { executionId } = yield* journal.create([given.executionRequested()], at)
        raw.exec("UPDATE journal SET event_version = event_version + 1")
        const newer = yield* Effect.result(journal.records(executionId, 0))
        assert(Result.isFailure(newer))
        assert.strictEqual(newer.failure.reason, "newer_schema")
        raw.exec(`UPDATE journal SET event_version = 1, event = '{"_tag":"Teleported"}'`)
        const unknown = yield* Effect.result(journal.records(executionId, 0))
        assert(Result.isFailure(unknown))
        assert.include(unknown.failure.message, "Update devteam")
      })
    )
  )

  it.live("a database that fails in the middle of an append leaves nothing of it", () =>
    withRaw((raw) =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const { executionId } = yield* journal.create([given.executionRequested()], at)
        raw.exec("CREATE TRIGGER broken BEFORE INSERT ON frame BEGIN SELECT RAISE(ABORT, 'no'); END")
        const events = [given.stepStarted("INITIALIZE")]
        const failed = yield* Effect.result(journal.append({ executionId, expectedVersion: 1, at, events }))
        assert(Result.isFailure(failed))
        assert.strictEqual(failed.failure.reason, "unavailable")
        assert.lengthOf(yield* journal.records(executionId, 0), 1)
        assert.strictEqual((yield* journal.load(executionId)).version, 1)
        raw.exec("DROP TRIGGER broken")
        assert.strictEqual(
          (yield* journal.append({ executionId, expectedVersion: 1, at, events })).version,
          2
        )
      })
    )
  )
})
