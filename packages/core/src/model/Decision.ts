/**
 * What people decide about tasks, and what the runner then delivers without an agent.
 *
 * A decision is a fact once it is in the journal; which ones are possible is decided in `execution/`.
 */
import { Schema } from "effect"
import { Candidate } from "./Candidate.ts"
import { Sha } from "./Ids.ts"

/**
 * `accept`: deliver the held change after all. `done`: tick the task, nothing else is to be done. `skip`: leave it.
 * `reopen`: forget how it came out, and let it be taken again.
 */
export const DecisionKind = Schema.Literals(["accept", "skip", "reopen", "done"])
export type DecisionKind = typeof DecisionKind.Type

/** What SELECT is to deliver before any other task: a kept change, the tick alone, or a commit taken back. */
export const Ordered = Schema.Union([
  Schema.TaggedStruct("Accept", { taskId: Schema.String, title: Schema.String, candidate: Candidate }),
  Schema.TaggedStruct("Done", { taskId: Schema.String, title: Schema.String }),
  /** `commit` is the one that completed the task; it has one parent. */
  Schema.TaggedStruct("Undo", { taskId: Schema.String, title: Schema.String, commit: Sha })
])
export type Ordered = typeof Ordered.Type

/** Why a task in hand has no agent at work. */
export const TaskOrder = Schema.Union([
  Schema.TaggedStruct("Accept", {}),
  Schema.TaggedStruct("Done", {}),
  Schema.TaggedStruct("Undo", { commit: Sha })
])
export type TaskOrder = typeof TaskOrder.Type
