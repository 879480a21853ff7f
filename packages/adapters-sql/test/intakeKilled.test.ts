import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schedule } from "effect"
import { Frames } from "@devteam/core/ports/Frames"
import { Intake } from "@devteam/core/ports/Intake"
import { Journal } from "@devteam/core/ports/Journal"
import { sqliteStores } from "../src/layers.ts"
import { startAcceptor } from "./processes/child.ts"
import { numbered } from "./processes/requests.ts"
import { temporaryDirectory } from "./temporary.ts"

const rounds = Number(process.env["DEVTEAM_ROUNDS"] ?? 5)

/** For each part of an acceptance whether it is stored. */
const partsOf = Effect.fnUntraced(function* (number: number) {
  const { event, idempotency, consequence } = numbered(number)
  const { executionId, projectId } = consequence.events[0]
  const intake = yield* Intake
  const journal = yield* Journal
  const frames = yield* Frames
  return {
    key: (yield* intake.recall({ idempotency })) !== undefined,
    event: (yield* intake.recall({ event })) !== undefined,
    execution: Option.isSome(yield* Effect.option(journal.load(executionId))),
    status: Option.isSome(yield* journal.status(projectId)),
    journal: (yield* journal.records(executionId, 0)).length > 0,
    frame: (yield* frames.range(projectId)).last > 0
  }
})
const all = { key: true, event: true, execution: true, status: true, journal: true, frame: true }
const nothing = { key: false, event: false, execution: false, status: false, journal: false, frame: false }

/** Whether another process is in the middle of a transaction. */
const isLocked = (raw: DatabaseSync): boolean => {
  try {
    raw.exec("BEGIN IMMEDIATE")
    raw.exec("ROLLBACK")
    return false
  } catch {
    return true
  }
}

const tables = ["idempotency", "client_event", "lease", "execution", "journal", "frame"] as const

describe("a process that is killed while it accepts", () => {
  it.live(
    `has accepted whole requests only, and all that it acknowledged (${rounds} rounds of kill -9)`,
    () =>
      Effect.gen(function* () {
        const dataDirectory = yield* temporaryDirectory
        let first = 1
        for (let round = 1; round <= rounds; round += 1) {
          const child = yield* startAcceptor({ dataDirectory, mode: "whole", first })
          yield* Effect.promise(() => child.ready)
          child.go()
          yield* Effect.promise(() => child.reach(1 + Math.floor(Math.random() * 50)))
          child.kill()
          yield* Effect.promise(() => child.ended)
          const last = child.acknowledged.at(-1) ?? 0
          yield* Effect.gen(function* () {
            for (const number of child.acknowledged) assert.deepStrictEqual(yield* partsOf(number), all)
            const next = yield* partsOf(last + 1)
            assert.deepStrictEqual(next, next.key ? all : nothing)
            assert.deepStrictEqual(yield* partsOf(last + 2), nothing)
            const request = numbered(last + 1)
            const again = yield* Intake.use((intake) => intake.accept(request))
            assert.strictEqual(again._tag, next.key ? "Replayed" : "Accepted", "the client asks again")
            assert.deepStrictEqual(yield* partsOf(last + 1), all)
          }).pipe(Effect.provide(sqliteStores({ dataDirectory })))
          first = last + 2
        }
        console.info(`${first - 1} requests accepted over ${rounds} kills, none lost, doubled or half`)
      }),
    { timeout: 60_000 + rounds * 5_000 }
  )

  it.live("leaves nothing behind, whichever row it was writing", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      yield* Effect.provide(Effect.void, sqliteStores({ dataDirectory }))
      using raw = new DatabaseSync(join(dataDirectory, "devteam.sqlite"))
      raw.exec(`CREATE VIEW forever AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)
        SELECT max(x) AS x FROM n`)
      for (const [index, table] of tables.entries()) {
        const number = index + 1
        const child = yield* startAcceptor({ dataDirectory, mode: "whole", first: number })
        yield* Effect.promise(() => child.ready)
        raw.exec(`CREATE TRIGGER stuck AFTER INSERT ON ${table} BEGIN SELECT x FROM forever; END`)
        child.go()
        yield* Effect.repeat(
          Effect.sync(() => isLocked(raw)),
          { until: (locked) => locked, schedule: Schedule.spaced("5 millis") }
        )
        child.kill()
        yield* Effect.promise(() => child.ended)
        raw.exec("DROP TRIGGER stuck")
        yield* Effect.gen(function* () {
          assert.deepStrictEqual(child.acknowledged, [])
          assert.deepStrictEqual(yield* partsOf(number), nothing, table)
          const intake = yield* Intake
          assert.strictEqual((yield* intake.accept(numbered(number)))._tag, "Accepted")
          assert.strictEqual((yield* intake.accept(numbered(number)))._tag, "Replayed")
          assert.deepStrictEqual(yield* partsOf(number), all)
        }).pipe(Effect.provide(sqliteStores({ dataDirectory })))
      }
    })
  )

  it.live("control: one that commits the event before the execution leaves a half", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      const child = yield* startAcceptor({ dataDirectory, mode: "parts", first: 1 })
      yield* Effect.promise(() => child.ready)
      child.go()
      yield* Effect.promise(() => child.reach(1))
      child.kill()
      yield* Effect.promise(() => child.ended)
      const parts = yield* Effect.provide(partsOf(1), sqliteStores({ dataDirectory }))
      assert.deepStrictEqual(parts, { ...nothing, key: true, event: true })
    })
  )
})
