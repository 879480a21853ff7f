/**
 * What every intake has to do: accept a request once with everything that follows from it, replay it byte for byte,
 * and store nothing of what it refuses. Requests that come at once are in `IntakeParallelContract`.
 *
 * The suite shares one store; every test has projects, keys and events of its own.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer, Option } from "effect"
import { project } from "../../execution/StatusProjection.ts"
import type { Frames } from "../../ports/Frames.ts"
import { Intake } from "../../ports/Intake.ts"
import { Journal } from "../../ports/Journal.ts"
import {
  accept,
  appending,
  assertNothingOf,
  at,
  hour,
  ids,
  none,
  outcome,
  pause,
  recall,
  starting,
  traces
} from "./intakeRequests.ts"

/** Registers the suite for one adapter. */
export const intakeContract = <E>(name: string, stores: Layer.Layer<Intake | Journal | Frames, E>): void => {
  layer(stores, { excludeTestServices: true })(`Intake contract: ${name}`, (it) => {
    it.effect("accepts a request together with its execution, status, journal and frame", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const request = starting()
        const { executionId, projectId } = request.consequence.events[0]
        assert.isUndefined(yield* recall(request))
        const accepted = yield* accept(request)
        assert(accepted._tag === "Accepted" && accepted.execution !== undefined)
        assert.strictEqual(accepted.execution.version, 1)
        assert.deepStrictEqual(yield* journal.load(executionId), accepted.execution)
        assert.deepStrictEqual(yield* journal.status(projectId), Option.some(project(accepted.execution)))
        assert.deepStrictEqual(yield* journal.records(executionId, 0), [
          { seq: 1, at, epoch: 0, event: request.consequence.events[0] }
        ])
        assert.deepStrictEqual(yield* traces(request.event), { executions: [executionId], frames: 1 })
      })
    )

    it.effect("replays the same request byte for byte, by its key and by its event, and adds nothing", () =>
      Effect.gen(function* () {
        const intake = yield* Intake
        const first = starting()
        yield* accept(first)
        const before = yield* traces(first.event)
        const { event, idempotency, answer } = first
        // A repeat is judged anew by whoever receives it, so its own consequence and answer are other ones.
        const again = starting({ ...ids(), projectId: event.projectId })
        const byKey = { _tag: "Replayed", by: "key", answer } as const
        assert.deepStrictEqual(yield* accept({ ...again, event, idempotency }), byKey)
        assert.deepStrictEqual(yield* intake.recall({ event, idempotency }), byKey)
        const byEvent = { _tag: "Replayed", by: "event", answer } as const
        assert.deepStrictEqual(yield* accept({ ...again, event, idempotency: undefined }), byEvent)
        assert.deepStrictEqual(yield* intake.recall({ event }), byEvent)
        assert.deepStrictEqual(yield* accept({ ...again, event }), byEvent)
        yield* assertNothingOf(again)
        assert.deepStrictEqual(yield* traces(event), before)
      })
    )

    it.effect("refuses another body under the same key, or as the same event, and stores nothing of it", () =>
      Effect.gen(function* () {
        const first = starting()
        yield* accept(first)
        const { event, idempotency, answer } = first
        const otherKey = starting()
        const ofKey = { ...otherKey, idempotency: { ...idempotency, fingerprint: "other" } }
        assert.deepStrictEqual(yield* accept(ofKey), { _tag: "Mismatch", of: "key" })
        assert.deepStrictEqual(yield* recall(ofKey), { _tag: "Mismatch", of: "key" })
        yield* assertNothingOf(otherKey)
        assert.deepStrictEqual(yield* traces(otherKey.event), none)

        const otherEvent = starting()
        const ofEvent = { ...otherEvent, event: { ...event, fingerprint: "other" } }
        assert.deepStrictEqual(yield* accept(ofEvent), { _tag: "Mismatch", of: "event" })
        assert.deepStrictEqual(yield* recall(ofEvent), { _tag: "Mismatch", of: "event" })
        yield* assertNothingOf(otherEvent)
        assert.deepStrictEqual(yield* traces(otherEvent.event), none)

        assert.deepStrictEqual(yield* recall(first), { _tag: "Replayed", by: "key", answer })
        assert.strictEqual((yield* accept(otherKey))._tag, "Accepted", "control: its own key is free")
      })
    )

    it.effect("a key counts in its scope and an event's id at its source, whatever text they are", () =>
      Effect.gen(function* () {
        const first = starting()
        yield* accept(first)
        const elsewhere = starting()
        const { executionId } = elsewhere.consequence.events[0]
        const accepted = yield* accept({
          ...elsewhere,
          idempotency: { ...first.idempotency, scope: "eve POST /events" },
          event: { ...first.event, source: "cron" }
        })
        assert(accepted._tag === "Accepted")
        assert.strictEqual(accepted.execution?.executionId, executionId)

        const texts = [
          "a\u0000b",
          "a\u0000c",
          "\ud800",
          "\ud801",
          "x".repeat(10_000),
          `${"x".repeat(9_999)}y`
        ]
        for (const text of texts) {
          const { idempotency, event, ...rest } = starting()
          const odd = {
            ...rest,
            idempotency: { ...idempotency, key: text },
            event: { ...event, id: text, body: text }
          }
          assert.strictEqual((yield* accept(odd))._tag, "Accepted")
          assert.deepStrictEqual(yield* accept(odd), { _tag: "Replayed", by: "key", answer: rest.answer })
        }
      })
    )

    it.effect("takes requests with a key alone, an event alone, neither, and without consequence", () =>
      Effect.gen(function* () {
        const { event: _e, ...byKey } = starting()
        const { idempotency: _i, ...byEvent } = starting()
        const { event: _b, idempotency: _c, ...neither } = starting()
        for (const request of [byKey, byEvent, neither]) {
          assert.strictEqual((yield* accept(request))._tag, "Accepted")
        }
        assert.isUndefined(yield* recall(neither))
        assert.strictEqual(
          outcome(yield* Effect.result(accept(neither))),
          "exists",
          "nothing tells it from new"
        )
        for (const request of [byKey, byEvent]) assert.strictEqual((yield* accept(request))._tag, "Replayed")

        const quiet = { ...starting(), consequence: { _tag: "None" } } as const
        assert.deepStrictEqual(yield* accept(quiet), { _tag: "Accepted", execution: undefined })
        assert.strictEqual((yield* accept(quiet))._tag, "Replayed")
        assert.deepStrictEqual(yield* traces(quiet.event), none)
      })
    )

    it.effect("appends to the execution that is there", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const own = ids()
        yield* accept(starting(own))
        const request = appending(own, 1, [pause])
        const accepted = yield* accept(request)
        assert(accepted._tag === "Accepted" && accepted.execution !== undefined)
        assert.strictEqual(accepted.execution.status, "pausing")
        assert.deepStrictEqual(yield* journal.load(own.executionId), accepted.execution)
        assert.deepStrictEqual(yield* journal.status(own.projectId), Option.some(project(accepted.execution)))
        assert.strictEqual((yield* accept(request))._tag, "Replayed")
        assert.deepStrictEqual(yield* traces(request.event), { executions: [own.executionId], frames: 2 })
      })
    )

    it.effect("stores nothing when the consequence is refused; decided again, the same key is accepted", () =>
      Effect.gen(function* () {
        const own = ids()
        yield* accept(starting(own))
        const before = { executions: [own.executionId], frames: 1 }
        const late = appending(own, 0, [pause])
        const second = starting({ ...ids(), projectId: own.projectId })
        const lost = appending({ ...ids(), projectId: own.projectId }, 1, [pause])
        for (const [request, reason] of [
          [late, "version_conflict"],
          [second, "exists"],
          [lost, "not_found"]
        ] as const) {
          assert.strictEqual(outcome(yield* Effect.result(accept(request))), reason)
          yield* assertNothingOf({ ...starting(), event: request.event, idempotency: request.idempotency })
          assert.deepStrictEqual(yield* traces(request.event), before)
        }
        const { consequence } = appending(own, 1, [pause])
        const again = yield* accept({ ...late, consequence })
        assert(again._tag === "Accepted")
        assert.strictEqual(again.execution?.version, 2)
      })
    )

    it.effect("a key's time runs by the store's clock, and when it is over the key is new", () =>
      Effect.gen(function* () {
        const intake = yield* Intake
        const { event: _, ...long } = starting()
        yield* accept({ ...long, at: 0 })
        assert.strictEqual(
          (yield* accept({ ...long, at: 0 }))._tag,
          "Replayed",
          "the request's clock is not asked"
        )

        const { event: _e, ...brief } = starting()
        const idempotency = { ...brief.idempotency, ttlMs: 30 }
        const begun = performance.now()
        yield* accept({ ...brief, idempotency })
        yield* Effect.repeat(intake.recall({ idempotency }), { until: (found) => found === undefined })
        assert.isAtLeast(performance.now() - begun, 29)

        const { event: _n, ...next } = starting()
        const anew = { ...idempotency, fingerprint: "other", ttlMs: hour }
        assert.strictEqual((yield* accept({ ...next, idempotency: anew }))._tag, "Accepted")
        const replayed = { _tag: "Replayed", by: "key", answer: next.answer } as const
        assert.deepStrictEqual(yield* intake.recall({ idempotency: anew }), replayed)
      })
    )

    it.effect("a sweep forgets keys whose time is over and old events, and nothing else", () =>
      Effect.gen(function* () {
        const intake = yield* Intake
        yield* intake.sweep(0)
        const kept = starting()
        const { event: _, ...over } = starting()
        const { idempotency: _i, ...old } = starting()
        yield* accept(kept)
        yield* accept({ ...over, idempotency: { ...over.idempotency, ttlMs: 0 } })
        yield* accept(old)
        assert.strictEqual(yield* intake.sweep(hour), 1)
        assert.strictEqual((yield* intake.recall({ event: old.event }))?._tag, "Replayed")
        assert.strictEqual(yield* intake.sweep(0), 2)
        assert.strictEqual(yield* intake.sweep(0), 0)
        assert.isUndefined(yield* intake.recall({ event: old.event }))
        assert.strictEqual((yield* recall(kept))?._tag, "Replayed", "its key lives on")
        const { executions } = yield* traces(kept.event)
        assert.lengthOf(executions, 1, "what followed from a request stays")
      })
    )
  })
}
