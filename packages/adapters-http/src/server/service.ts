/**
 * Health, readiness and metrics.
 */
import { Journal } from "@devteam/core/ports/Journal"
import { Effect, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { Operator } from "./Operator.ts"

/** Executions in the database, by status: those of the newest thousand. */
const executionsByStatus = Metric.gauge("devteam_executions", {
  description: "Executions by status, of the newest thousand"
})

const statuses = ["initializing", "running", "pausing", "paused", "stopping", "stopped", "completed", "error"]

const countExecutions = Effect.gen(function* () {
  const journal = yield* Journal
  const all = yield* journal.list({ limit: 1_000 })
  for (const status of statuses) {
    const count = all.filter((execution) => execution.status === status).length
    yield* Metric.update(Metric.withAttributes(executionsByStatus, { status }), count)
  }
})

/** The metrics in Prometheus' text format. */
export const metrics = Effect.andThen(Effect.ignore(countExecutions), PrometheusMetrics.format())

const problemOf = (check: Effect.Effect<string | undefined>) =>
  check.pipe(
    Effect.catchCause(() => Effect.succeed("does not answer")),
    Effect.timeoutOrElse({ duration: "2 seconds", orElse: () => Effect.succeed("does not answer in time") })
  )

/** What the server needs, each by its name. */
export const readiness = Effect.gen(function* () {
  const { dependencies } = yield* Operator
  const journal = yield* Journal
  const database = Effect.match(journal.list({ limit: 1 }), {
    onFailure: ({ message }) => message,
    onSuccess: () => undefined
  })
  const checks = [{ name: "database", check: database }, ...dependencies]
  const found = yield* Effect.forEach(checks, ({ name, check }) =>
    Effect.map(
      problemOf(check),
      (detail) => [name, detail === undefined ? { ok: true } : { ok: false, detail }] as const
    )
  )
  const ready = found.every(([, { ok }]) => ok)
  return {
    status: ready ? ("ready" as const) : ("not_ready" as const),
    dependencies: Object.fromEntries(found)
  }
})
