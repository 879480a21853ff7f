/**
 * The identifiers of the domain.
 *
 * Branded strings, checked once where they enter the system. Nothing here makes ids: they come in with commands,
 * so that the core stays free of randomness.
 */
import { Schema } from "effect"

const segment = "[a-z0-9][a-z0-9._-]*"

/** A project: one or two lower-case segments, `shop` or `acme/shop`. */
export const ProjectId = Schema.String.check(Schema.isPattern(new RegExp(`^${segment}(/${segment})?$`))).pipe(
  Schema.brand("ProjectId")
)
export type ProjectId = typeof ProjectId.Type

/** One run of a workflow for a project. */
export const ExecutionId = Schema.String.check(Schema.isPattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)).pipe(
  Schema.brand("ExecutionId")
)
export type ExecutionId = typeof ExecutionId.Type

/** A task's id as the list writes it (`2.1`, `T012`), or `t-<hash8>-<occurrence>` where the list has none. */
export const TaskId = Schema.NonEmptyString.pipe(Schema.brand("TaskId"))
export type TaskId = typeof TaskId.Type

/** Follows one request through hint, worker, agent and commit trailer. */
export const CorrelationId = Schema.String.check(Schema.isPattern(/^[\x21-\x7e]{1,128}$/)).pipe(
  Schema.brand("CorrelationId")
)
export type CorrelationId = typeof CorrelationId.Type

/** A git object name: 40 hex digits (SHA-1) or 64 (SHA-256). */
export const Sha = Schema.String.check(Schema.isPattern(/^([0-9a-f]{40}|[0-9a-f]{64})$/)).pipe(
  Schema.brand("Sha")
)
export type Sha = typeof Sha.Type

/** The uuid of one database: two data directories on one remote have two of them. */
export const InstanceId = Schema.NonEmptyString.pipe(Schema.brand("InstanceId"))
export type InstanceId = typeof InstanceId.Type

/** Milliseconds since 1970-01-01 UTC. */
export const Millis = Schema.Int
export type Millis = typeof Millis.Type
