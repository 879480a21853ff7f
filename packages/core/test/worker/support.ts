/**
 * How the tests of worker and steps begin, watch and look at an execution.
 */
import { Effect, Fiber, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { Event } from "../../src/execution/Event.ts"
import type { Execution } from "../../src/execution/State.ts"
import { isEnded } from "../../src/execution/Status.ts"
import type { ArtifactKey } from "../../src/model/Candidate.ts"
import type { ExecutionId } from "../../src/model/Ids.ts"
import { defaultLimits, type Limits } from "../../src/model/Limits.ts"
import type { ExecutionSettings } from "../../src/model/Settings.ts"
import { Artifacts, type Visibility } from "../../src/ports/Artifacts.ts"
import { Control } from "../../src/ports/Control.ts"
import type { Failpoint } from "../../src/ports/Failpoints.ts"
import { Failpoints } from "../../src/ports/Failpoints.ts"
import { Journal } from "../../src/ports/Journal.ts"
import type { EventOf } from "../../src/testing/given.ts"
import * as given from "../../src/testing/given.ts"
import { drive } from "../../src/worker/drive.ts"
import { request } from "../../src/worker/request.ts"
import { start, type StartInput } from "../../src/worker/start.ts"

/** Starts an execution with settings of this case; nothing runs yet. */
export const begin = Effect.fnUntraced(function* (
  overrides: Partial<Omit<ExecutionSettings, "limits">> & { readonly limits?: Partial<Limits> } = {},
  rest: Partial<Omit<StartInput, "settings">> = {}
) {
  const settings = given.settings({ ...overrides, limits: { ...defaultLimits, ...overrides.limits } })
  const { executionId } = yield* start({
    projectId: given.projectId(),
    settings,
    scope: { _tag: "List" },
    boundTo: "service",
    correlationId: given.correlationId(),
    workflow: "DEVTEAM_AUTOMATION",
    ...rest
  })
  return executionId
})

/** Starts an execution and drives it until it rests. */
export const run = Effect.fnUntraced(function* (...input: Parameters<typeof begin>) {
  const executionId = yield* begin(...input)
  yield* drive(executionId)
  return executionId
})

/** The state. */
export const stateOf = (executionId: ExecutionId) => Journal.use((journal) => journal.load(executionId))

/** All events, in order. */
export const eventsOf = (executionId: ExecutionId) =>
  Effect.map(
    Journal.use((journal) => journal.records(executionId, 0)),
    (records) => records.map(({ event }) => event)
  )

/** The events of one kind, in order. */
export const eventsNamed = <Tag extends Event["_tag"]>(executionId: ExecutionId, tag: Tag) =>
  Effect.map(eventsOf(executionId), (events) =>
    events.filter((event): event is EventOf<Tag> => event._tag === tag)
  )

/** The names of all events but those of steps that simply began. */
export const story = (executionId: ExecutionId) =>
  Effect.map(eventsOf(executionId), (events) =>
    events.map((event) => event._tag).filter((tag) => tag !== "StepStarted" && tag !== "ExecutionRequested")
  )

/** The steps that were begun, in order. */
export const stepsOf = (executionId: ExecutionId) =>
  Effect.map(eventsNamed(executionId, "StepStarted"), (events) =>
    events.map(({ mode, step }) => (mode === undefined ? step : `${step}:${mode}`))
  )

/** Waits until the journal says so; an execution that ends before is a mistake in the test. */
export const until = Effect.fnUntraced(function* (
  executionId: ExecutionId,
  holds: (state: Execution) => boolean
) {
  const control = yield* Control
  const found = yield* control.changes(given.projectId()).pipe(
    Stream.mapEffect(() => stateOf(executionId)),
    Stream.filter((state) => holds(state) || isEnded(state.status)),
    Stream.runHead
  )
  const state = Option.getOrThrow(found)
  return holds(state)
    ? state
    : yield* Effect.die(new Error(`ended as ${state.status}: ${state.error?.message}`))
})

/** An artifact as text; undefined when it is not there. */
export const artifactText = Effect.fnUntraced(function* (
  executionId: ExecutionId,
  key: ArtifactKey,
  visibility: Visibility = "public"
) {
  const bytes = yield* Artifacts.use((artifacts) => artifacts.get(executionId, key, visibility))
  return Option.getOrUndefined(Option.map(bytes, (found) => new TextDecoder().decode(found)))
})

/** Lets the clock run, minute by minute, until the fiber ends. */
export const joinInTime = Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<A, E>, minutes = 60) {
  for (let passed = 0; passed < minutes && fiber.pollUnsafe() === undefined; passed++) {
    yield* TestClock.adjust("1 minute")
  }
  if (fiber.pollUnsafe() !== undefined) return yield* Fiber.join(fiber)
  return yield* Effect.die(new Error(`still running after ${minutes} minutes of the test's clock`))
})

/** Runs `act` each time that a place is passed for one of these times: the first, if nothing is said. */
export const atPass =
  <R2>(place: string, act: Effect.Effect<unknown, unknown, R2>, passes: ReadonlyArray<number> = [1]) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | R2> =>
    Effect.flatMap(Effect.context<R2>(), (context) => {
      let passed = 0
      // A worker that waits here can be cut off, wherever in a step that is.
      const acts = act.pipe(Effect.provide(context), Effect.orDie, Effect.asVoid, Effect.interruptible)
      const failpoint: Failpoint = (name) => {
        if (name !== place) return Effect.void
        passed += 1
        return passes.includes(passed) ? acts : Effect.void
      }
      return Effect.provideService(self, Failpoints, failpoint)
    })

const by = "ada"

/** What people ask of the project. */
export const ask = {
  pause: request(given.projectId(), { _tag: "Pause", mode: "step", by }),
  pauseNow: request(given.projectId(), { _tag: "Pause", mode: "now", by }),
  resume: request(given.projectId(), { _tag: "Resume", by }),
  stop: request(given.projectId(), { _tag: "Stop", by })
}
