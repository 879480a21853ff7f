import { assert, describe, it } from "@effect/vitest"
import { Array, Effect, Fiber, Option, Stream } from "effect"
import { Frames } from "@devteam/core/ports/Frames"
import { Journal } from "@devteam/core/ports/Journal"
import * as given from "@devteam/core/testing/given"
import { sqliteStores } from "../src/layers.ts"
import { startAppender } from "./processes/child.ts"
import { rebuilt } from "./rebuilt.ts"
import { temporaryDirectory } from "./temporary.ts"

const each = 150

describe("two processes on one SQLite file", () => {
  it.live("a third follows both without hole or repeat, within half a second", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      yield* Effect.gen(function* () {
        const journal = yield* Journal
        const frames = yield* Frames
        const { executionId, projectId } = yield* journal.create([given.executionRequested()], Date.now())
        const appenders = yield* Effect.forEach(["worker", "request"] as const, (mode) =>
          startAppender({ dataDirectory, projectId, executionId, mode, count: each })
        )
        yield* Effect.promise(() => Promise.all(appenders.map((appender) => appender.ready)))

        const expected = 1 + 2 * each + each // created, two journals' worth, the worker's log output
        const latencies: globalThis.Array<number> = []
        const following = yield* frames.follow(projectId, 0).pipe(
          Stream.tap(({ frame }) => Effect.sync(() => latencies.push(Date.now() - Date.parse(frame.ts)))),
          Stream.take(expected),
          Stream.runCollect,
          Effect.forkChild
        )
        for (const appender of appenders) appender.go()
        const seen = yield* Fiber.join(following)
        assert.deepStrictEqual(
          seen.map(({ seq }) => seq),
          Array.range(1, expected)
        )
        assert.deepStrictEqual(
          yield* Effect.promise(() => Promise.all(appenders.map((appender) => appender.ended))),
          [0, 0]
        )
        assert.deepStrictEqual(yield* frames.range(projectId), { first: 1, last: expected })

        const versions = appenders.flatMap((appender) => appender.acknowledged).sort((a, b) => a - b)
        assert.deepStrictEqual(versions, Array.range(2, 1 + 2 * each), "each version was won once")
        const { projection, state } = rebuilt(yield* journal.records(executionId, 0))
        assert.deepStrictEqual(yield* journal.load(executionId), state)
        assert.deepStrictEqual(yield* journal.status(projectId), Option.some(projection))

        const sorted = latencies.slice(1).sort((a, b) => a - b)
        const [median, worst] = [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0]
        console.info(`commit to notice in another process: median ${median} ms, worst ${worst} ms`)
        assert.isAtMost(worst, 500)
      }).pipe(Effect.provide(sqliteStores({ dataDirectory })))
    })
  )
})
