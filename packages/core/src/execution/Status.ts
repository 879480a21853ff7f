/**
 * The words for where an execution stands.
 *
 * Which request is legal in which of them is `transitions.ts`.
 */
import { Schema } from "effect"
import { Millis } from "../model/Ids.ts"

/** The status of an execution (design §4). A known project without one answers `idle`. */
export const Status = Schema.Literals([
  "initializing",
  "running",
  "pausing",
  "paused",
  "stopping",
  "stopped",
  "completed",
  "error"
])
export type Status = typeof Status.Type

/** Statuses that nothing leaves any more. */
export const isEnded = (status: Status): boolean =>
  status === "stopped" || status === "completed" || status === "error"

/** Why a running execution does nothing at the moment. Lease and slot are given back meanwhile. */
export const Waiting = Schema.Struct({
  reason: Schema.Literals(["quota", "backoff", "target_busy", "remote_unreachable", "infrastructure"]),
  until: Millis,
  message: Schema.String
})
export type Waiting = typeof Waiting.Type

/** Why an execution is paused. */
export const PauseReason = Schema.Literals([
  "request",
  "until_task",
  "max_tasks",
  "held",
  "list_invalid",
  "max_cost",
  "max_tokens",
  "push_refused",
  "baseline_broken"
])
export type PauseReason = typeof PauseReason.Type

/** Why an execution ended as `error`. */
export const ErrorReason = Schema.Literals([
  "tasks_failed",
  "too_many_failed_tasks",
  "no_tasks",
  "unknown_task",
  "list_missing",
  "list_invalid",
  "agent",
  "auth",
  "environment",
  "keeps_crashing"
])
export type ErrorReason = typeof ErrorReason.Type

/** Why a task failed. */
export const TaskFailure = Schema.Literals(["rounds_used_up", "max_cost", "max_tokens", "keeps_crashing"])
export type TaskFailure = typeof TaskFailure.Type

/** Why a task is held for a person to decide. */
export const HoldReason = Schema.Literals([
  "policy",
  "nothing_to_do",
  "conflict",
  "secret_in_patch",
  "removed_by_others",
  "push_refused",
  "list_invalid",
  "unverified",
  /** What a person ordered is red where it would be delivered. */
  "verification_failed",
  /** What a person ordered cannot be made any more. */
  "undeliverable"
])
export type HoldReason = typeof HoldReason.Type

/** What cost a round. */
export const RoundReason = Schema.Literals([
  "red_build",
  "build_timeout",
  "no_edit",
  "malformed_edit",
  "agent_failed",
  "agent_timeout"
])
export type RoundReason = typeof RoundReason.Type

/** A task that waits for others in this execution, and for which. */
export const Blocked = Schema.Struct({
  id: Schema.String,
  /** Absent in what was recorded before titles were. */
  title: Schema.optionalKey(Schema.String),
  by: Schema.Array(Schema.String)
})
export type Blocked = typeof Blocked.Type

/** The list at one moment: optional tasks count only when done or asked for. */
export const Totals = Schema.Struct({ completed: Schema.Int, total: Schema.Int })
export type Totals = typeof Totals.Type
