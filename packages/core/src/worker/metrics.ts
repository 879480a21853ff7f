/** What a worker measures. Names and labels are those of design §6. */
import { Metric } from "effect"

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
