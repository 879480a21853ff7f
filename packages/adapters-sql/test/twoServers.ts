/**
 * Two servers on one database: the same request comes to both at once.
 */
import { assert } from "@effect/vitest"
import { Array, Effect, type Layer } from "effect"
import { accept, ids, starting } from "@devteam/core/testing/contracts/intakeRequests"
import type { Stores } from "../src/layers.ts"
import type { StoreError } from "../src/StoreError.ts"

/** Each call of `server` gives stores of their own. Of 20 equal requests to each of them one is accepted, the others get its answer. */
export const sameRequestAtTwoServers = (server: () => Layer.Layer<Stores, StoreError>) =>
  Effect.gen(function* () {
    const { idempotency, event } = starting()
    const requests = Array.makeBy(40, () => starting({ ...ids(), projectId: event.projectId }))
    const send = (some: ReadonlyArray<(typeof requests)[number]>) =>
      Effect.forEach(some, (request) => accept({ ...request, event, idempotency }), {
        concurrency: "unbounded"
      }).pipe(Effect.provide(server()))
    const halves = yield* Effect.all([send(requests.slice(0, 20)), send(requests.slice(20))], {
      concurrency: 2
    })
    const results = halves.flat()
    const winners = requests.filter((_, index) => results[index]?._tag === "Accepted")
    assert.lengthOf(winners, 1)
    const replayed = { _tag: "Replayed", by: "key", answer: winners[0]?.answer }
    for (const result of results) {
      if (result._tag !== "Accepted") assert.deepStrictEqual<unknown>(result, replayed)
    }
  })
