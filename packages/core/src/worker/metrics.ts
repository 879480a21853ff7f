/** What a worker measures. Names and labels are those of design §6. */
import { Effect, Metric } from "effect"
import type { Event } from "../execution/Event.ts"
import type { Usage } from "../model/Candidate.ts"

/** Seconds of one try of a step, by step and outcome (`done`, `failed`, `interrupted`). */
export const stepDuration = Metric.histogram("devteam_step_duration_seconds", {
  description: "Duration of one try of a step",
  boundaries: Metric.exponentialBoundaries({ start: 0.05, factor: 2, count: 16 })
})

/** Seconds from when an execution became runnable to its lease, by what told of it (`hint`, `sweep`, `turn`). */
export const queueLatency = Metric.histogram("devteam_queue_latency_seconds", {
  description: "Time from runnable to taken",
  boundaries: Metric.exponentialBoundaries({ start: 0.005, factor: 2, count: 16 })
})

/** Seconds of one verification command, by its name and outcome (`passed`, `failed`, `timed_out`). */
export const verificationDuration = Metric.histogram("devteam_verification_duration_seconds", {
  description: "Duration of one verification command",
  boundaries: Metric.exponentialBoundaries({ start: 0.05, factor: 2, count: 16 })
})

/** Tokens that agents used, by `direction` (`input`, `output`). */
export const agentTokens = Metric.counter("devteam_agent_tokens_total", {
  description: "Tokens used by agents",
  incremental: true
})

/** US dollars that agents cost, as far as they say. */
export const agentCost = Metric.counter("devteam_agent_cost_usd_total", {
  description: "Cost of agents in US dollars",
  incremental: true
})

const measureUsage = Effect.fnUntraced(function* ({ inputTokens, outputTokens, costUsd = 0 }: Usage) {
  yield* Metric.update(Metric.withAttributes(agentTokens, { direction: "input" }), inputTokens)
  yield* Metric.update(Metric.withAttributes(agentTokens, { direction: "output" }), outputTokens)
  yield* Metric.update(agentCost, costUsd)
})

/** Counts what a worker's events say: nothing is measured that is not in the journal. */
export const measure = Effect.fnUntraced(function* (events: ReadonlyArray<Event>) {
  for (const event of events) {
    if (event._tag === "Verified") {
      for (const { name: command, outcome, durationMs } of event.verdict.commands) {
        yield* Metric.update(
          Metric.withAttributes(verificationDuration, { command, outcome }),
          durationMs / 1000
        )
      }
    }
    if ((event._tag === "CandidatePrepared" || event._tag === "RoundSpent") && event.usage !== undefined) {
      yield* measureUsage(event.usage)
    }
  }
})
