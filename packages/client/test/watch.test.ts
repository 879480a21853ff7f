import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import type { Frame } from "../src/Frame.ts"
import { watch, type WatchState } from "../src/watch.ts"
import { WatchError } from "../src/WatchError.ts"
import {
  producer,
  projectId,
  type ServerProcess,
  startServer,
  storesIn,
  temporaryDirectory,
  token
} from "./support.ts"

const wait = <A>(promise: Promise<A>) => Effect.promise(() => promise)
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index))
const textOf = ({ payload }: Frame) => payload["text"]

/** Takes frames until there are that many. */
const take = async (frames: AsyncIterable<Frame>, count: number): Promise<ReadonlyArray<Frame>> => {
  const taken: Array<Frame> = []
  for await (const frame of frames) {
    taken.push(frame)
    if (taken.length === count) break
  }
  return taken
}

const withServer = <A, E, R>(
  use: (context: { readonly dataDirectory: string; readonly server: ServerProcess }) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const dataDirectory = yield* temporaryDirectory
    const server = yield* Effect.acquireRelease(wait(startServer(dataDirectory)), ({ end }) =>
      wait(end("SIGKILL"))
    )
    return yield* use({ dataDirectory, server })
  })

describe("watching", () => {
  it.live("gives what is stored behind the cursor, then what comes, and ends with the loop", () =>
    withServer(({ dataDirectory, server }) =>
      Effect.gen(function* () {
        const append = yield* producer
        yield* append(...numbered(1, 5))
        const at = { baseUrl: `http://127.0.0.1:${server.port}`, token }
        const first = yield* wait(take(watch(at, projectId, { after: 0 }), 5))
        assert.deepStrictEqual(first.map(textOf), numbered(1, 5))
        const cursor = String(first[2]?.payload["cursor"])
        const rest = take(watch(at, projectId, { after: cursor }), 4)
        yield* append("6", "7")
        assert.deepStrictEqual((yield* wait(rest)).map(textOf), numbered(4, 7))
      }).pipe(Effect.provide(storesIn(dataDirectory)))
    )
  )

  it.live("from now on, without a cursor; also over a connection that was cut before anything came", () =>
    withServer(({ dataDirectory, server }) =>
      Effect.gen(function* () {
        const append = yield* producer
        yield* append("long ago")
        const { port } = server
        const states: Array<string> = []
        const opened = Promise.withResolvers<void>()
        const waiting = Promise.withResolvers<void>()
        const restarted = Promise.withResolvers<void>()
        const watching = take(
          watch({ baseUrl: `http://127.0.0.1:${port}/`, token }, projectId, {
            onState: ({ state }) => {
              states.push(state)
              if (state === "open") opened.resolve()
            },
            sleep: async () => {
              waiting.resolve()
              await restarted.promise
            }
          }),
          2
        )
        yield* wait(opened.promise)
        // The server has told where it begins once it answers the next client.
        yield* wait(take(watch({ baseUrl: `http://127.0.0.1:${port}`, token }, projectId, { after: 0 }), 1))
        yield* wait(server.end("SIGKILL"))
        yield* wait(waiting.promise)
        yield* append("while it was down", "and this")
        const next = yield* Effect.acquireRelease(wait(startServer(dataDirectory, port)), ({ end }) =>
          wait(end("SIGKILL"))
        )
        assert.strictEqual(next.port, port)
        restarted.resolve()
        assert.deepStrictEqual((yield* wait(watching)).map(textOf), ["while it was down", "and this"])
        assert.deepStrictEqual(states, ["connecting", "open", "waiting", "connecting", "open"])
      }).pipe(Effect.provide(storesIn(dataDirectory)))
    )
  )

  it.live("goes on without hole or repeat while the server is killed and restarted, after 1, 2, 3 … s", () =>
    withServer(({ dataDirectory, server: first }) =>
      Effect.gen(function* () {
        const append = yield* producer
        const { port } = first
        const total = 3_000
        const delays: Array<number> = []
        const states: Array<WatchState> = []
        let server: ServerProcess | undefined = first
        let outages = 0
        // Down for one, two, three … tries; then it comes back under the same port.
        const sleep = async (ms: number): Promise<void> => {
          delays.push(ms)
          if (server !== undefined || ms < outages * 1000) return
          server = await startServer(dataDirectory, port)
        }
        const seen: Array<unknown> = []
        const watching = (async () => {
          const options = { after: 0, sleep, onState: (state: WatchState) => void states.push(state) }
          for await (const frame of watch(
            { baseUrl: `http://127.0.0.1:${port}`, token },
            projectId,
            options
          )) {
            seen.push(textOf(frame))
            if (seen.length === total) return
            // What was under way when the server went down still comes: the next outage waits until it is up again.
            if (server !== undefined && outages < 4 && seen.length >= (outages + 1) * 400) {
              outages += 1
              const down = server
              server = undefined
              await down?.end(outages % 2 === 0 ? "SIGTERM" : "SIGKILL")
            }
          }
        })()
        const producing = yield* Effect.forkChild(
          Effect.gen(function* () {
            for (let next = 1; next <= total; next += 10) {
              yield* append(...numbered(next, next + 9))
              yield* Effect.sleep("1 millis")
            }
          })
        )
        yield* wait(watching)
        yield* Fiber.join(producing)
        yield* wait(Promise.resolve(server?.end("SIGKILL")))
        assert.deepStrictEqual(seen, numbered(1, total))
        assert.deepStrictEqual(
          delays,
          [1, 1, 2, 1, 2, 3, 1, 2, 3, 4].map((seconds) => seconds * 1000)
        )
        const codes = states.flatMap((state) => (state.state === "waiting" ? [state.code] : []))
        // Killed, it just breaks; stopped in an orderly way, it says so.
        assert.include(codes, 1006)
        assert.include(codes, 1012)
      }).pipe(Effect.provide(storesIn(dataDirectory)))
    )
  )

  it.live("a loop that takes its time does not pile up frames, and misses none", () =>
    withServer(({ dataDirectory, server }) =>
      Effect.gen(function* () {
        const append = yield* producer
        const total = 6_000
        for (let next = 1; next <= total; next += 500) yield* append(...numbered(next, next + 499))
        const states: Array<string> = []
        const taken = yield* wait(
          (async () => {
            const seen: Array<unknown> = []
            const options = { after: 0, onState: ({ state }: WatchState) => void states.push(state) }
            const frames = watch({ baseUrl: `http://127.0.0.1:${server.port}`, token }, projectId, options)
            for await (const frame of frames) {
              seen.push(textOf(frame))
              if (seen.length === total) break
              if (seen.length % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
            }
            return seen
          })()
        )
        assert.deepStrictEqual(taken, numbered(1, total))
        assert.notInclude(states, "waiting")
        assert.isAbove(states.filter((state) => state === "open").length, 1)
      }).pipe(Effect.provide(storesIn(dataDirectory)))
    )
  )

  it.live("throws what cannot get better: a wrong token, a name that is none, an address that is none", () =>
    withServer(({ server }) =>
      Effect.gen(function* () {
        const baseUrl = `http://127.0.0.1:${server.port}`
        const failure = (watching: AsyncIterable<Frame>) =>
          wait(
            take(watching, 1).then(
              () => undefined,
              (error: unknown) => error
            )
          )
        const wrong = yield* failure(watch({ baseUrl, token: "wrong" }, projectId))
        assert.instanceOf(wrong, WatchError)
        assert.strictEqual(wrong.code, 4401)
        const none = yield* failure(watch({ baseUrl }, projectId))
        assert.instanceOf(none, WatchError)
        assert.strictEqual(none.code, 4401)
        const unnamed = yield* failure(watch({ baseUrl, token }, "No Such Name"))
        assert.instanceOf(unnamed, WatchError)
        assert.strictEqual(unnamed.code, 4400)
        assert.instanceOf(yield* failure(watch({ baseUrl: "nowhere", token }, projectId)), TypeError)
      })
    )
  )

  it.live("ends when it is aborted: connected, waiting, or before it began", () =>
    withServer(({ server }) =>
      Effect.gen(function* () {
        const at = { baseUrl: `http://127.0.0.1:${server.port}`, token }
        for (const last of ["connecting", "open", "waiting"] as const) {
          const controller = new AbortController()
          const target = last === "waiting" ? { ...at, baseUrl: "http://127.0.0.1:1" } : at
          const frames = watch(target, projectId, {
            signal: controller.signal,
            onState: ({ state }) => (state === last ? controller.abort() : undefined)
          })
          assert.deepStrictEqual(yield* wait(take(frames, 1)), [])
        }
        const signal = AbortSignal.abort()
        assert.deepStrictEqual(yield* wait(take(watch(at, projectId, { signal }), 1)), [])
      })
    )
  )
})
