/**
 * The limits of one execution: how often, how long, how much.
 *
 * They are stored with the execution, so a deploy cannot change them midway. Defaults: design §9. Nothing here
 * enforces them; `decide` and the steps do.
 */
import { Schema } from "effect"

const Positive = Schema.Int.check(Schema.isGreaterThan(0))

/** Counts, milliseconds, bytes and US dollars, as the names say. */
export const Limits = Schema.Struct({
  /** IMPLEMENT + VERIFY rounds of a task; 3 = two retries. */
  rounds: Positive,
  /** Tries of a step after infrastructure failures before the execution waits longer. */
  attempts: Positive,
  /** Crashes of a step before its task fails as `keeps_crashing`. */
  crashes: Positive,
  /** Push tries while the target keeps moving. */
  generations: Positive,
  /** Failed tasks after which the execution ends `error`. */
  failedTasks: Positive,
  agentMs: Positive,
  agentIdleMs: Positive,
  installMs: Positive,
  buildMs: Positive,
  pushMs: Positive,
  /** Output stored per step; the rest is counted. */
  outputBytes: Positive,
  taskCostUsd: Schema.Finite,
  executionCostUsd: Schema.Finite,
  /** Input and output tokens together; no limit when absent. */
  taskTokens: Schema.optionalKey(Positive),
  executionTokens: Schema.optionalKey(Positive)
})
export type Limits = typeof Limits.Type

/** What applies when nobody says otherwise. */
export const defaultLimits: Limits = {
  rounds: 3,
  attempts: 5,
  crashes: 3,
  generations: 3,
  failedTasks: 3,
  agentMs: 30 * 60_000,
  agentIdleMs: 10 * 60_000,
  installMs: 10 * 60_000,
  buildMs: 15 * 60_000,
  pushMs: 60_000,
  outputBytes: 10_000_000,
  taskCostUsd: 2,
  executionCostUsd: 20
}
