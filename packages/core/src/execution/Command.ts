/**
 * The two kinds of command: what a person asks, and what the worker that holds the project says happened.
 *
 * Ids and times come in with them, so that deciding stays pure. A request may be rejected; a report never is.
 */
import type { ArtifactKey, Candidate, Usage } from "../model/Candidate.ts"
import type { DecisionKind, Ordered, TaskOrder } from "../model/Decision.ts"
import type { CorrelationId, ExecutionId, InstanceId, ProjectId, Sha, TaskId } from "../model/Ids.ts"
import type { PreparedCommit, PushIntent, RemoteCapabilities } from "../model/Push.ts"
import type { BoundTo, Delivery, ExecutionSettings, Scope } from "../model/Settings.ts"
import type { PushMode, StepName } from "../model/Step.ts"
import type { Task } from "../model/Task.ts"
import type { Verdict } from "../model/Verdict.ts"
import type { InheritedPush, Interruption, PushOutcome } from "./Event.ts"
import type { Blocked, ErrorReason, HoldReason, RoundReason, Totals } from "./Status.ts"

/** What a person, or an event on behalf of one, asks for. */
export type Request =
  | {
      readonly _tag: "Start"
      readonly executionId: ExecutionId
      readonly projectId: ProjectId
      readonly correlationId: CorrelationId
      readonly instance: InstanceId
      readonly workflow: { readonly name: string; readonly version: number }
      readonly settings: ExecutionSettings
      readonly scope: Scope
      readonly boundTo: BoundTo
      readonly eventId?: string
      readonly userId?: string
      readonly inherited?: InheritedPush
      readonly priority?: number
      readonly continues?: string
      readonly ordered?: ReadonlyArray<Ordered>
    }
  /** `now` interrupts the running step (never PUSH); it starts again on resume. */
  | { readonly _tag: "Pause"; readonly mode: "step" | "now"; readonly by: string }
  /** `delivery` changes where verified tasks go; only while paused. */
  | { readonly _tag: "Resume"; readonly by: string; readonly delivery?: Delivery }
  | { readonly _tag: "Stop"; readonly by: string }
  /** More work for an active execution: a whole list takes in everything, ids are added to ids. */
  | {
      readonly _tag: "Join"
      readonly scope: Scope
      readonly eventId?: string
      readonly priority?: number
    }
  /** What a person decided about a task; applied at the next task boundary. */
  | {
      readonly _tag: "Decide"
      readonly decision: DecisionKind
      readonly taskId: string
      readonly title: string
      /** By `tasks/identity`, as the list's own tasks have it. */
      readonly normalizedTitle: string
      readonly by: string
    }

/** What SELECT found. */
export type Selection =
  | {
      readonly _tag: "Selected"
      readonly task: Task
      readonly base: Sha
      readonly baseTree: Sha
      readonly listBlob: Sha
      readonly totals: Totals
      readonly order?: {
        readonly order: TaskOrder
        readonly candidate: Candidate
        readonly baseTree: Sha
      }
    }
  /** What a person ordered has become pointless: the task is gone, or is in that state already. */
  | { readonly _tag: "Pointless"; readonly taskId: TaskId; readonly title: string; readonly message: string }
  /** What a person ordered cannot be made: its base or its patch is gone. */
  | {
      readonly _tag: "Undeliverable"
      readonly taskId: TaskId
      readonly title: string
      readonly message: string
    }
  | { readonly _tag: "AllDone"; readonly totals: Totals }
  | { readonly _tag: "NothingRunnable"; readonly blocked: ReadonlyArray<Blocked> }
  | { readonly _tag: "NoTasks"; readonly message: string }
  | { readonly _tag: "UnknownTask"; readonly message: string }
  | { readonly _tag: "ListMissing"; readonly message: string }
  | { readonly _tag: "ListInvalid"; readonly message: string }

/** What a round of IMPLEMENT came to. */
export type Implementation =
  | {
      readonly _tag: "Produced"
      readonly candidate: Candidate
      readonly origin: "agent" | "no_change"
      readonly baseTree: Sha
      readonly durationMs: number
      readonly usage?: Usage
      readonly warnings: ReadonlyArray<string>
    }
  | {
      readonly _tag: "Spent"
      readonly reason: RoundReason
      readonly message: string
      readonly log?: ArtifactKey
      readonly usage?: Usage
    }
  | {
      readonly _tag: "Held"
      readonly reason: HoldReason
      readonly message: string
      readonly candidate?: Candidate
      readonly usage?: Usage
    }

/** What MERGE came to. */
export type Merging =
  | { readonly _tag: "Committed"; readonly commit: PreparedCommit }
  /** The head moved: the change lies on it now, and has to be verified there. */
  | {
      readonly _tag: "Rebased"
      readonly candidate: Candidate
      readonly baseTree: Sha
      readonly durationMs: number
    }
  | {
      readonly _tag: "Conflict"
      readonly base: Sha
      readonly baseTree: Sha
      readonly files: ReadonlyArray<string>
      readonly log: ArtifactKey
    }
  | { readonly _tag: "Superseded"; readonly message: string }
  | { readonly _tag: "ListInvalid"; readonly message: string }
  | { readonly _tag: "TargetGone"; readonly message: string }

/** How a step could not be done. */
export interface StepFailure {
  /**
   * `infrastructure` and `remote` are tried again; `quota` waits until its reset; `permanent` ends the execution
   * unless a push is open.
   */
  readonly kind: "infrastructure" | "remote" | "quota" | "permanent"
  readonly reason: string
  readonly message: string
  /** Epoch ms: when a quota is reset. */
  readonly until?: number
  /** Only with `permanent`. */
  readonly error?: ErrorReason
  /** What an agent took although nothing came of it. */
  readonly usage?: Usage
}

/** What the worker says. All but `BeginStep`, `InterruptStep`, `EndWait` and `Settle` end the step that runs. */
export type Report =
  | { readonly _tag: "BeginStep"; readonly step: StepName; readonly mode?: PushMode }
  | { readonly _tag: "FailStep"; readonly failure: StepFailure }
  | { readonly _tag: "InterruptStep"; readonly cause: Interruption }
  | {
      readonly _tag: "FinishInitialize"
      readonly target: string
      readonly from?: string
      readonly head: Sha
      readonly taskList: string
      readonly template: string
      readonly templateSource: string
      readonly settings?: ExecutionSettings
      readonly totals: Totals
      readonly capabilities: RemoteCapabilities
      readonly agentVersion: string
      readonly sandbox: string
      readonly warnings: ReadonlyArray<string>
    }
  | { readonly _tag: "FinishSelect"; readonly selection: Selection }
  | { readonly _tag: "FinishPrep"; readonly directory: string; readonly durationMs: number }
  | { readonly _tag: "FinishPrompt"; readonly sha256: string; readonly artifact: ArtifactKey }
  | { readonly _tag: "FinishImplement"; readonly result: Implementation }
  | { readonly _tag: "FinishVerify"; readonly verdict: Verdict; readonly message: string }
  | { readonly _tag: "FinishMerge"; readonly result: Merging }
  | { readonly _tag: "IntendPush"; readonly intent: PushIntent }
  | { readonly _tag: "FinishPush"; readonly outcome: PushOutcome }
  | { readonly _tag: "FinishReport"; readonly totals: Totals }
  | { readonly _tag: "EndWait" }
  /** Nothing runs, and a pause or stop is due. */
  | { readonly _tag: "Settle" }

/** A request or a report, with the time at which it is decided. */
export type Command = (Request | Report) & { readonly at: number }

/** The names of the requests, as the lifecycle table uses them. */
export type RequestName = "start" | "pause" | "resume" | "stop" | "join" | DecisionKind

const requestNames: Record<Exclude<Request["_tag"], "Decide">, RequestName> = {
  Start: "start",
  Pause: "pause",
  Resume: "resume",
  Stop: "stop",
  Join: "join"
}

/** The table's name for a request. */
export const requestName = (request: Request): RequestName =>
  request._tag === "Decide" ? request.decision : requestNames[request._tag]

/** Whether a command is a request. */
export const isRequest = (command: Command): command is Request & { readonly at: number } =>
  command._tag === "Decide" || command._tag in requestNames
