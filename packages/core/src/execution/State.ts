/**
 * The state of an execution, folded from its journal: the task context.
 *
 * One Schema is the folded value, the stored snapshot and what the API shows. It holds nothing that the journal does
 * not say.
 */
import { Schema } from "effect"
import { ArtifactKey, Candidate, Usage } from "../model/Candidate.ts"
import { CorrelationId, ExecutionId, InstanceId, Millis, ProjectId, Sha } from "../model/Ids.ts"
import { Ordered, TaskOrder } from "../model/Decision.ts"
import { PreparedCommit, PushIntent, RemoteCapabilities } from "../model/Push.ts"
import { BoundTo, ExecutionSettings, Scope } from "../model/Settings.ts"
import { PushMode, StepName } from "../model/Step.ts"
import { Task } from "../model/Task.ts"
import { Verdict } from "../model/Verdict.ts"
import { InheritedPush } from "./Event.ts"
import {
  Blocked,
  ErrorReason,
  HoldReason,
  PauseReason,
  RoundReason,
  Status,
  TaskFailure,
  Totals,
  Waiting
} from "./Status.ts"

/** Why a further round is needed, and where its log lies. `conflict` is not charged. */
export const PreviousRound = Schema.Struct({
  reason: Schema.Union([RoundReason, Schema.Literal("merge_conflict")]),
  log: Schema.optionalKey(ArtifactKey),
  candidate: Schema.optionalKey(Candidate),
  /** The last red build's log, where rounds without a build came after it. */
  redLog: Schema.optionalKey(ArtifactKey)
})
export type PreviousRound = typeof PreviousRound.Type

/** The task in hand. `step` is the one that comes next, or runs. */
export const TaskInHand = Schema.Struct({
  task: Task,
  base: Sha,
  baseTree: Sha,
  round: Schema.Int,
  step: StepName,
  generation: Schema.Int,
  previous: Schema.optionalKey(PreviousRound),
  prompt: Schema.optionalKey(Schema.Struct({ sha256: Schema.String, artifact: ArtifactKey })),
  candidate: Schema.optionalKey(Candidate),
  /** When the candidate was stored: the commit's author date. */
  candidateAt: Schema.optionalKey(Millis),
  verdict: Schema.optionalKey(Verdict),
  commit: Schema.optionalKey(PreparedCommit),
  landed: Schema.optionalKey(Sha),
  /** A person ordered it: no agent works on it, and what goes wrong holds it. */
  order: Schema.optionalKey(TaskOrder),
  conflictShown: Schema.Boolean,
  startedAt: Millis,
  usage: Schema.optionalKey(Usage),
  warnings: Schema.Array(Schema.String)
})
export type TaskInHand = typeof TaskInHand.Type

/** How a task of this execution ended. */
export const TaskOutcome = Schema.Struct({
  taskId: Schema.String,
  title: Schema.String,
  normalizedTitle: Schema.String,
  outcome: Schema.Literals(["completed", "failed", "held", "superseded", "skipped", "undone"]),
  reason: Schema.optionalKey(Schema.Union([TaskFailure, HoldReason])),
  message: Schema.optionalKey(Schema.String),
  rounds: Schema.Int,
  durationMs: Schema.Int,
  commit: Schema.optionalKey(Sha),
  candidate: Schema.optionalKey(Candidate),
  usage: Schema.optionalKey(Usage)
})
export type TaskOutcome = typeof TaskOutcome.Type

/** A step that was started and has not ended. */
export const ActiveStep = Schema.Struct({
  step: StepName,
  attempt: Schema.Int,
  mode: Schema.optionalKey(PushMode),
  startedAt: Millis
})
export type ActiveStep = typeof ActiveStep.Type

/** A push that may have happened. `unknown`: whoever goes on must look first. */
export const OpenPush = Schema.Struct({
  intent: PushIntent,
  phase: Schema.Literals(["intended", "unknown"]),
  inherited: Schema.optionalKey(InheritedPush)
})
export type OpenPush = typeof OpenPush.Type

/** What INITIALIZE found. */
export const Ready = Schema.Struct({
  target: Schema.String,
  from: Schema.optionalKey(Schema.String),
  taskList: Schema.String,
  template: Schema.String,
  capabilities: RemoteCapabilities,
  agentVersion: Schema.String,
  sandbox: Schema.String,
  warnings: Schema.Array(Schema.String)
})
export type Ready = typeof Ready.Type

/** The state. `version` is the number of events folded into it: the journal's expected version. */
export const Execution = Schema.Struct({
  executionId: ExecutionId,
  projectId: ProjectId,
  correlationId: CorrelationId,
  instance: InstanceId,
  workflow: Schema.Struct({ name: Schema.String, version: Schema.Int }),
  eventId: Schema.optionalKey(Schema.String),
  userId: Schema.optionalKey(Schema.String),
  settings: ExecutionSettings,
  scope: Scope,
  boundTo: BoundTo,
  /** The highest that anybody asked for. */
  priority: Schema.Int,
  version: Schema.Int,
  status: Status,
  /** What resume goes back to. */
  resumesTo: Schema.Literals(["initializing", "running"]),
  waiting: Schema.optionalKey(Waiting),
  pause: Schema.optionalKey(Schema.Struct({ reason: PauseReason, message: Schema.String })),
  /** How the pending pause treats the step that runs. */
  pauseMode: Schema.optionalKey(Schema.Literals(["step", "now"])),
  error: Schema.optionalKey(Schema.Struct({ reason: ErrorReason, message: Schema.String })),
  ready: Schema.optionalKey(Ready),
  /** Somebody asked for more after the running SELECT began: its "nothing left" does not count. */
  lookAgain: Schema.optionalKey(Schema.Literal(true)),
  active: Schema.optionalKey(ActiveStep),
  /** Tries of the current step since it last succeeded. */
  failures: Schema.Int,
  crashes: Schema.Int,
  inHand: Schema.optionalKey(TaskInHand),
  push: Schema.optionalKey(OpenPush),
  outcomes: Schema.Array(TaskOutcome),
  /** What people want delivered before any other task, in their order. */
  ordered: Schema.Array(Ordered),
  /** A delivery branch to go on with. */
  continues: Schema.optionalKey(Schema.String),
  blocked: Schema.Array(Blocked),
  totals: Totals,
  costUsd: Schema.Finite,
  /** `costUsd` when the present allowance began: a resume after `max_cost` grants it anew. */
  allowanceFromUsd: Schema.Finite,
  /** The same for tokens, and `max_tokens`. */
  allowanceFromTokens: Schema.Int,
  inputTokens: Schema.Int,
  outputTokens: Schema.Int,
  startedAt: Millis,
  updatedAt: Millis,
  endedAt: Schema.optionalKey(Millis)
})
export type Execution = typeof Execution.Type

/** No execution yet, or one. */
export type State = Execution | undefined

/** The state before the first event. */
export const initial: State = undefined

/** The version of the snapshot's shape; an older one is thrown away and folded anew from the journal. */
export const contextVersion = 1
