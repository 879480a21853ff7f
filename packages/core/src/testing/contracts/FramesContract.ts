/**
 * What every frame store has to do: consecutive numbers in commit order, no frame of an old worker, and followers
 * that see each frame once and in order.
 *
 * The suite shares one store; every test has a project of its own.
 */
import { assert, describe, layer } from "@effect/vitest"
import { Array, Clock, Effect, Fiber, type Layer, Option, Result, Stream } from "effect"
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

    describe("sweep", () => {
      /** An execution with one piece of output, that ended at some time or not at all. */
      const execute = Effect.fnUntraced(function* (
        projectId: ProjectId,
        epoch: number,
        endedAt: number | undefined
      ) {
        const journal = yield* Journal
        const { executionId } = ids()
        const begun = (endedAt ?? at) - 1
        const { version } = yield* journal.create(
          [given.executionRequested({ projectId, executionId })],
          begun
        )
        yield* (yield* Frames).append(projectId, epoch, [logDraft(executionId, "x")])
        if (endedAt !== undefined) {
          const events = [given.executionCompleted]
          yield* journal.append({ executionId, expectedVersion: version, at: endedAt, events })
        }
        return executionId
      })
      const seqs = (projectId: ProjectId) =>
        Effect.map(
          Frames.use((frames) => frames.read(projectId, 0, 100)),
          Array.map(seqOf)
        )
      const hour = 3_600_000
      const longAgo = Effect.map(Clock.currentTimeMillis, (now) => now - 2 * hour)

      it.effect("forgets old executions' frames, without hole; numbers go on", () =>
        Effect.gen(function* () {
          const frames = yield* Frames
          const { projectId } = ids()
          const epoch = yield* hold(projectId)
          const old = yield* longAgo
          const first = yield* execute(projectId, epoch, old)
          const second = yield* execute(projectId, epoch, old + 1)
          const recent = yield* execute(projectId, epoch, old + 2 * hour)
          yield* execute(projectId, epoch, undefined)
          assert.deepStrictEqual(yield* seqs(projectId), Array.range(1, 11))
          assert.isAtLeast(yield* frames.sweep(hour), 6)
          assert.deepStrictEqual(yield* seqs(projectId), Array.range(7, 11))
          assert.deepStrictEqual(yield* frames.range(projectId), { first: 7, last: 11 })
          assert.deepStrictEqual((yield* frames.read(projectId, 8, 1)).map(seqOf), [9])
          const followed = frames.follow(projectId, 3).pipe(Stream.take(5), Stream.runCollect)
          assert.deepStrictEqual((yield* followed).map(seqOf), Array.range(7, 11))
          for (const gone of [first, second]) assert.deepStrictEqual(yield* frames.logs(gone, {}), [])
          assert.deepStrictEqual((yield* frames.logs(recent, {})).map(seqOf), [8])
          yield* frames.append(projectId, epoch, [logDraft(recent, "y")])
          assert.deepStrictEqual(yield* frames.range(projectId), { first: 7, last: 12 })
          assert.lengthOf(yield* (yield* Journal).records(first, 0), 2, "the journal stays")
        })
      )

      it.effect("keeps what is active or a project's newest, however old", () =>
        Effect.gen(function* () {
          const frames = yield* Frames
          const old = yield* longAgo
          const [ended, active] = [ids(), ids()]
          yield* execute(ended.projectId, yield* hold(ended.projectId), old)
          yield* execute(active.projectId, yield* hold(active.projectId), undefined)
          yield* frames.sweep(hour)
          assert.deepStrictEqual(yield* seqs(ended.projectId), [1, 2, 3])
          assert.deepStrictEqual(yield* seqs(active.projectId), [1, 2])
        })
      )

      it.effect("more frames than one transaction deletes", () =>
        Effect.gen(function* () {
          const frames = yield* Frames
          const { projectId, executionId } = ids()
          const old = yield* longAgo
          const epoch = yield* hold(projectId)
          const many = Array.makeBy(1_201, () => logDraft(executionId, "x"))
          yield* frames.append(projectId, epoch, many)
          yield* execute(projectId, epoch, old)
          assert.isAtLeast(yield* frames.sweep(hour), 1_201)
          assert.deepStrictEqual(yield* seqs(projectId), Array.range(1_202, 1_204))
          assert.strictEqual(yield* frames.sweep(hour), 0)
        })
      )
    })
  })
}
