/**
 * What can happen in an execution: the closed set of domain events, and the on-disk format of the journal.
 *
 * Past tense, facts only. A field may be added as optional; a meaning never changes: recorded journals of every
 * released version replay in the tests. Times are not in the events but in their records.
 */
import { Schema } from "effect"
import { ArtifactKey, Candidate, Usage } from "../model/Candidate.ts"
import { CorrelationId, ExecutionId, InstanceId, Millis, ProjectId, Sha, TaskId } from "../model/Ids.ts"
import { DecisionKind, Ordered, TaskOrder } from "../model/Decision.ts"
import { PreparedCommit, PushIntent, RemoteCapabilities } from "../model/Push.ts"
import { BoundTo, Delivery, ExecutionSettings, Scope } from "../model/Settings.ts"
import { PushMode, StepName } from "../model/Step.ts"
import { Task } from "../model/Task.ts"
import { Verdict } from "../model/Verdict.ts"
import {
  Blocked,
  ErrorReason,
  HoldReason,
  PauseReason,
  RoundReason,
  TaskFailure,
  Totals,
  Waiting
} from "./Status.ts"

/** An unresolved push that a stopped execution left to its project. */
export const InheritedPush = Schema.Struct({
  executionId: ExecutionId,
  taskTitle: Schema.String,
  intent: PushIntent,
  capabilities: RemoteCapabilities
})
export type InheritedPush = typeof InheritedPush.Type

/** Why a step ended without a result: its worker died, a person asked, its worker was closed in an orderly way, or its result is too old. */
export const Interruption = Schema.Literals([
  "crashed",
  "paused",
  "stopped",
  "worker_closed",
  "work_requested"
])
export type Interruption = typeof Interruption.Type

/** What a push turned out to be (design §8). `Again`: sealed and not there, the same
 * commit may go once more. `NotPushed`: given up before the push began. */
export const PushOutcome = Schema.Union([
  Schema.TaggedStruct("Landed", { commit: Sha }),
  Schema.TaggedStruct("Again", {}),
  Schema.TaggedStruct("NotPushed", {}),
  Schema.TaggedStruct("Regenerate", { head: Sha }),
  Schema.TaggedStruct("Removed", {}),
  Schema.TaggedStruct("TargetGone", {}),
  Schema.TaggedStruct("Superseded", {}),
  Schema.TaggedStruct("RefusedByPolicy", { message: Schema.String })
])
export type PushOutcome = typeof PushOutcome.Type

/** The domain events. */
export const Event = Schema.TaggedUnion({
  /** A person or an event asked for an execution; everything that it needs is stored with it. */
  ExecutionRequested: {
    executionId: ExecutionId,
    projectId: ProjectId,
    correlationId: CorrelationId,
    instance: InstanceId,
    workflow: Schema.Struct({ name: Schema.String, version: Schema.Int }),
    settings: ExecutionSettings,
    scope: Scope,
    boundTo: BoundTo,
    eventId: Schema.optionalKey(Schema.String),
    userId: Schema.optionalKey(Schema.String),
    inherited: Schema.optionalKey(InheritedPush),
    /** 0 (absent) to 9: more goes first where executions wait for a worker. */
    priority: Schema.optionalKey(Schema.Int),
    /** The delivery branch of an earlier execution, to go on with where it is not merged yet. */
    continues: Schema.optionalKey(Schema.String),
    /** What a person wants delivered first. */
    ordered: Schema.optionalKey(Schema.Array(Ordered))
  },
  /** Repository, list, sandbox, agent and remote are ready; nothing has been paid for yet. */
  Initialized: {
    /** The branch that is delivered to. */
    target: Schema.String,
    /** Where `target` is a delivery branch: the branch that it begins at. */
    from: Schema.optionalKey(Schema.String),
    head: Sha,
    taskList: Schema.String,
    template: Schema.String,
    templateSource: Schema.String,
    /** What applies from here on, where the project says something about itself. */
    settings: Schema.optionalKey(ExecutionSettings),
    totals: Totals,
    capabilities: RemoteCapabilities,
    agentVersion: Schema.String,
    sandbox: Schema.String,
    warnings: Schema.Array(Schema.String)
  },
  StepStarted: {
    step: StepName,
    attempt: Schema.Int,
    mode: Schema.optionalKey(PushMode),
    taskId: Schema.optionalKey(TaskId),
    round: Schema.optionalKey(Schema.Int)
  },
  /** An infrastructure failure: an attempt, never a round. */
  StepFailed: {
    step: StepName,
    attempt: Schema.Int,
    reason: Schema.String,
    message: Schema.String,
    usage: Schema.optionalKey(Usage)
  },
  StepInterrupted: { step: StepName, attempt: Schema.Int, cause: Interruption },
  /** `base` is the target's head; `baseTree` its tree. */
  TaskSelected: {
    task: Task,
    base: Sha,
    baseTree: Sha,
    listBlob: Sha,
    totals: Totals,
    /** A person's order, with the change that it means: no agent is asked. `baseTree` is the tree of its base. */
    order: Schema.optionalKey(Schema.Struct({ order: TaskOrder, candidate: Candidate, baseTree: Sha }))
  },
  WorkspacePrepared: { directory: Schema.String, durationMs: Schema.Int },
  PromptRendered: { sha256: Schema.String, artifact: ArtifactKey },
  /** Stored before this event. `origin` says whether the agent made it or a merge onto a newer head. */
  CandidatePrepared: {
    candidate: Candidate,
    origin: Schema.Literals(["agent", "merge", "no_change"]),
    /** The tree of `candidate.base`. */
    baseTree: Sha,
    durationMs: Schema.Int,
    usage: Schema.optionalKey(Usage),
    warnings: Schema.Array(Schema.String)
  },
  Verified: { verdict: Verdict },
  RoundSpent: {
    round: Schema.Int,
    reason: RoundReason,
    message: Schema.String,
    log: Schema.optionalKey(ArtifactKey),
    usage: Schema.optionalKey(Usage)
  },
  /** A merge conflict goes back to the agent once, uncharged, on the new head. */
  ConflictFound: {
    base: Sha,
    baseTree: Sha,
    files: Schema.Array(Schema.String),
    log: ArtifactKey
  },
  CommitPrepared: { commit: PreparedCommit },
  PushIntended: { intent: PushIntent },
  PushResolved: { intent: PushIntent, outcome: PushOutcome, inherited: Schema.Boolean },
  TaskCompleted: { taskId: TaskId, title: Schema.String, commit: Sha, totals: Totals },
  TaskFailed: { taskId: TaskId, title: Schema.String, reason: TaskFailure, message: Schema.String },
  TaskHeld: {
    taskId: TaskId,
    title: Schema.String,
    reason: HoldReason,
    message: Schema.String,
    candidate: Schema.optionalKey(Candidate),
    /** What the agent took in the round that ended so. */
    usage: Schema.optionalKey(Usage)
  },
  /** The list changed under the task: done, gone or retitled by people. Nothing was pushed. */
  TaskSuperseded: { taskId: TaskId, title: Schema.String, message: Schema.String },
  /** A person decided about a task. It takes effect at the next task boundary. */
  TaskDecided: {
    taskId: Schema.String,
    title: Schema.String,
    normalizedTitle: Schema.String,
    decision: DecisionKind,
    by: Schema.String
  },
  WaitStarted: { waiting: Waiting },
  WaitEnded: {},
  PauseRequested: { mode: Schema.Literals(["step", "now"]), by: Schema.String },
  Paused: { reason: PauseReason, message: Schema.String },
  /** With another `delivery` everything is looked at anew first, and what the remote refused is delivered there. */
  Resumed: { by: Schema.String, delivery: Schema.optionalKey(Delivery) },
  StopRequested: { by: Schema.String },
  /** `unresolvedPush`: the remote could not be asked; the intent is the project's now. */
  Stopped: { unresolvedPush: Schema.optionalKey(PushIntent) },
  /** An event joined the execution: its scope is widened, and the list is looked at once more before the end. */
  WorkRequested: {
    scope: Scope,
    eventId: Schema.optionalKey(Schema.String),
    priority: Schema.optionalKey(Schema.Int)
  },
  ExecutionCompleted: { totals: Totals },
  ExecutionFailed: { reason: ErrorReason, message: Schema.String, blocked: Schema.Array(Blocked) }
})
export type Event = typeof Event.Type

/** An event as the journal keeps it: `seq` from 1, `at` when it was decided, `epoch` of the worker (0: a request). */
export const JournalRecord = Schema.Struct({
  seq: Schema.Int,
  at: Millis,
  epoch: Schema.Int,
  event: Event
})
export type JournalRecord = typeof JournalRecord.Type

/** The version of the event format; a journal of a newer one is refused. */
export const eventVersion = 1
