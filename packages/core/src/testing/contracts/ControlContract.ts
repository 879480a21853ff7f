/**
 * What every control port has to do: wake once at the beginning, and again after commits.
 *
 * How fast other processes are noticed is tested with real processes, where there are some.
 */
import { layer } from "@effect/vitest"
import { Effect, Fiber, type Layer, Queue, Stream } from "effect"
import type { ProjectId } from "../../model/Ids.ts"
import { Control } from "../../ports/Control.ts"
import { Journal } from "../../ports/Journal.ts"
import * as given from "../given.ts"

const ids = given.uniqueIds("control")

/** Wake-ups of a project as a queue, once it listens. */
const listen = (projectId: ProjectId) =>
  Effect.gen(function* () {
    const control = yield* Control
    const woken = yield* Queue.unbounded<void>()
    const fiber = yield* Effect.forkChild(
      Stream.runForEach(control.changes(projectId), () => Queue.offer(woken, undefined))
    )
    yield* Queue.take(woken)
    return { woken, fiber }
  })

/** Registers the suite for one adapter. */
export const controlContract = <E>(name: string, stores: Layer.Layer<Journal | Control, E>): void => {
  layer(stores, { excludeTestServices: true })(`Control contract: ${name}`, (it) => {
    it.effect("emits at once, and again after a commit of the journal", () =>
      Effect.gen(function* () {
        const journal = yield* Journal
        const own = ids()
        const { fiber, woken } = yield* listen(own.projectId)
        yield* journal.create([given.executionRequested(own)], given.startedAt)
        yield* Queue.take(woken)
        const events = [given.stepStarted("INITIALIZE")]
        yield* journal.append({
          executionId: own.executionId,
          expectedVersion: 1,
          at: given.startedAt,
          events
        })
        yield* Queue.take(woken)
        yield* Fiber.interrupt(fiber)
      })
    )

    it.effect("notify wakes all listeners of the project", () =>
      Effect.gen(function* () {
        const control = yield* Control
        const { projectId } = ids()
        const [first, second] = [yield* listen(projectId), yield* listen(projectId)]
        yield* control.notify(projectId)
        yield* Queue.take(first.woken)
        yield* Queue.take(second.woken)
        yield* Fiber.interrupt(first.fiber)
        yield* control.notify(projectId)
        yield* Queue.take(second.woken)
        yield* Fiber.interrupt(second.fiber)
      })
    )

    it.effect("a slow listener misses no change that came after its last wake-up", () =>
      Effect.gen(function* () {
        const control = yield* Control
        const { projectId } = ids()
        let changed = 0
        const reached = yield* Queue.unbounded<number>()
        const look = Effect.andThen(
          Effect.yieldNow,
          Effect.suspend(() => Queue.offer(reached, changed))
        )
        const fiber = yield* Effect.forkChild(Stream.runForEach(control.changes(projectId), () => look))
        for (let change = 1; change <= 200; change += 1) {
          changed = change
          yield* control.notify(projectId)
        }
        let seen = 0
        while (seen < 200) seen = yield* Queue.take(reached)
        yield* Fiber.interrupt(fiber)
      })
    )
  })
}
