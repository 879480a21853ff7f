/**
 * Requests for the intake's suites, and looking at what became of them.
 */
import { assert } from "@effect/vitest"
import { Effect, Result } from "effect"
import type { Event } from "../../execution/Event.ts"
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

/** An hour in ms: longer than any test. */
export const hour = 3_600_000

/** When every request is made, in epoch ms by the requester's clock. */
export const at = given.startedAt

/** A project and an execution, new at each call. */
export const ids = given.uniqueIds("intake")

/** A request to start an execution, with a key and an event; each call is another request. */
export const starting = (own = ids()) => {
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
export const appending = (
  own: ReturnType<typeof ids>,
  expectedVersion: number,
  events: ReadonlyArray<Event>
) =>
  ({
    ...starting({ ...ids(), projectId: own.projectId }),
    consequence: { _tag: "Append", executionId: own.executionId, expectedVersion, events }
  }) satisfies Acceptance

/** Something to append. */
export const pause: Event = { _tag: "PauseRequested", mode: "step", by: "ada" }

/** Accepts with the intake in scope. */
export const accept = (acceptance: Acceptance) => Intake.use((intake) => intake.accept(acceptance))
/** Recalls with the intake in scope. */
export const recall = (request: Acceptance) => Intake.use((intake) => intake.recall(request))

/** One word for what became of a request. */
export const outcome = (result: Result.Result<Accepted, IntakeError | JournalError>): string =>
  Result.match(result, { onSuccess: ({ _tag }) => _tag, onFailure: ({ reason }) => reason })

/** What a project has: its executions, and how many frames. */
export const traces = Effect.fnUntraced(function* ({ projectId }: ClientEvent) {
  const executions = yield* (yield* Journal).list({ projectId, limit: 200 })
  const { last } = yield* (yield* Frames).range(projectId)
  return { executions: executions.map(({ executionId }) => executionId), frames: last }
})
/** Nothing, as {@link traces} says it. */
export const none = { executions: [], frames: 0 }

/** Asserts that nothing at all is stored of a request. */
export const assertNothingOf = Effect.fnUntraced(function* (request: ReturnType<typeof starting>) {
  const { event, idempotency } = request
  assert.isUndefined(yield* (yield* Intake).recall({ idempotency }), "no key")
  assert.isUndefined(yield* (yield* Intake).recall({ event }), "no event")
})
