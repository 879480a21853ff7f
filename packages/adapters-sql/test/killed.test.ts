import { DatabaseSync } from "node:sqlite"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Option } from "effect"
import type { Execution } from "@devteam/core/execution/State"
import { Frames } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import * as given from "@devteam/core/testing/given"
import { sqliteStores } from "../src/layers.ts"
import { type AppenderOptions, startAppender } from "./processes/child.ts"
import { rebuilt } from "./rebuilt.ts"
import { temporaryDirectory } from "./temporary.ts"

const rounds = Number(process.env["DEVTEAM_ROUNDS"] ?? 10)

const integrity = (dataDirectory: string): unknown => {
  using db = new DatabaseSync(join(dataDirectory, "devteam.sqlite"))
  return db.prepare("PRAGMA integrity_check").get()?.["integrity_check"]
}

/** Acknowledged versions that are not in the journal. */
const lost = (acknowledged: ReadonlyArray<number>, stored: ReadonlyArray<{ readonly seq: number }>) => {
  const seqs = new Set(stored.map(({ seq }) => seq))
  return acknowledged.filter((version) => !seqs.has(version))
}

const setUp = (mode: AppenderOptions["mode"]) =>
  Effect.gen(function* () {
    const dataDirectory = yield* temporaryDirectory
    const create = Journal.use((journal) => journal.create([given.executionRequested()], given.startedAt))
    const state: Execution = yield* Effect.provide(create, sqliteStores({ dataDirectory }))
    const { executionId, projectId } = state
    return { dataDirectory, executionId, projectId, mode, count: 1_000_000 }
  })

describe("a worker that is killed", () => {
  it.live(
    `has lost nothing that it acknowledged (${rounds} rounds of kill -9)`,
    () =>
      Effect.gen(function* () {
        const options = yield* setUp("worker")
        const { dataDirectory, executionId, projectId } = options
        const acknowledged: globalThis.Array<number> = []
        let next = yield* startAppender(options)
        for (let round = 1; round <= rounds; round += 1) {
          const worker = next
          yield* Effect.promise(() => worker.ready)
          worker.go() // takes over the lease of the one that was killed
          if (round < rounds) next = yield* startAppender(options)
          yield* Effect.promise(() => worker.reach(1 + Math.floor(Math.random() * 200)))
          worker.kill()
          yield* Effect.promise(() => worker.ended)
          acknowledged.push(...worker.acknowledged)

          yield* Effect.gen(function* () {
            const journal = yield* Journal
            const frames = yield* Frames
            const records = yield* journal.records(executionId, 0)
            assert.deepStrictEqual(lost(acknowledged, records), [])
            assert.deepStrictEqual(
              records.map(({ seq }) => seq),
              Array.range(1, records.length)
            )
            const { projection, state } = rebuilt(records)
            assert.deepStrictEqual(yield* journal.load(executionId), state)
            assert.deepStrictEqual(yield* journal.status(projectId), Option.some(projection))
            const stored = yield* frames.read(projectId, 0, 1_000_000)
            assert.deepStrictEqual(
              stored.map(({ seq }) => seq),
              Array.range(1, stored.length)
            )
            assert.strictEqual(integrity(dataDirectory), "ok")
          }).pipe(Effect.provide(sqliteStores({ dataDirectory })))
        }
        console.info(`${acknowledged.length} acknowledged appends over ${rounds} kills, none lost`)
      }),
    { timeout: 60_000 + rounds * 5_000 }
  )

  it.live("control: one that acknowledges before it commits is caught", () =>
    Effect.gen(function* () {
      const options = yield* setUp("early")
      const worker = yield* startAppender(options)
      yield* Effect.promise(() => worker.ready)
      worker.go()
      yield* Effect.promise(() => worker.reach(1_000))
      worker.kill()
      yield* Effect.promise(() => worker.ended)
      const records = yield* Journal.use((journal) => journal.records(options.executionId, 0)).pipe(
        Effect.provide(sqliteStores(options))
      )
      assert.isAbove(lost(worker.acknowledged, records).length, 0)
    })
  )
})
