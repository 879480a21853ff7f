import { assert, describe, it } from "@effect/vitest"
import { FramesError, Frames, type FramesShape } from "@devteam/core/ports/Frames"
import { layerMemory } from "@devteam/core/testing/memory/Stores"
import * as given from "@devteam/core/testing/given"
import { Array, Effect, Fiber, Random, Stream } from "effect"
import { access, startHub } from "./support/hubServer.ts"
import { producer, textsOf } from "./support/produce.ts"
import { connectTo, opened } from "./support/watchClient.ts"

const projectId = given.projectId()
const at = (after: string | number, id: string = projectId) =>
  `?projectId=${encodeURIComponent(id)}&after=${after}`
const wait = <A>(promise: Promise<A>) => Effect.promise(() => promise)
const numbered = (from: number, to: number) => Array.range(from, to).map(String)
const rounds = Number(process.env["DEVTEAM_TEST_ROUNDS"] ?? 30)

/** Runs with frames of which some behave differently. */
const withFrames = <A, E, R>(
  change: (frames: FramesShape) => Partial<FramesShape>,
  effect: Effect.Effect<A, E, R>
) =>
  Effect.flatMap(Frames, (frames) =>
    Effect.provideService(effect, Frames, Frames.of({ ...frames, ...change(frames) }))
  )

describe("what a watcher gets", () => {
  it.live("all that is stored behind its cursor, then what comes, in order", () =>
    Effect.gen(function* () {
      const { url } = yield* startHub()
      const append = yield* producer(projectId)
      yield* append(...numbered(1, 500))
      const all = connectTo(url + at(0))
      const some = connectTo(url + at("memory.450"))
      const live = connectTo(url + `?projectId=${projectId}`)
      yield* wait(Promise.all([all.reach(500), some.reach(50), live.reach(1)]))
      yield* append(...numbered(501, 600))
      yield* wait(Promise.all([all.reach(600), some.reach(150), live.reach(101)]))
      assert.deepStrictEqual(textsOf(all.frames), numbered(1, 600))
      assert.deepStrictEqual(textsOf(some.frames), numbered(451, 600))
      const [gap, ...rest] = live.frames
      assert.deepInclude(gap, {
        type: "gap",
        projectId,
        payload: { from: "memory.0", to: "memory.500", reason: "not_requested" }
      })
      assert.deepStrictEqual(textsOf(rest), numbered(501, 600))
      for (const frame of all.frames) {
        assert.hasAllKeys(frame, ["type", "ts", "projectId", "payload"])
        assert.strictEqual(new Date(frame.ts).toISOString(), frame.ts)
        assert.isString(frame.payload["executionId"])
      }
      assert.strictEqual(all.frames.at(-1)?.payload["cursor"], "memory.600")
    }).pipe(Effect.provide(layerMemory))
  )

  it.live(
    "several projects on one connection, each only its own; a second subscription replaces the first",
    () =>
      Effect.gen(function* () {
        const { url } = yield* startHub()
        const other = given.projectId("acme/other")
        const appendHere = yield* producer(projectId)
        const appendThere = yield* producer(other)
        yield* (yield* producer(given.projectId("acme/third")))("not asked for")
        yield* appendHere("h1", "h2")
        yield* appendThere("t1")
        const client = yield* wait(opened(connectTo(url)))
        client.send({ type: "subscribe", projectId, after: "memory.1" })
        client.send({ type: "subscribe", projectId: other, after: 0 })
        yield* wait(client.reach(2))
        yield* appendThere("t2")
        yield* appendHere("h3")
        yield* wait(client.reach(4))
        const of = (id: string) => textsOf(client.frames.filter((frame) => frame.projectId === id))
        assert.deepStrictEqual(of(projectId), ["h2", "h3"])
        assert.deepStrictEqual(of(other), ["t1", "t2"])
        client.send({ type: "subscribe", projectId, after: 2 })
        yield* wait(client.reach(5))
        yield* appendHere("h4")
        yield* wait(client.reach(6))
        assert.deepStrictEqual(of(projectId), ["h2", "h3", "h3", "h4"])
      }).pipe(Effect.provide(layerMemory))
  )

  it.live("a gap where its place is of another database, gone, or not reached", () =>
    Effect.gen(function* () {
      const append = yield* producer(projectId)
      yield* append(...numbered(1, 20))
      // The ten oldest are no longer stored.
      const pruned = ({ range, read }: FramesShape): Partial<FramesShape> => ({
        range: (id) => Effect.map(range(id), ({ last }) => ({ first: 11, last })),
        read: (id, after, limit) => read(id, Math.max(10, after), limit)
      })
      yield* withFrames(
        pruned,
        Effect.gen(function* () {
          const { url } = yield* startHub()
          const gapOf = (after: string) =>
            Effect.gen(function* () {
              const client = connectTo(url + at(after))
              yield* wait(client.reach(1))
              return { client, gap: client.frames[0] }
            })
          const expired = yield* gapOf("memory.4")
          assert.deepInclude(expired.gap, {
            type: "gap",
            payload: { from: "memory.4", to: "memory.10", reason: "expired" }
          })
          yield* wait(expired.client.reach(11))
          assert.deepStrictEqual(textsOf(expired.client.frames.slice(1)), numbered(11, 20))
          const foreign = yield* gapOf("before-the-reset.400")
          assert.deepInclude(foreign.gap?.payload, {
            from: "before-the-reset.400",
            to: "memory.10",
            reason: "other_stream"
          })
          yield* wait(foreign.client.reach(11))
          const ahead = yield* gapOf("memory.21")
          assert.deepInclude(ahead.gap?.payload, { from: "memory.21", to: "memory.20", reason: "ahead" })
          yield* append("21")
          yield* wait(ahead.client.reach(2))
          assert.deepStrictEqual(textsOf(ahead.client.frames.slice(1)), ["21"])
        })
      )
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("a gap where frames vanish while it is reading them", () =>
    Effect.gen(function* () {
      yield* (yield* producer(projectId))(...numbered(1, 200))
      const vanishing = ({ read }: FramesShape): Partial<FramesShape> => ({
        read: (id, after, limit) => read(id, after >= 32 ? Math.max(100, after) : after, limit)
      })
      yield* withFrames(
        vanishing,
        Effect.gen(function* () {
          const { url } = yield* startHub()
          const client = connectTo(url + at(0))
          yield* wait(client.reach(133))
          const gaps = client.frames.filter(({ type }) => type === "gap").map(({ payload }) => payload)
          assert.deepStrictEqual(gaps, [{ from: "memory.32", to: "memory.100", reason: "expired" }])
          assert.deepStrictEqual(textsOf(client.frames.filter(({ type }) => type !== "gap")), [
            ...numbered(1, 32),
            ...numbered(101, 200)
          ])
        })
      )
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("an error while the store cannot be read, once, and everything as soon as it can", () =>
    Effect.gen(function* () {
      const append = yield* producer(projectId)
      yield* append(...numbered(1, 3))
      let down = 2
      const failing = <A>(effect: Effect.Effect<A, FramesError>) =>
        Effect.suspend(() => {
          down -= 1
          return down >= 0
            ? Effect.fail(new FramesError({ reason: "unavailable", message: "The disk is away." }))
            : effect
        })
      yield* withFrames(
        ({ read, range }) => ({
          read: (...args) => failing(read(...args)),
          range: (...args) => failing(range(...args))
        }),
        Effect.gen(function* () {
          const { url } = yield* startHub()
          const client = connectTo(url + at(0))
          yield* wait(client.reach(4))
          const [error, ...rest] = client.frames
          assert.deepInclude(error, {
            type: "error",
            projectId,
            payload: { message: "The disk is away.", retryable: true }
          })
          assert.deepStrictEqual(textsOf(rest), numbered(1, 3))
        })
      )
    }).pipe(Effect.provide(layerMemory))
  )

  it.live("1011 instead of silence when something in the server is broken", () =>
    withFrames(
      () => ({ follow: () => Stream.die(new Error("planted")) }),
      Effect.gen(function* () {
        const { url } = yield* startHub({ access })
        const { code } = yield* wait(connectTo(url + at(0)).ended)
        assert.strictEqual(code, 1011)
      })
    ).pipe(Effect.provide(layerMemory))
  )

  it.live("each frame once, whatever the moments at which it disconnects", () =>
    Effect.gen(function* () {
      const { url } = yield* startHub()
      const append = yield* producer(projectId)
      const total = rounds * 40
      const producing = yield* Effect.forkChild(
        Effect.gen(function* () {
          for (let next = 1; next <= total;) {
            const last = Math.min(total, next + (yield* Random.nextIntBetween(0, 30)))
            yield* append(...numbered(next, last))
            next = last + 1
            yield* Effect.sleep("1 millis")
          }
        })
      )
      const watcher = Effect.gen(function* () {
        const seen: globalThis.Array<unknown> = []
        let cursor = "memory.0"
        let connections = 0
        while (seen.length < total) {
          connections += 1
          const client = connectTo(url + at(cursor))
          const wanted = Math.min(total - seen.length, yield* Random.nextIntBetween(1, 100))
          yield* wait(client.reach(wanted))
          // It may have got more by now: all of it counts.
          client.socket.terminate()
          seen.push(...textsOf(client.frames))
          cursor = String(client.frames.at(-1)?.payload["cursor"])
        }
        return { seen, connections }
      })
      const watched = yield* Effect.all([watcher, watcher, watcher], { concurrency: 3 })
      yield* Fiber.join(producing)
      for (const { seen, connections } of watched) {
        assert.deepStrictEqual(seen, numbered(1, total))
        assert.isAbove(connections, rounds / 4)
      }
    }).pipe(Effect.provide(layerMemory))
  )
})
