/**
 * The journal port over SQL: what a step appends, one commit holds. Nothing waits inside a transaction.
 */
import { Effect, Layer } from "effect"
import type { Event } from "@devteam/core/execution/Event"
import { type Append, Journal, type JournalShape } from "@devteam/core/ports/Journal"
import { SqlClient } from "effect/sql/SqlClient"
import { DatabaseIdentity } from "./DatabaseIdentity.ts"
import { journalGuard, journalReads } from "./journalReads.ts"
import { journalWrites } from "./journalWrites.ts"
import { inTransaction } from "./transaction.ts"
import type { Wakeups } from "./Wakeups.ts"

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const { instance } = yield* DatabaseIdentity
  const writes = yield* journalWrites

  const create = Effect.fn("Journal.create")(function* (events: ReadonlyArray<Event>, at: number) {
    return yield* writes.create(events, at)
  }, inTransaction(sql))

  const append = Effect.fn("Journal.append")(function* (request: Append) {
    return yield* writes.append(request)
  }, inTransaction(sql))

  return {
    instance,
    ...journalReads(sql),
    create: (events, at) => journalGuard("The execution was not created", create(events, at)),
    append: (request) => journalGuard(`Execution ${request.executionId} was not advanced`, append(request))
  } satisfies JournalShape
})

/** The journal of the database in scope. */
export const layer: Layer.Layer<Journal, never, SqlClient | DatabaseIdentity | Wakeups> = Layer.effect(
  Journal,
  make
)
