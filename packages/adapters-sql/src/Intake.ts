/**
 * The intake port over SQL: one transaction holds key, event, answer and what follows from the request.
 *
 * Rows are locked in one order by every request (key, event, lease), so requests never wait for each other in a
 * circle. What an earlier request has settled ends the transaction without a trace.
 */
import { Effect, Layer, Option } from "effect"
import {
  type Acceptance,
  type Accepted,
  Intake,
  IntakeError,
  type IntakeShape,
  type Recalled,
  recalled
} from "@devteam/core/ports/Intake"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseIdentity } from "./DatabaseIdentity.ts"
import { intakeRows } from "./intakeRows.ts"
import { intakeSweep } from "./intakeSweep.ts"
import { newerSchema } from "./journalReads.ts"
import { journalWrites } from "./journalWrites.ts"
import { describeFailure } from "./sqlFailure.ts"
import { inTransaction } from "./transaction.ts"
import type { Wakeups } from "./Wakeups.ts"

const notAccepted = "The request was not accepted"

const unavailable = (what: string) => (error: SqlError) =>
  Effect.fail(new IntakeError({ reason: "unavailable", message: describeFailure(what, error) }))

/** Rolls back, and is the answer all the same. */
const settled = (outcome: Recalled) => Effect.fail({ _tag: "Settled" as const, outcome })

const make = Effect.gen(function* () {
  const sql = yield* SqlClient
  const rows = intakeRows(sql)
  const writes = yield* journalWrites

  const recall = Effect.fn("Intake.recall")(function* (...[request]: Parameters<IntakeShape["recall"]>) {
    const { idempotency, event } = request
    if (idempotency !== undefined) {
      const stored = yield* rows.findKey(idempotency)
      if (Option.isSome(stored)) return recalled("key", stored.value, idempotency.fingerprint)
    }
    const stored = event === undefined ? Option.none() : yield* rows.findEvent(event)
    return Option.isSome(stored) && event !== undefined
      ? recalled("event", stored.value, event.fingerprint)
      : undefined
  })

  // SQLite's writers wait for each other before they begin.
  const limitWaiting = sql.onDialectOrElse({
    pg: () => sql`SET LOCAL lock_timeout = '2s'`,
    orElse: () => Effect.void
  })
  const claim = Effect.fnUntraced(
    function* ({ idempotency, event, answer }: Acceptance) {
      if (idempotency !== undefined) {
        const stored = yield* rows.claimKey(idempotency, answer)
        if (stored !== undefined) return yield* settled(recalled("key", stored, idempotency.fingerprint))
      }
      if (event !== undefined) {
        const stored = yield* rows.claimEvent(event, answer)
        if (stored !== undefined) return yield* settled(recalled("event", stored, event.fingerprint))
      }
    },
    Effect.catchReason("SqlError", "LockTimeoutError", () =>
      Effect.fail(
        new IntakeError({
          reason: "busy",
          message:
            "The same request is still being accepted. Send it again in a moment, with the same key or id."
        })
      )
    )
  )

  const follow = Effect.fnUntraced(
    function* ({ consequence, at, event }: Pick<Acceptance, "consequence" | "at" | "event">) {
      switch (consequence._tag) {
        case "Create":
          return yield* writes.create(consequence.events, at)
        case "Append":
          return yield* writes.append({ ...consequence, at })
        case "Defer":
          if (event === undefined) return yield* Effect.die(new Error("Only an event defers work."))
          yield* rows.defer(event, consequence.work)
          return undefined
        case "None":
          return undefined
      }
    },
    Effect.catchTag("SchemaError", newerSchema(notAccepted))
  )

  const accept = Effect.fn("Intake.accept")(
    function* (acceptance: Acceptance) {
      yield* limitWaiting
      yield* claim(acceptance)
      const execution = yield* follow(acceptance)
      return { _tag: "Accepted", execution } satisfies Accepted
    },
    inTransaction(sql),
    Effect.catchTag("Settled", ({ outcome }) => Effect.succeed<Accepted>(outcome))
  )

  const takeUp = Effect.fn("Intake.takeUp")(function* (
    ...[id, consequence, at]: Parameters<IntakeShape["takeUp"]>
  ) {
    return (yield* rows.claimDeferred(id)) ? yield* follow({ consequence, at }) : undefined
  }, sql.withTransaction)

  const sweep = intakeSweep(sql)

  return {
    recall: (request) =>
      recall(request).pipe(
        Effect.catchTag("SqlError", unavailable("Earlier requests could not be looked up")),
        Effect.catchTag("SchemaError", Effect.die)
      ),
    accept: (acceptance) =>
      accept(acceptance).pipe(
        Effect.catchTag("SqlError", unavailable(notAccepted)),
        Effect.catchTag("SchemaError", Effect.die)
      ),
    deferred: rows.deferred.pipe(
      Effect.catchTag("SqlError", unavailable("Deferred work could not be looked up")),
      Effect.catchTag("SchemaError", Effect.die)
    ),
    takeUp: (...taken) =>
      takeUp(...taken).pipe(Effect.catchTag("SqlError", unavailable("Deferred work was not taken up"))),
    sweep: (eventsMs) =>
      Effect.catchTag(sweep(eventsMs), "SqlError", unavailable("Old requests were not forgotten"))
  } satisfies IntakeShape
})

/** The intake of the database in scope. */
export const layer: Layer.Layer<Intake, never, SqlClient | DatabaseIdentity | Wakeups> = Layer.effect(
  Intake,
  make
)
