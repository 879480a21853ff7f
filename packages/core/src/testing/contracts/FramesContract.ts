/**
 * What every frame store has to do: consecutive numbers in commit order, no frame of an old worker, and followers
 * that see each frame once and in order.
 *
 * The suite shares one store; every test has a project of its own.
 */
import { assert, layer } from "@effect/vitest"
import { Array, Effect, Fiber, type Layer, Option, Result, Stream } from "effect"
import { type FrameDraft, parseCursor } from "../../envelope/Frame.ts"
import type { ExecutionId, ProjectId } from "../../model/Ids.ts"
import { Frames, type StoredFrame } from "../../ports/Frames.ts"
import { Journal } from "../../ports/Journal.ts"
import { Leases } from "../../ports/Leases.ts"
import * as given from "../given.ts"

const ids = given.uniqueIds("frames")
const at = given.startedAt

/** One chunk of log output. */
export const logDraft = (
  executionId: ExecutionId,
  text: string,
  place: { readonly taskId?: string; readonly round?: number; readonly step?: string } = {}
): FrameDraft => ({
  type: "execution-log",
  at,
  payload: { executionId, taskId: "1.1", round: 1, step: "IMPLEMENT", ...place, stream: "stdout", text }
})

const textOf = ({ frame }: StoredFrame): unknown => frame.payload["text"]
const seqOf = ({ seq }: StoredFrame): number => seq

/** Holds a new project. */
const hold = (projectId: ProjectId) =>
  Effect.gen(function* () {
    const lease = yield* (yield* Leases).acquire(projectId, given.owner(), 600_000, () =>
      Effect.succeed(false)
    )
    assert(Option.isSome(lease))
    return lease.value.epoch
  })

/** Registers the suite for one adapter. */
export const framesContract = <E>(name: string, stores: Layer.Layer<Journal | Leases | Frames, E>): void => {
  layer(stores, { excludeTestServices: true })(`Frames contract: ${name}`, (it) => {
    it.effect("numbers from 1, with the cursor in the payload, and reads in pages", () =>
      Effect.gen(function* () {
        const frames = yield* Frames
        const { executionId, projectId } = ids()
        const epoch = yield* hold(projectId)
        assert.deepStrictEqual(yield* frames.range(projectId), { first: 0, last: 0 })
        yield* frames.append(
          projectId,
          epoch,
          ["a", "b"].map((text) => logDraft(executionId, text))
        )
        yield* frames.append(projectId, epoch, [])
        yield* frames.append(projectId, epoch, [logDraft(executionId, "c \u0000 \ud83d")])
        assert.deepStrictEqual(yield* frames.range(projectId), { first: 1, last: 3 })
        const all = yield* frames.read(projectId, 0, 10)
        assert.deepStrictEqual(all.map(textOf), ["a", "b", "c \u0000 \ud83d"])
        for (const [index, { frame, seq }] of all.entries()) {
          assert.strictEqual(seq, index + 1)
          assert.deepInclude(frame, { type: "execution-log", ts: new Date(at).toISOString(), projectId })
          assert.deepStrictEqual(parseCursor(String(frame.payload["cursor"])), { stream: frames.stream, seq })
        }
        assert.deepStrictEqual((yield* frames.read(projectId, 1, 1)).map(seqOf), [2])
        assert.deepStrictEqual(yield* frames.read(projectId, 3, 10), [])
      })
    )

    it.effect("refuses an old epoch and writes nothing of it", () =>
      Effect.gen(function* () {
        const frames = yield* Frames
        const { executionId, projectId } = ids()
        const epoch = yield* hold(projectId)
        for (const wrong of [epoch - 1, epoch + 1]) {
          const result = yield* Effect.result(
            frames.append(projectId, wrong, [logDraft(executionId, "stale")])
          )
          assert(Result.isFailure(result))
          assert.strictEqual(result.failure.reason, "stale_epoch")
        }
        yield* frames.append(projectId, epoch, [logDraft(executionId, "current")])
        assert.deepStrictEqual((yield* frames.read(projectId, 0, 10)).map(textOf), ["current"])
      })
    )

    it.effect("frames of log output and of the journal share one sequence", () =>
      Effect.gen(function* () {
        const frames = yield* Frames
        const journal = yield* Journal
        const own = ids()
        yield* journal.create([given.executionRequested(own)], at)
        const epoch = yield* hold(own.projectId)
        yield* frames.append(own.projectId, epoch, [logDraft(own.executionId, "x")])
        const events = [given.stepStarted("INITIALIZE")]
        yield* journal.append({ executionId: own.executionId, expectedVersion: 1, at, epoch, events })
        const all = yield* frames.read(own.projectId, 0, 10)
        assert.deepStrictEqual(all.map(seqOf), [1, 2, 3])
        assert.deepStrictEqual(
          all.map(({ frame }) => frame.type),
          ["execution-update", "execution-log", "execution-update"]
        )
      })
    )

    it.effect("a batch of more frames than a statement takes is one append", () =>
      Effect.gen(function* () {
        const frames = yield* Frames
        const { executionId, projectId } = ids()
        const epoch = yield* hold(projectId)
        yield* frames.append(
          projectId,
          epoch,
          Array.makeBy(1_201, (index) => logDraft(executionId, String(index)))
        )
        assert.deepStrictEqual(yield* frames.range(projectId), { first: 1, last: 1_201 })
        const [last] = yield* frames.read(projectId, 1_200, 10)
        assert(last !== undefined)
        assert.strictEqual(textOf(last), "1200")
      })
    )

    it.effect("followers get what is there and what comes, in order, once, each from its own place", () =>
      Effect.gen(function* () {
        const frames = yield* Frames
        const { executionId, projectId } = ids()
        const epoch = yield* hold(projectId)
        const append = (count: number) =>
          frames.append(
            projectId,
            epoch,
            Array.makeBy(count, () => logDraft(executionId, "x"))
          )
        yield* append(600)
        const follow = (after: number) =>
          frames.follow(projectId, after).pipe(Stream.take(700 - after), Stream.runCollect)
        const followers = yield* Effect.forEach([0, 0, 599, 600, 650], (after) =>
          Effect.forkChild(follow(after))
        )
        yield* Effect.forEach(Array.range(1, 100), () => append(1), { concurrency: 4 })
        for (const [index, after] of [0, 0, 599, 600, 650].entries()) {
          const fiber = followers[index]
          assert(fiber !== undefined)
          assert.deepStrictEqual((yield* Fiber.join(fiber)).map(seqOf), Array.range(after + 1, 700))
        }
      })
    )

    it.effect("a follower sees its own project only", () =>
      Effect.gen(function* () {
        const frames = yield* Frames
        const [a, b] = [ids(), ids()]
        const [epochA, epochB] = [yield* hold(a.projectId), yield* hold(b.projectId)]
        const following = frames.follow(a.projectId, 0).pipe(Stream.take(2), Stream.runCollect)
        const fiber = yield* Effect.forkChild(following)
        yield* frames.append(a.projectId, epochA, [logDraft(a.executionId, "a1")])
        yield* frames.append(b.projectId, epochB, [logDraft(b.executionId, "b1")])
        yield* frames.append(a.projectId, epochA, [logDraft(a.executionId, "a2")])
        assert.deepStrictEqual((yield* Fiber.join(fiber)).map(textOf), ["a1", "a2"])
      })
    )

    it.effect("gives an execution's log output by task, round and step", () =>
      Effect.gen(function* () {
        const frames = yield* Frames
        const { executionId, projectId } = ids()
        const epoch = yield* hold(projectId)
        yield* frames.append(projectId, epoch, [
          logDraft(executionId, "1"),
          logDraft(executionId, "2", { round: 2 }),
          logDraft(ids().executionId, "of another execution"),
          { type: "error", at, payload: { executionId, text: "no log output" } },
          logDraft(executionId, "3", { round: 2, step: "VERIFY" }),
          logDraft(executionId, "4", { taskId: "1.10" })
        ])
        const texts = (filter: Parameters<typeof frames.logs>[1]) =>
          Effect.map(frames.logs(executionId, filter), (found) => found.map(textOf).join(""))
        assert.strictEqual(yield* texts({}), "1234")
        assert.strictEqual(yield* texts({ taskId: "1.1" }), "123")
        assert.strictEqual(yield* texts({ taskId: "1.1", round: 2 }), "23")
        assert.strictEqual(yield* texts({ round: 2, step: "VERIFY" }), "3")
        assert.strictEqual(yield* texts({ taskId: "9" }), "")
        const [first] = yield* frames.logs(executionId, { limit: 1 })
        assert.strictEqual(first?.seq, 1)
        assert.strictEqual(yield* texts({ after: 1, limit: 2 }), "23")
        assert.strictEqual(yield* texts({ after: 2, taskId: "1.1" }), "3")
        assert.strictEqual(yield* texts({ after: 100 }), "")
      })
    )
  })
}
