/**
 * What every intake has to do with requests that come at once: accept each once, and answer all.
 *
 * The suite shares one store; every test has projects, keys and events of its own.
 */
import { assert, layer } from "@effect/vitest"
import { Array, Effect, type Layer, Result } from "effect"
import type { Frames } from "../../ports/Frames.ts"
import type { Accepted, Intake } from "../../ports/Intake.ts"
import { Journal } from "../../ports/Journal.ts"
import * as given from "../given.ts"
import { accept, appending, ids, starting, traces } from "./intakeRequests.ts"

const parallel = { concurrency: "unbounded" } as const

/** Registers the suite for one adapter. */
export const intakeParallelContract = <E>(
  name: string,
  stores: Layer.Layer<Intake | Journal | Frames, E>
): void => {
  layer(stores, { excludeTestServices: true })(`Intake contract, parallel requests: ${name}`, (it) => {
    it.effect(
      "of 100 parallel requests with one key one is accepted, and all the others get its answer",
      () =>
        Effect.gen(function* () {
          const { idempotency, event } = starting()
          const requests = Array.makeBy(100, () => starting({ ...ids(), projectId: event.projectId }))
          const results = yield* Effect.forEach(
            requests,
            (request) => accept({ ...request, event, idempotency }),
            parallel
          )
          const winners = requests.filter((_, index) => results[index]?._tag === "Accepted")
          const [winner] = winners
          assert(winner !== undefined && winners.length === 1)
          const others = results.filter((result) => result._tag !== "Accepted")
          const replayed = { _tag: "Replayed", by: "key", answer: winner.answer }
          for (const other of others) assert.deepStrictEqual<unknown>(other, replayed)
          const { executionId } = winner.consequence.events[0]
          assert.deepStrictEqual(yield* traces(event), { executions: [executionId], frames: 1 })

          const own = Array.makeBy(100, () => starting())
          const control = yield* Effect.forEach(own, (request) => accept(request), parallel)
          assert.isTrue(
            control.every(({ _tag }) => _tag === "Accepted"),
            "control: with keys of their own all are accepted"
          )
        })
    )

    it.effect("of parallel requests that send one event under keys of their own one is accepted", () =>
      Effect.gen(function* () {
        const { event } = starting()
        const requests = Array.makeBy(30, () => starting({ ...ids(), projectId: event.projectId }))
        const results = yield* Effect.forEach(requests, (request) => accept({ ...request, event }), parallel)
        const winners = requests.filter((_, index) => results[index]?._tag === "Accepted")
        assert.lengthOf(winners, 1)
        for (const result of results) {
          if (result._tag === "Accepted") continue
          assert.deepStrictEqual<unknown>(result, {
            _tag: "Replayed",
            by: "event",
            answer: winners[0]?.answer
          })
        }
        assert.strictEqual((yield* traces(event)).executions.length, 1)
      })
    )

    it.effect(
      "of parallel requests with one key and two bodies one body is accepted, the other a mismatch",
      () =>
        Effect.gen(function* () {
          const { idempotency } = starting()
          const requests = Array.makeBy(20, (index) => {
            const request = starting()
            return { ...request, idempotency: { ...idempotency, fingerprint: index % 2 === 0 ? "a" : "b" } }
          })
          const results = yield* Effect.forEach(requests, (request) => accept(request), parallel)
          const count = (tag: Accepted["_tag"]) => results.filter(({ _tag }) => _tag === tag).length
          assert.deepStrictEqual([count("Accepted"), count("Replayed"), count("Mismatch")], [1, 9, 10])
        })
    )

    it.effect("parallel requests for one execution all come in, each once, by deciding again", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const own = ids()
        yield* accept(starting(own))
        const asked = Array.makeBy(10, () => appending(own, 0, [given.stepStarted("INITIALIZE")]))
        const join = Effect.fnUntraced(function* (request: ReturnType<typeof appending>) {
          for (;;) {
            const { version } = yield* journal.load(own.executionId)
            const consequence = { ...request.consequence, expectedVersion: version }
            const result = yield* Effect.result(accept({ ...request, consequence }))
            if (Result.isSuccess(result)) return result.success._tag
            assert.strictEqual(result.failure.reason, "version_conflict")
          }
        })
        // Each is sent twice, as by an impatient client.
        const tags = yield* Effect.forEach([...asked, ...asked], join, parallel)
        assert.lengthOf(
          tags.filter((tag) => tag === "Accepted"),
          10
        )
        assert.lengthOf(yield* journal.records(own.executionId, 0), 11)
      })
    )

    it.effect("of parallel requests with a key whose time is over one is accepted", () =>
      Effect.gen(function* () {
        const { event: _, ...old } = starting()
        yield* accept({ ...old, idempotency: { ...old.idempotency, ttlMs: 0 } })
        const requests = Array.makeBy(20, () => ({ ...starting(), event: undefined }))
        const results = yield* Effect.forEach(
          requests,
          (request) => accept({ ...request, idempotency: old.idempotency }),
          parallel
        )
        assert.lengthOf(
          results.filter(({ _tag }) => _tag === "Accepted"),
          1
        )
      })
    )
  })
}
