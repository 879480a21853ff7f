/**
 * What every intake has to do with work that comes while its project is not free: keep it, in order, and let exactly
 * one take it up.
 *
 * The suite shares one store; every test has projects and events of its own.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer, Result } from "effect"
import type { Frames } from "../../ports/Frames.ts"
import { type Acceptance, type DeferredWork, Intake } from "../../ports/Intake.ts"
import { Journal } from "../../ports/Journal.ts"
import * as given from "../given.ts"
import { accept, at, ids, pause, starting } from "./intakeRequests.ts"

const deferring = (own = ids()) => {
  const work: DeferredWork = {
    projectId: own.projectId,
    settings: given.settings({ taskList: 'odd "name" ü.md' }),
    scope: { _tag: "Tasks", ids: ["1.1"] },
    correlationId: given.correlationId(),
    workflow: "DEVTEAM_AUTOMATION@1",
    eventId: own.executionId
  }
  const acceptance = { ...starting(own), consequence: { _tag: "Defer", work } } satisfies Acceptance
  return { own, work, acceptance }
}

const deferredOf = Effect.fnUntraced(function* ({ own }: ReturnType<typeof deferring>) {
  const all = yield* Intake.use((intake) => intake.deferred)
  return all.filter(({ work }) => work.projectId === own.projectId)
})

const create = (own: ReturnType<typeof ids>) =>
  ({ _tag: "Create", events: [given.executionRequested(own)] }) as const

/** Registers the suite for one adapter. */
export const intakeDeferredContract = <E>(
  name: string,
  stores: Layer.Layer<Intake | Journal | Frames, E>
): void => {
  layer(stores, { excludeTestServices: true })(`Intake contract, deferred work: ${name}`, (it) => {
    it.effect("keeps the work with the event, and replays the event without keeping it twice", () =>
      Effect.gen(function* () {
        const request = deferring()
        assert.deepStrictEqual(yield* accept(request.acceptance), { _tag: "Accepted", execution: undefined })
        const [deferral, ...more] = yield* deferredOf(request)
        assert.deepStrictEqual(deferral?.work, request.work)
        assert.lengthOf(more, 0)
        assert.strictEqual((yield* accept(request.acceptance))._tag, "Replayed")
        assert.lengthOf(yield* deferredOf(request), 1)
      })
    )

    it.effect("starts an execution and forgets the work, once", () =>
      Effect.gen(function* () {
        const intake = yield* Intake
        const request = deferring()
        yield* accept(request.acceptance)
        const [deferral] = yield* deferredOf(request)
        assert(deferral !== undefined)
        const taken = yield* Effect.all(
          Array.from({ length: 5 }, () =>
            intake.takeUp(deferral.id, create({ ...ids(), projectId: request.own.projectId }), at)
          ),
          { concurrency: "unbounded" }
        )
        const [execution, ...others] = taken.filter((one) => one !== undefined)
        assert.isDefined(execution)
        assert.lengthOf(others, 0)
        assert.lengthOf(yield* deferredOf(request), 0)
        const listed = yield* (yield* Journal).list({ projectId: request.own.projectId, limit: 10 })
        assert.deepStrictEqual(
          listed.map(({ executionId }) => executionId),
          execution === undefined ? [] : [execution.executionId]
        )
      })
    )

    it.effect("appends to an execution, and keeps the work where that was decided on an old state", () =>
      Effect.gen(function* () {
        const intake = yield* Intake
        const journal = yield* Journal
        const request = deferring()
        const { executionId, projectId } = request.own
        yield* journal.create([given.executionRequested(request.own)], at)
        yield* accept(request.acceptance)
        const [deferral] = yield* deferredOf(request)
        assert(deferral !== undefined)
        const append = (expectedVersion: number) =>
          intake.takeUp(deferral.id, { _tag: "Append", executionId, expectedVersion, events: [pause] }, at)
        const old = yield* Effect.result(append(0))
        assert.isTrue(Result.isFailure(old) && old.failure.reason === "version_conflict")
        const busy = yield* Effect.result(intake.takeUp(deferral.id, create({ ...ids(), projectId }), at))
        assert.isTrue(Result.isFailure(busy) && busy.failure.reason === "exists")
        assert.lengthOf(yield* deferredOf(request), 1)
        assert.strictEqual((yield* append(1))?.status, "pausing")
        assert.lengthOf(yield* deferredOf(request), 0)
        assert.isUndefined(yield* append(2))
        assert.strictEqual((yield* journal.load(executionId)).version, 2)
      })
    )
  })
}
