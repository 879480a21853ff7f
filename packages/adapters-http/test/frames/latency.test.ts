import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { sqliteStores } from "@devteam/adapters-sql/layers"
import * as given from "@devteam/core/testing/given"
import { Effect, type Scope } from "effect"
import { startHub } from "./support/hubServer.ts"
import { busy, produceBusily } from "./support/produce.ts"
import { temporaryDirectory } from "./support/temporaryDirectory.ts"
import { connectTo, opened, type WatchClient } from "./support/watchClient.ts"

const projectId = given.projectId()
const tenths = Number(process.env["DEVTEAM_TEST_TENTHS"] ?? 30)
const total = tenths * busy.chunks
const wait = <A>(promise: Promise<A>) => Effect.promise(() => promise)

/** Starts the producer's process; it is dead once the scope ends. */
const otherProcess = (dataDirectory: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const path = fileURLToPath(new URL("processes/producer.ts", import.meta.url))
    const argv = ["--conditions=devteam-source", path, dataDirectory, projectId, String(tenths)]
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] })),
      (started) => Effect.sync(() => started.kill("SIGKILL"))
    )
    yield* wait(once(child.stdout, "data"))
  })

const latenciesOf = (client: WatchClient): ReadonlyArray<number> => {
  const latencies: Array<number> = []
  client.socket.on("message", () => {
    latencies.push(Date.now() - Date.parse(client.frames.at(-1)?.ts ?? ""))
  })
  return latencies
}

const seqOf = (cursor: unknown) => Number(String(cursor).split(".").at(-1))

const watchers = <A, E, R>(name: string, produce: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { url } = yield* startHub()
    const clients = yield* Effect.forEach(Array.from({ length: 20 }), () =>
      wait(opened(connectTo(`${url}?projectId=${projectId}&after=0`, { textless: true })))
    )
    const latencies = clients.map(latenciesOf)
    yield* produce
    yield* wait(Promise.all(clients.map((client) => client.reach(total))))
    for (const { frames } of clients) {
      assert.deepStrictEqual(
        frames.map(({ payload }) => seqOf(payload["cursor"])),
        frames.map((_, index) => index + 1)
      )
    }
    const sorted = latencies.flat().sort((a, b) => a - b)
    const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN
    console.info(
      `${name}: ${sorted.length} frames, median ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms`
    )
    assert.isAtLeast(sorted.length, 20 * total)
    assert.isAtMost(at(0.99), 500)
  })

describe("twenty watchers of an agent that prints 1 MB/s", () => {
  it.live("get each frame within half a second, from the same process", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      yield* watchers("one process", produceBusily(projectId, tenths)).pipe(
        Effect.provide(sqliteStores({ dataDirectory }))
      )
    })
  )

  it.live("get each frame within half a second, from another process on the same data directory", () =>
    Effect.gen(function* () {
      const dataDirectory = yield* temporaryDirectory
      yield* watchers("two processes", otherProcess(dataDirectory)).pipe(
        Effect.provide(sqliteStores({ dataDirectory }))
      )
    })
  )
})
