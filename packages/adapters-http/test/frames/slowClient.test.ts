import { setTimeout as sleep } from "node:timers/promises"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { sqliteStores } from "@devteam/adapters-sql/layers"
import * as given from "@devteam/core/testing/given"
import { Array, Effect, Layer } from "effect"
import type { WatchLimits } from "../../src/frames/WatchLimits.ts"
import { startHub } from "./support/hubServer.ts"
import { producer } from "./support/produce.ts"
import { temporaryDirectory } from "./support/temporaryDirectory.ts"
import { connectTo, opened, type WatchClient } from "./support/watchClient.ts"

const projectId = given.projectId()
const query = `?projectId=${projectId}&after=0`
const wait = <A>(promise: Promise<A>) => Effect.promise(() => promise)
const text = "x".repeat(16_000)
const count = Number(process.env["DEVTEAM_TEST_FRAMES"] ?? 3_000)
const mebi = 1024 * 1024

const stores = Layer.unwrap(
  Effect.map(temporaryDirectory, (dataDirectory) => sqliteStores({ dataDirectory }))
)

const seqsOf = ({ frames }: WatchClient) =>
  frames.map(({ payload }) => Number(String(payload["cursor"]).split(".").at(-1)))

/** Reads for a moment, then does not, and so on: slow, but it goes forward. */
const sip = async (client: WatchClient) => {
  while (client.socket.readyState === client.socket.OPEN && client.frames.length < count) {
    client.socket.pause()
    await sleep(30)
    client.socket.resume()
    await sleep(10)
  }
}

setFlagsFromString("--expose-gc")
const collectGarbage = runInNewContext("gc") as () => void

/** What is really in use, in bytes: without garbage, with buffers. */
const inUse = (): number => {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Five that do not read, one that sips and one good client, while `count` frames of 16 KB are stored. */
const scene = (limits: Partial<WatchLimits>) =>
  Effect.gen(function* () {
    const { url, sockets } = yield* startHub({ limits })
    const append = yield* producer(projectId)
    const slow = yield* Effect.forEach([1, 2, 3, 4, 5], () =>
      wait(opened(connectTo(url + query, { textless: true })))
    )
    for (const { socket } of slow) socket.pause()
    const good = yield* wait(opened(connectTo(url + query, { textless: true })))
    const latencies: globalThis.Array<number> = []
    good.socket.on("message", () => {
      latencies.push(Date.now() - Date.parse(good.frames.at(-1)?.ts ?? ""))
    })
    const sipping = yield* wait(opened(connectTo(url + query, { textless: true })))
    const sipped = sip(sipping)
    const measured: globalThis.Array<number> = []
    let held = 0
    for (let stored = 0; stored < count; stored += 25) {
      if (stored % 500 === 0) measured.push(inUse())
      yield* append(...Array.makeBy(25, () => text))
      yield* Effect.sleep("1 millis")
      held = Math.max(held, ...sockets.map(({ writableLength }) => writableLength))
    }
    yield* wait(good.reach(count))
    held = Math.max(held, ...sockets.map(({ writableLength }) => writableLength))
    // The first 1,000 frames fill every window and buffer that there is.
    const growth = inUse() - (measured[2] ?? 0)
    latencies.sort((a, b) => a - b)
    const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? 0
    return { slow, good, sipping, sipped, held, growth, p99 }
  })

describe("a client that does not read", () => {
  it.live("holds up little, is closed 1013, and harms nobody", () =>
    Effect.gen(function* () {
      const { slow, good, sipping, sipped, held, growth, p99 } = yield* scene({
        stallMs: 400,
        closeMs: 10_000
      })
      console.info(
        `held per client ${(held / mebi).toFixed(2)} MiB, memory +${(growth / mebi).toFixed(1)} MiB, good p99 ${p99} ms`
      )
      assert.isAtMost(held, mebi + 64 * 1024)
      assert.isAtMost(growth, 16 * mebi)
      assert.deepStrictEqual(seqsOf(good), Array.range(1, count))
      assert.isAtMost(p99, 500)
      yield* Effect.sleep("1 second")
      for (const client of slow) {
        client.socket.resume()
        const { code } = yield* wait(client.ended)
        assert.strictEqual(code, 1013)
        // What it got before is without a hole, so it can go on from there.
        assert.deepStrictEqual(seqsOf(client), Array.range(1, client.frames.length))
        assert.isBelow(client.frames.length, count)
      }
      yield* wait(sipped)
      assert.deepStrictEqual(seqsOf(sipping), Array.range(1, count))
    }).pipe(Effect.provide(stores))
  )

  it.live("holds up everything without the bound (control)", () =>
    Effect.gen(function* () {
      const none = Number.POSITIVE_INFINITY
      const { slow, held, growth } = yield* scene({ outboundBytes: none, outboundFrames: none })
      assert.isAbove(held, 8 * mebi)
      assert.isAbove(growth, 24 * mebi)
      for (const client of slow) client.socket.terminate()
    }).pipe(Effect.provide(stores))
  )
})
