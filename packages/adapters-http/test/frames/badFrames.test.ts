import { randomBytes } from "node:crypto"
import { connect as connectSocket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { layerMemory } from "@devteam/core/testing/memory/Stores"
import * as given from "@devteam/core/testing/given"
import { Effect, Random } from "effect"
import { startHub, token } from "./support/hubServer.ts"
import { producer, textsOf } from "./support/produce.ts"
import { connectTo, opened } from "./support/watchClient.ts"

const projectId = given.projectId()
const wait = <A>(promise: Promise<A>) => Effect.promise(() => promise)
const rounds = Number(process.env["DEVTEAM_TEST_BAD_FRAMES"] ?? 2_000)

interface BadFrame {
  readonly code: number
  readonly bytes: Buffer
}

/** A client's frame as the protocol wants it: masked, with the given first byte. */
const frame = (first: number, payload: Buffer, masked = true): Buffer => {
  const length =
    payload.length < 126
      ? Buffer.from([payload.length])
      : payload.length < 65_536
        ? Buffer.from([126, payload.length >> 8, payload.length & 255])
        : Buffer.from([
            127,
            0,
            0,
            0,
            0,
            0,
            (payload.length >> 16) & 255,
            (payload.length >> 8) & 255,
            payload.length & 255
          ])
  if (!masked) return Buffer.concat([Buffer.from([first]), length, payload])
  const mask = randomBytes(4)
  length[0] = (length[0] ?? 0) | 0x80
  const body = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return Buffer.concat([Buffer.from([first]), length, mask, body])
}
const finalText = 0x81
const textFrame = (text: string) => frame(finalText, Buffer.from(text))

const mutate = (text: string, at: number): string =>
  text.slice(0, at) + String.fromCharCode(32 + ((at * 7) % 90)) + text.slice(at + 1)

/** One bad frame of a random kind. */
const badFrame = Effect.gen(function* () {
  const size = yield* Random.nextIntBetween(1, 3_000)
  const noise = randomBytes(size)
  const valid = JSON.stringify({ type: "subscribe", projectId, after: 0 })
  const kinds: ReadonlyArray<() => BadFrame> = [
    () => ({ code: 4400, bytes: textFrame(noise.toString("base64")) }),
    () => ({ code: 4400, bytes: textFrame(valid.slice(0, size % valid.length)) }),
    () => ({ code: 4400, bytes: textFrame(mutate(valid, size % 10)) }),
    () => ({ code: 4400, bytes: textFrame("[".repeat(size * 20)) }),
    () => ({
      code: 4400,
      bytes: textFrame(JSON.stringify({ type: "subscribe", projectId: `A${noise.toString("hex")}` }))
    }),
    () => ({ code: 4400, bytes: textFrame(JSON.stringify({ type: noise.toString("base64"), projectId })) }),
    () => ({ code: 4400, bytes: frame(0x82, noise) }),
    () => ({ code: 1007, bytes: frame(finalText, Buffer.concat([noise, Buffer.from([0xff])])) }),
    () => ({ code: 1009, bytes: frame(finalText, Buffer.alloc(66_000 + size, "x")) }),
    () => ({ code: 1002, bytes: frame(finalText, noise, false) }),
    () => ({ code: 1002, bytes: frame(0xc1, noise) }),
    () => ({ code: 1002, bytes: frame(0x83 + (size % 5), noise) }),
    () => ({ code: 1002, bytes: frame(0x89, Buffer.alloc(126 + size)) })
  ]
  const kind = kinds[yield* Random.nextIntBetween(0, kinds.length - 1)]
  return kind === undefined ? yield* Effect.die("no kind") : kind()
})

/** Connects by hand, sends the bytes, and answers the code of the close frame. */
const codeAfter = (port: number, bytes: Buffer) =>
  new Promise<number>((resolve, reject) => {
    const socket = connectSocket(port, "127.0.0.1")
    let received = Buffer.alloc(0)
    let upgraded = false
    const key = randomBytes(16).toString("base64")
    socket.write(
      `GET /ws/devteam HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nAuthorization: Bearer ${token}\r\n\r\n`
    )
    socket.on("error", reject)
    socket.on("close", () => reject(new Error(`no close frame, but ${received.toString("latin1")}`)))
    socket.on("data", (data: Buffer) => {
      received = Buffer.concat([received, data])
      const head = received.indexOf("\r\n\r\n")
      if (!upgraded && head >= 0) {
        upgraded = true
        received = received.subarray(head + 4)
        socket.write(bytes)
      }
      if (!upgraded || received.length < 4 || received[0] !== 0x88) return
      resolve(received.readUInt16BE(2))
      socket.destroy()
    })
  })

describe("bad frames", () => {
  it.live(`${rounds} of them get the right code, and the server goes on`, () =>
    Effect.gen(function* () {
      const { url, port, hub } = yield* startHub()
      const append = yield* producer(projectId)
      const good = yield* wait(opened(connectTo(`${url}?projectId=${projectId}&after=0`)))
      const codes = new Map<number, number>()
      const one = Effect.gen(function* () {
        const { bytes, code } = yield* badFrame
        assert.strictEqual(
          yield* wait(codeAfter(port, bytes)),
          code,
          bytes.subarray(0, 200).toString("latin1")
        )
        codes.set(code, (codes.get(code) ?? 0) + 1)
      })
      yield* Effect.repeat(one, { times: rounds / 8 - 1 }).pipe((worker) =>
        Effect.all(
          globalThis.Array.from({ length: 8 }, () => worker),
          { concurrency: 8 }
        )
      )
      assert.sameMembers([...codes.keys()], [1002, 1007, 1009, 4400])
      yield* append("still here")
      yield* wait(good.reach(1))
      assert.deepStrictEqual(textsOf(good.frames), ["still here"])
      assert.strictEqual(good.socket.readyState, good.socket.OPEN)
      good.socket.terminate()
      yield* wait(good.ended)
      yield* hub.close
    }).pipe(Effect.provide(layerMemory))
  )
})
