/**
 * What every intake has to do: accept a request once with everything that follows from it, replay it byte for byte,
 * and store nothing of what it refuses.
 *
 * The suite shares one store; every test has projects, keys and events of its own.
 */
import { assert, layer } from "@effect/vitest"
import { Array, Effect, type Layer, Option, Result } from "effect"
import type { Event } from "../../execution/Event.ts"
import { project } from "../../execution/StatusProjection.ts"
import { Frames } from "../../ports/Frames.ts"
import {
  type Acceptance,
  type Accepted,
  type ClientEvent,
  Intake,
  type IntakeError
} from "../../ports/Intake.ts"
import { Journal, type JournalError } from "../../ports/Journal.ts"
import * as given from "../given.ts"

const ids = given.uniqueIds("intake")
const at = given.startedAt
const hour = 3_600_000
const parallel = { concurrency: "unbounded" } as const

/** A request to start an execution, with a key and an event; each call is another request. */
const starting = (own = ids()) => {
  const { projectId, executionId } = own
  const name = executionId
  const body = JSON.stringify({ id: name, projectId })
  return {
    at,
    idempotency: { scope: "ada POST /events", key: name, fingerprint: body, ttlMs: hour },
    event: {
      source: "ci",
      id: name,
      type: "DEVTEAM_AUTOMATION",
      projectId,
      correlationId: `correlation-${name}`,
      body,
      fingerprint: body
    },
    consequence: { _tag: "Create", events: [given.executionRequested(own)] },
    answer: {
      status: 202,
      headers: { location: `/executions/${executionId}`, "x-odd": 'a "b" \\ ü' },
      body: `{"executionId":"${executionId}", "odd": "\u0000 \ud800 😀"}\n`
    }
  } as const satisfies Acceptance
}

/** A request for more of an execution that is there. */
const appending = (own: ReturnType<typeof ids>, expectedVersion: number, events: ReadonlyArray<Event>) =>
  ({
    ...starting({ ...ids(), projectId: own.projectId }),
    consequence: { _tag: "Append", executionId: own.executionId, expectedVersion, events }
  }) satisfies Acceptance

const pause: Event = { _tag: "PauseRequested", mode: "step", by: "ada" }

const accept = (acceptance: Acceptance) => Intake.use((intake) => intake.accept(acceptance))
const recall = (request: Acceptance) => Intake.use((intake) => intake.recall(request))

const outcome = (result: Result.Result<Accepted, IntakeError | JournalError>): string =>
  Result.match(result, { onSuccess: ({ _tag }) => _tag, onFailure: ({ reason }) => reason })

/** What a project has: its executions, and how many frames. */
const traces = Effect.fnUntraced(function* ({ projectId }: ClientEvent) {
  const executions = yield* (yield* Journal).list({ projectId, limit: 200 })
  const { last } = yield* (yield* Frames).range(projectId)
  return { executions: executions.map(({ executionId }) => executionId), frames: last }
})
const none = { executions: [], frames: 0 }

/** Asserts that nothing at all is stored of a request. */
const assertNothingOf = Effect.fnUntraced(function* (request: ReturnType<typeof starting>) {
  const { event, idempotency } = request
  assert.isUndefined(yield* (yield* Intake).recall({ idempotency }), "no key")
  assert.isUndefined(yield* (yield* Intake).recall({ event }), "no event")
})

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
        const forgotten = Effect.repeat(intake.recall({ idempotency }), {
          until: (found) => found === undefined
        })
        yield* forgotten
        assert.isAtLeast(performance.now() - begun, 29)
        const next = { ...starting(), event: undefined, idempotency: { ...long.idempotency, ...idempotency } }
        const other = { ...next.idempotency, fingerprint: "other", ttlMs: hour }
        const accepted = yield* accept({ ...next, idempotency: other })
        assert(accepted._tag === "Accepted")
        assert.deepStrictEqual(yield* intake.recall({ idempotency: other }), {
          _tag: "Replayed",
          by: "key",
          answer: next.answer
        })
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
