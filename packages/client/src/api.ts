/**
 * The API's types. Written by scripts/clientTypes.ts from packages/adapters-http/openapi.json; do not edit.
 */

/** Readiness. */
export type Readiness = {
  readonly status: "ready" | "not_ready"
  readonly dependencies: Readonly<
    Record<string, { readonly ok: boolean; readonly detail?: string | undefined }>
  >
}

/** Project. */
export type Project = {
  readonly projectId: string
  readonly url: string
  /** ISO-8601, UTC. */
  readonly registeredAt: string
  readonly status: string
}

/** ProjectRequest. */
export type ProjectRequest = {
  /** https or ssh, without credentials; other transports where the operator allowed them. */
  readonly url: string
}

/** ExecutionError. */
export type ExecutionError = {
  readonly errorId: string
  readonly executionId: string
  readonly projectId: string
  /** ISO-8601, UTC. */
  readonly at: string
  readonly event: string
  readonly step: string | null
  readonly taskId: string | null
  readonly round: number | null
  readonly reason: string
  readonly message: string
  readonly logTail: string
  readonly artifacts: ReadonlyArray<ArtifactRow>
}

/** ArtifactRow. */
export type ArtifactRow = {
  readonly taskId: string
  readonly round: number
  readonly kind: string
  readonly bytes: number
  readonly sha256: string
  readonly href: string
}

/** Explanation. */
export type Explanation = {
  readonly executionId: string
  readonly projectId: string
  readonly status: string
  readonly sentences: ReadonlyArray<string>
  readonly next: string
  readonly worker: {
    readonly host: string
    readonly pid: number
    readonly alive: boolean
    /** ISO-8601, UTC. */
    readonly leaseUntil: string
  } | null
  readonly liveLeases: number
}

/** LogPage. */
export type LogPage = { readonly chunks: ReadonlyArray<LogChunk>; readonly next?: number | undefined }

/** LogChunk. */
export type LogChunk = {
  readonly seq: number
  /** ISO-8601, UTC. */
  readonly ts: string
  readonly taskId?: string | undefined
  readonly round?: number | undefined
  readonly step?: string | undefined
  readonly stream?: string | undefined
  readonly text: string
}

/** ArtifactPage. */
export type ArtifactPage = { readonly artifacts: ReadonlyArray<ArtifactRow> }

/** JournalPage. */
export type JournalPage = {
  readonly records: ReadonlyArray<JournalRecord>
  readonly next?: number | undefined
}

/** JournalRecord. */
export type JournalRecord = {
  readonly seq: number
  readonly at: number
  readonly epoch: number
  readonly event:
    | {
        readonly _tag: "ExecutionRequested"
        readonly executionId: string
        readonly projectId: string
        readonly correlationId: string
        readonly instance: string
        readonly workflow: { readonly name: string; readonly version: number }
        readonly settings: {
          readonly repository: { readonly url: string; readonly target?: string | undefined }
          readonly taskList?: string | undefined
          readonly granularity?: "item" | "leaf" | undefined
          readonly agent: {
            readonly id: string
            readonly argv: ReadonlyArray<string>
            readonly env: ReadonlyArray<string>
            readonly model?: string | undefined
          }
          readonly prepare: ReadonlyArray<ReadonlyArray<string>>
          readonly verify?: ReadonlyArray<ReadonlyArray<string>> | undefined
          readonly requireVerify: boolean
          readonly noChange: "hold" | "accept"
          readonly onFailure: "continue" | "stop"
          readonly delivery: "main" | "branch" | "local"
          readonly skip: ReadonlyArray<string>
          readonly untilTask?: string | undefined
          readonly maxTasks?: number | undefined
          readonly identity: { readonly name: string; readonly email: string }
          readonly limits: {
            readonly rounds: number
            readonly attempts: number
            readonly crashes: number
            readonly generations: number
            readonly failedTasks: number
            readonly agentMs: number
            readonly agentIdleMs: number
            readonly installMs: number
            readonly buildMs: number
            readonly pushMs: number
            readonly outputBytes: number
            readonly taskCostUsd: number
            readonly executionCostUsd: number
            readonly taskTokens?: number | undefined
            readonly executionTokens?: number | undefined
          }
          readonly explicit?: ReadonlyArray<string> | undefined
          readonly caps?:
            | {
                readonly limits: {
                  readonly rounds: number
                  readonly attempts: number
                  readonly crashes: number
                  readonly generations: number
                  readonly failedTasks: number
                  readonly agentMs: number
                  readonly agentIdleMs: number
                  readonly installMs: number
                  readonly buildMs: number
                  readonly pushMs: number
                  readonly outputBytes: number
                  readonly taskCostUsd: number
                  readonly executionCostUsd: number
                  readonly taskTokens?: number | undefined
                  readonly executionTokens?: number | undefined
                }
                readonly agents: ReadonlyArray<{
                  readonly id: string
                  readonly argv: ReadonlyArray<string>
                  readonly env: ReadonlyArray<string>
                  readonly model?: string | undefined
                }>
              }
            | undefined
        }
        readonly scope:
          | { readonly _tag: "List" }
          | { readonly _tag: "Tasks"; readonly ids: ReadonlyArray<string> }
        readonly boundTo: "cli" | "service"
        readonly eventId?: string | undefined
        readonly userId?: string | undefined
        readonly inherited?:
          | {
              readonly executionId: string
              readonly taskTitle: string
              readonly intent: {
                readonly taskId: string
                readonly generation: number
                readonly target: string
                readonly base: string
                readonly creates?: true | undefined
                readonly commit: string
                readonly tree: string
                readonly fenceOld?: string | undefined
                readonly fenceNew?: string | undefined
                readonly nonce: string
                readonly epoch: number
              }
              readonly capabilities: {
                readonly fence: "custom_ref" | "branch_ref" | "cas_only"
                readonly fenceRef?: string | undefined
                readonly atomic: boolean
              }
            }
          | undefined
        readonly priority?: number | undefined
        readonly continues?: string | undefined
        readonly ordered?:
          | ReadonlyArray<
              | {
                  readonly _tag: "Accept"
                  readonly taskId: string
                  readonly title: string
                  readonly candidate: {
                    readonly base: string
                    readonly tree: string
                    readonly patch: { readonly taskId: string; readonly round: number; readonly kind: string }
                    readonly filesModified: ReadonlyArray<string>
                    readonly empty: boolean
                    readonly executionId?: string | undefined
                  }
                }
              | { readonly _tag: "Done"; readonly taskId: string; readonly title: string }
              | {
                  readonly _tag: "Undo"
                  readonly taskId: string
                  readonly title: string
                  readonly commit: string
                }
            >
          | undefined
      }
    | {
        readonly _tag: "Initialized"
        readonly target: string
        readonly from?: string | undefined
        readonly head: string
        readonly taskList: string
        readonly template: string
        readonly templateSource: string
        readonly settings?:
          | {
              readonly repository: { readonly url: string; readonly target?: string | undefined }
              readonly taskList?: string | undefined
              readonly granularity?: "item" | "leaf" | undefined
              readonly agent: {
                readonly id: string
                readonly argv: ReadonlyArray<string>
                readonly env: ReadonlyArray<string>
                readonly model?: string | undefined
              }
              readonly prepare: ReadonlyArray<ReadonlyArray<string>>
              readonly verify?: ReadonlyArray<ReadonlyArray<string>> | undefined
              readonly requireVerify: boolean
              readonly noChange: "hold" | "accept"
              readonly onFailure: "continue" | "stop"
              readonly delivery: "main" | "branch" | "local"
              readonly skip: ReadonlyArray<string>
              readonly untilTask?: string | undefined
              readonly maxTasks?: number | undefined
              readonly identity: { readonly name: string; readonly email: string }
              readonly limits: {
                readonly rounds: number
                readonly attempts: number
                readonly crashes: number
                readonly generations: number
                readonly failedTasks: number
                readonly agentMs: number
                readonly agentIdleMs: number
                readonly installMs: number
                readonly buildMs: number
                readonly pushMs: number
                readonly outputBytes: number
                readonly taskCostUsd: number
                readonly executionCostUsd: number
                readonly taskTokens?: number | undefined
                readonly executionTokens?: number | undefined
              }
              readonly explicit?: ReadonlyArray<string> | undefined
              readonly caps?:
                | {
                    readonly limits: {
                      readonly rounds: number
                      readonly attempts: number
                      readonly crashes: number
                      readonly generations: number
                      readonly failedTasks: number
                      readonly agentMs: number
                      readonly agentIdleMs: number
                      readonly installMs: number
                      readonly buildMs: number
                      readonly pushMs: number
                      readonly outputBytes: number
                      readonly taskCostUsd: number
                      readonly executionCostUsd: number
                      readonly taskTokens?: number | undefined
                      readonly executionTokens?: number | undefined
                    }
                    readonly agents: ReadonlyArray<{
                      readonly id: string
                      readonly argv: ReadonlyArray<string>
                      readonly env: ReadonlyArray<string>
                      readonly model?: string | undefined
                    }>
                  }
                | undefined
            }
          | undefined
        readonly totals: { readonly completed: number; readonly total: number }
        readonly capabilities: {
          readonly fence: "custom_ref" | "branch_ref" | "cas_only"
          readonly fenceRef?: string | undefined
          readonly atomic: boolean
        }
        readonly agentVersion: string
        readonly sandbox: string
        readonly warnings: ReadonlyArray<string>
      }
    | {
        readonly _tag: "StepStarted"
        readonly step:
          | "INITIALIZE"
          | "SELECT"
          | "PREP"
          | "PROMPT"
          | "IMPLEMENT"
          | "VERIFY"
          | "MERGE"
          | "PUSH"
          | "REPORT"
        readonly attempt: number
        readonly mode?: "intend" | "push" | "resolve" | undefined
        readonly taskId?: string | undefined
        readonly round?: number | undefined
      }
    | {
        readonly _tag: "StepFailed"
        readonly step:
          | "INITIALIZE"
          | "SELECT"
          | "PREP"
          | "PROMPT"
          | "IMPLEMENT"
          | "VERIFY"
          | "MERGE"
          | "PUSH"
          | "REPORT"
        readonly attempt: number
        readonly reason: string
        readonly message: string
        readonly usage?:
          | {
              readonly inputTokens: number
              readonly outputTokens: number
              readonly costUsd?: number | undefined
              readonly source: "reported" | "parsed" | "estimated"
              readonly exact: boolean
            }
          | undefined
      }
    | {
        readonly _tag: "StepInterrupted"
        readonly step:
          | "INITIALIZE"
          | "SELECT"
          | "PREP"
          | "PROMPT"
          | "IMPLEMENT"
          | "VERIFY"
          | "MERGE"
          | "PUSH"
          | "REPORT"
        readonly attempt: number
        readonly cause: "crashed" | "paused" | "stopped" | "worker_closed" | "work_requested"
      }
    | {
        readonly _tag: "TaskSelected"
        readonly task: {
          readonly id: string
          readonly title: string
          readonly normalizedTitle: string
          readonly state: "open" | "in_progress" | "done"
          readonly optional: boolean
          readonly priority: number
          readonly dependencies: ReadonlyArray<string>
          readonly path: ReadonlyArray<string>
          readonly checklist: ReadonlyArray<{ readonly text: string; readonly done: boolean }>
          readonly criteria: ReadonlyArray<string>
          readonly files: ReadonlyArray<string>
          readonly notes: ReadonlyArray<string>
          readonly line: number
        }
        readonly base: string
        readonly baseTree: string
        readonly listBlob: string
        readonly totals: { readonly completed: number; readonly total: number }
        readonly order?:
          | {
              readonly order:
                | { readonly _tag: "Accept" }
                | { readonly _tag: "Done" }
                | { readonly _tag: "Undo"; readonly commit: string }
              readonly candidate: {
                readonly base: string
                readonly tree: string
                readonly patch: { readonly taskId: string; readonly round: number; readonly kind: string }
                readonly filesModified: ReadonlyArray<string>
                readonly empty: boolean
                readonly executionId?: string | undefined
              }
              readonly baseTree: string
            }
          | undefined
      }
    | { readonly _tag: "WorkspacePrepared"; readonly directory: string; readonly durationMs: number }
    | {
        readonly _tag: "PromptRendered"
        readonly sha256: string
        readonly artifact: { readonly taskId: string; readonly round: number; readonly kind: string }
      }
    | {
        readonly _tag: "CandidatePrepared"
        readonly candidate: {
          readonly base: string
          readonly tree: string
          readonly patch: { readonly taskId: string; readonly round: number; readonly kind: string }
          readonly filesModified: ReadonlyArray<string>
          readonly empty: boolean
          readonly executionId?: string | undefined
        }
        readonly origin: "agent" | "merge" | "no_change"
        readonly baseTree: string
        readonly durationMs: number
        readonly usage?:
          | {
              readonly inputTokens: number
              readonly outputTokens: number
              readonly costUsd?: number | undefined
              readonly source: "reported" | "parsed" | "estimated"
              readonly exact: boolean
            }
          | undefined
        readonly warnings: ReadonlyArray<string>
      }
    | {
        readonly _tag: "Verified"
        readonly verdict: {
          readonly outcome: "passed" | "unverified" | "failed"
          readonly attribution: "clean" | "regressed" | "fixed" | "baseline_broken"
          readonly verifiedTree: string
          readonly commands: ReadonlyArray<{
            readonly name: string
            readonly argv: ReadonlyArray<string>
            readonly outcome: "passed" | "failed" | "timed_out"
            readonly exitCode?: number | undefined
            readonly durationMs: number
          }>
          readonly log: { readonly taskId: string; readonly round: number; readonly kind: string }
          readonly node: string
          readonly npm: string
          readonly unlocked?: boolean | undefined
          readonly warnings: ReadonlyArray<string>
        }
      }
    | {
        readonly _tag: "RoundSpent"
        readonly round: number
        readonly reason:
          | "red_build"
          | "build_timeout"
          | "no_edit"
          | "malformed_edit"
          | "agent_failed"
          | "agent_timeout"
        readonly message: string
        readonly log?: { readonly taskId: string; readonly round: number; readonly kind: string } | undefined
        readonly usage?:
          | {
              readonly inputTokens: number
              readonly outputTokens: number
              readonly costUsd?: number | undefined
              readonly source: "reported" | "parsed" | "estimated"
              readonly exact: boolean
            }
          | undefined
      }
    | {
        readonly _tag: "ConflictFound"
        readonly base: string
        readonly baseTree: string
        readonly files: ReadonlyArray<string>
        readonly log: { readonly taskId: string; readonly round: number; readonly kind: string }
      }
    | {
        readonly _tag: "CommitPrepared"
        readonly commit: {
          readonly commit: string
          readonly parent: string
          readonly tree: string
          readonly creates?: true | undefined
        }
      }
    | {
        readonly _tag: "PushIntended"
        readonly intent: {
          readonly taskId: string
          readonly generation: number
          readonly target: string
          readonly base: string
          readonly creates?: true | undefined
          readonly commit: string
          readonly tree: string
          readonly fenceOld?: string | undefined
          readonly fenceNew?: string | undefined
          readonly nonce: string
          readonly epoch: number
        }
      }
    | {
        readonly _tag: "PushResolved"
        readonly intent: {
          readonly taskId: string
          readonly generation: number
          readonly target: string
          readonly base: string
          readonly creates?: true | undefined
          readonly commit: string
          readonly tree: string
          readonly fenceOld?: string | undefined
          readonly fenceNew?: string | undefined
          readonly nonce: string
          readonly epoch: number
        }
        readonly outcome:
          | { readonly _tag: "Landed"; readonly commit: string }
          | { readonly _tag: "Again" }
          | { readonly _tag: "NotPushed" }
          | { readonly _tag: "Regenerate"; readonly head: string }
          | { readonly _tag: "Removed" }
          | { readonly _tag: "TargetGone" }
          | { readonly _tag: "Superseded" }
          | { readonly _tag: "RefusedByPolicy"; readonly message: string }
        readonly inherited: boolean
      }
    | {
        readonly _tag: "TaskCompleted"
        readonly taskId: string
        readonly title: string
        readonly commit: string
        readonly totals: { readonly completed: number; readonly total: number }
      }
    | {
        readonly _tag: "TaskFailed"
        readonly taskId: string
        readonly title: string
        readonly reason: "rounds_used_up" | "max_cost" | "max_tokens" | "keeps_crashing"
        readonly message: string
      }
    | {
        readonly _tag: "TaskHeld"
        readonly taskId: string
        readonly title: string
        readonly reason:
          | "policy"
          | "nothing_to_do"
          | "conflict"
          | "secret_in_patch"
          | "removed_by_others"
          | "push_refused"
          | "list_invalid"
          | "unverified"
          | "verification_failed"
          | "undeliverable"
        readonly message: string
        readonly candidate?:
          | {
              readonly base: string
              readonly tree: string
              readonly patch: { readonly taskId: string; readonly round: number; readonly kind: string }
              readonly filesModified: ReadonlyArray<string>
              readonly empty: boolean
              readonly executionId?: string | undefined
            }
          | undefined
        readonly usage?:
          | {
              readonly inputTokens: number
              readonly outputTokens: number
              readonly costUsd?: number | undefined
              readonly source: "reported" | "parsed" | "estimated"
              readonly exact: boolean
            }
          | undefined
      }
    | {
        readonly _tag: "TaskSuperseded"
        readonly taskId: string
        readonly title: string
        readonly message: string
      }
    | {
        readonly _tag: "TaskDecided"
        readonly taskId: string
        readonly title: string
        readonly normalizedTitle: string
        readonly decision: "accept" | "skip" | "reopen" | "done"
        readonly by: string
      }
    | {
        readonly _tag: "WaitStarted"
        readonly waiting: {
          readonly reason: "quota" | "backoff" | "target_busy" | "remote_unreachable" | "infrastructure"
          readonly until: number
          readonly message: string
        }
      }
    | { readonly _tag: "WaitEnded" }
    | { readonly _tag: "PauseRequested"; readonly mode: "step" | "now"; readonly by: string }
    | {
        readonly _tag: "Paused"
        readonly reason:
          | "request"
          | "until_task"
          | "max_tasks"
          | "held"
          | "list_invalid"
          | "max_cost"
          | "max_tokens"
          | "push_refused"
          | "baseline_broken"
        readonly message: string
      }
    | {
        readonly _tag: "Resumed"
        readonly by: string
        readonly delivery?: "main" | "branch" | "local" | undefined
      }
    | { readonly _tag: "StopRequested"; readonly by: string }
    | {
        readonly _tag: "Stopped"
        readonly unresolvedPush?:
          | {
              readonly taskId: string
              readonly generation: number
              readonly target: string
              readonly base: string
              readonly creates?: true | undefined
              readonly commit: string
              readonly tree: string
              readonly fenceOld?: string | undefined
              readonly fenceNew?: string | undefined
              readonly nonce: string
              readonly epoch: number
            }
          | undefined
      }
    | {
        readonly _tag: "WorkRequested"
        readonly scope:
          | { readonly _tag: "List" }
          | { readonly _tag: "Tasks"; readonly ids: ReadonlyArray<string> }
        readonly eventId?: string | undefined
        readonly priority?: number | undefined
      }
    | {
        readonly _tag: "ExecutionCompleted"
        readonly totals: { readonly completed: number; readonly total: number }
      }
    | {
        readonly _tag: "ExecutionFailed"
        readonly reason:
          | "tasks_failed"
          | "too_many_failed_tasks"
          | "no_tasks"
          | "unknown_task"
          | "list_missing"
          | "list_invalid"
          | "agent"
          | "auth"
          | "environment"
          | "keeps_crashing"
        readonly message: string
        readonly blocked: ReadonlyArray<{
          readonly id: string
          readonly title?: string | undefined
          readonly by: ReadonlyArray<string>
        }>
      }
}

/** Execution. */
export type Execution = {
  readonly executionId: string
  readonly projectId: string
  readonly correlationId: string
  readonly instance: string
  readonly workflow: { readonly name: string; readonly version: number }
  readonly eventId?: string | undefined
  readonly userId?: string | undefined
  readonly settings: {
    readonly repository: { readonly url: string; readonly target?: string | undefined }
    readonly taskList?: string | undefined
    readonly granularity?: "item" | "leaf" | undefined
    readonly agent: {
      readonly id: string
      readonly argv: ReadonlyArray<string>
      readonly env: ReadonlyArray<string>
      readonly model?: string | undefined
    }
    readonly prepare: ReadonlyArray<ReadonlyArray<string>>
    readonly verify?: ReadonlyArray<ReadonlyArray<string>> | undefined
    readonly requireVerify: boolean
    readonly noChange: "hold" | "accept"
    readonly onFailure: "continue" | "stop"
    readonly delivery: "main" | "branch" | "local"
    readonly skip: ReadonlyArray<string>
    readonly untilTask?: string | undefined
    readonly maxTasks?: number | undefined
    readonly identity: { readonly name: string; readonly email: string }
    readonly limits: {
      readonly rounds: number
      readonly attempts: number
      readonly crashes: number
      readonly generations: number
      readonly failedTasks: number
      readonly agentMs: number
      readonly agentIdleMs: number
      readonly installMs: number
      readonly buildMs: number
      readonly pushMs: number
      readonly outputBytes: number
      readonly taskCostUsd: number
      readonly executionCostUsd: number
      readonly taskTokens?: number | undefined
      readonly executionTokens?: number | undefined
    }
    readonly explicit?: ReadonlyArray<string> | undefined
    readonly caps?:
      | {
          readonly limits: {
            readonly rounds: number
            readonly attempts: number
            readonly crashes: number
            readonly generations: number
            readonly failedTasks: number
            readonly agentMs: number
            readonly agentIdleMs: number
            readonly installMs: number
            readonly buildMs: number
            readonly pushMs: number
            readonly outputBytes: number
            readonly taskCostUsd: number
            readonly executionCostUsd: number
            readonly taskTokens?: number | undefined
            readonly executionTokens?: number | undefined
          }
          readonly agents: ReadonlyArray<{
            readonly id: string
            readonly argv: ReadonlyArray<string>
            readonly env: ReadonlyArray<string>
            readonly model?: string | undefined
          }>
        }
      | undefined
  }
  readonly scope: { readonly _tag: "List" } | { readonly _tag: "Tasks"; readonly ids: ReadonlyArray<string> }
  readonly boundTo: "cli" | "service"
  readonly priority: number
  readonly version: number
  readonly status:
    | "initializing"
    | "running"
    | "pausing"
    | "paused"
    | "stopping"
    | "stopped"
    | "completed"
    | "error"
  readonly resumesTo: "initializing" | "running"
  readonly waiting?:
    | {
        readonly reason: "quota" | "backoff" | "target_busy" | "remote_unreachable" | "infrastructure"
        readonly until: number
        readonly message: string
      }
    | undefined
  readonly pause?:
    | {
        readonly reason:
          | "request"
          | "until_task"
          | "max_tasks"
          | "held"
          | "list_invalid"
          | "max_cost"
          | "max_tokens"
          | "push_refused"
          | "baseline_broken"
        readonly message: string
      }
    | undefined
  readonly pauseMode?: "step" | "now" | undefined
  readonly error?:
    | {
        readonly reason:
          | "tasks_failed"
          | "too_many_failed_tasks"
          | "no_tasks"
          | "unknown_task"
          | "list_missing"
          | "list_invalid"
          | "agent"
          | "auth"
          | "environment"
          | "keeps_crashing"
        readonly message: string
      }
    | undefined
  readonly ready?:
    | {
        readonly target: string
        readonly from?: string | undefined
        readonly taskList: string
        readonly template: string
        readonly capabilities: {
          readonly fence: "custom_ref" | "branch_ref" | "cas_only"
          readonly fenceRef?: string | undefined
          readonly atomic: boolean
        }
        readonly agentVersion: string
        readonly sandbox: string
        readonly warnings: ReadonlyArray<string>
      }
    | undefined
  readonly lookAgain?: true | undefined
  readonly active?:
    | {
        readonly step:
          | "INITIALIZE"
          | "SELECT"
          | "PREP"
          | "PROMPT"
          | "IMPLEMENT"
          | "VERIFY"
          | "MERGE"
          | "PUSH"
          | "REPORT"
        readonly attempt: number
        readonly mode?: "intend" | "push" | "resolve" | undefined
        readonly startedAt: number
      }
    | undefined
  readonly failures: number
  readonly crashes: number
  readonly inHand?:
    | {
        readonly task: {
          readonly id: string
          readonly title: string
          readonly normalizedTitle: string
          readonly state: "open" | "in_progress" | "done"
          readonly optional: boolean
          readonly priority: number
          readonly dependencies: ReadonlyArray<string>
          readonly path: ReadonlyArray<string>
          readonly checklist: ReadonlyArray<{ readonly text: string; readonly done: boolean }>
          readonly criteria: ReadonlyArray<string>
          readonly files: ReadonlyArray<string>
          readonly notes: ReadonlyArray<string>
          readonly line: number
        }
        readonly base: string
        readonly baseTree: string
        readonly round: number
        readonly step:
          | "INITIALIZE"
          | "SELECT"
          | "PREP"
          | "PROMPT"
          | "IMPLEMENT"
          | "VERIFY"
          | "MERGE"
          | "PUSH"
          | "REPORT"
        readonly generation: number
        readonly previous?:
          | {
              readonly reason:
                | "red_build"
                | "build_timeout"
                | "no_edit"
                | "malformed_edit"
                | "agent_failed"
                | "agent_timeout"
                | "merge_conflict"
              readonly log?:
                | { readonly taskId: string; readonly round: number; readonly kind: string }
                | undefined
              readonly candidate?:
                | {
                    readonly base: string
                    readonly tree: string
                    readonly patch: { readonly taskId: string; readonly round: number; readonly kind: string }
                    readonly filesModified: ReadonlyArray<string>
                    readonly empty: boolean
                    readonly executionId?: string | undefined
                  }
                | undefined
              readonly redLog?:
                | { readonly taskId: string; readonly round: number; readonly kind: string }
                | undefined
            }
          | undefined
        readonly prompt?:
          | {
              readonly sha256: string
              readonly artifact: { readonly taskId: string; readonly round: number; readonly kind: string }
            }
          | undefined
        readonly candidate?:
          | {
              readonly base: string
              readonly tree: string
              readonly patch: { readonly taskId: string; readonly round: number; readonly kind: string }
              readonly filesModified: ReadonlyArray<string>
              readonly empty: boolean
              readonly executionId?: string | undefined
            }
          | undefined
        readonly candidateAt?: number | undefined
        readonly verdict?:
          | {
              readonly outcome: "passed" | "unverified" | "failed"
              readonly attribution: "clean" | "regressed" | "fixed" | "baseline_broken"
              readonly verifiedTree: string
              readonly commands: ReadonlyArray<{
                readonly name: string
                readonly argv: ReadonlyArray<string>
                readonly outcome: "passed" | "failed" | "timed_out"
                readonly exitCode?: number | undefined
                readonly durationMs: number
              }>
              readonly log: { readonly taskId: string; readonly round: number; readonly kind: string }
              readonly node: string
              readonly npm: string
              readonly unlocked?: boolean | undefined
              readonly warnings: ReadonlyArray<string>
            }
          | undefined
        readonly commit?:
          | {
              readonly commit: string
              readonly parent: string
              readonly tree: string
              readonly creates?: true | undefined
            }
          | undefined
        readonly landed?: string | undefined
        readonly order?:
          | { readonly _tag: "Accept" }
          | { readonly _tag: "Done" }
          | { readonly _tag: "Undo"; readonly commit: string }
          | undefined
        readonly conflictShown: boolean
        readonly startedAt: number
        readonly usage?:
          | {
              readonly inputTokens: number
              readonly outputTokens: number
              readonly costUsd?: number | undefined
              readonly source: "reported" | "parsed" | "estimated"
              readonly exact: boolean
            }
          | undefined
        readonly warnings: ReadonlyArray<string>
      }
    | undefined
  readonly push?:
    | {
        readonly intent: {
          readonly taskId: string
          readonly generation: number
          readonly target: string
          readonly base: string
          readonly creates?: true | undefined
          readonly commit: string
          readonly tree: string
          readonly fenceOld?: string | undefined
          readonly fenceNew?: string | undefined
          readonly nonce: string
          readonly epoch: number
        }
        readonly phase: "intended" | "unknown"
        readonly inherited?:
          | {
              readonly executionId: string
              readonly taskTitle: string
              readonly intent: {
                readonly taskId: string
                readonly generation: number
                readonly target: string
                readonly base: string
                readonly creates?: true | undefined
                readonly commit: string
                readonly tree: string
                readonly fenceOld?: string | undefined
                readonly fenceNew?: string | undefined
                readonly nonce: string
                readonly epoch: number
              }
              readonly capabilities: {
                readonly fence: "custom_ref" | "branch_ref" | "cas_only"
                readonly fenceRef?: string | undefined
                readonly atomic: boolean
              }
            }
          | undefined
      }
    | undefined
  readonly outcomes: ReadonlyArray<{
    readonly taskId: string
    readonly title: string
    readonly normalizedTitle: string
    readonly outcome: "completed" | "failed" | "held" | "superseded" | "skipped" | "undone"
    readonly reason?:
      | "rounds_used_up"
      | "max_cost"
      | "max_tokens"
      | "keeps_crashing"
      | "policy"
      | "nothing_to_do"
      | "conflict"
      | "secret_in_patch"
      | "removed_by_others"
      | "push_refused"
      | "list_invalid"
      | "unverified"
      | "verification_failed"
      | "undeliverable"
      | undefined
    readonly message?: string | undefined
    readonly rounds: number
    readonly durationMs: number
    readonly commit?: string | undefined
    readonly candidate?:
      | {
          readonly base: string
          readonly tree: string
          readonly patch: { readonly taskId: string; readonly round: number; readonly kind: string }
          readonly filesModified: ReadonlyArray<string>
          readonly empty: boolean
          readonly executionId?: string | undefined
        }
      | undefined
    readonly usage?:
      | {
          readonly inputTokens: number
          readonly outputTokens: number
          readonly costUsd?: number | undefined
          readonly source: "reported" | "parsed" | "estimated"
          readonly exact: boolean
        }
      | undefined
  }>
  readonly ordered: ReadonlyArray<
    | {
        readonly _tag: "Accept"
        readonly taskId: string
        readonly title: string
        readonly candidate: {
          readonly base: string
          readonly tree: string
          readonly patch: { readonly taskId: string; readonly round: number; readonly kind: string }
          readonly filesModified: ReadonlyArray<string>
          readonly empty: boolean
          readonly executionId?: string | undefined
        }
      }
    | { readonly _tag: "Done"; readonly taskId: string; readonly title: string }
    | { readonly _tag: "Undo"; readonly taskId: string; readonly title: string; readonly commit: string }
  >
  readonly continues?: string | undefined
  readonly blocked: ReadonlyArray<{
    readonly id: string
    readonly title?: string | undefined
    readonly by: ReadonlyArray<string>
  }>
  readonly totals: { readonly completed: number; readonly total: number }
  readonly costUsd: number
  readonly allowanceFromUsd: number
  readonly allowanceFromTokens: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly startedAt: number
  readonly updatedAt: number
  readonly endedAt?: number | undefined
}

/** ExecutionPage. */
export type ExecutionPage = {
  readonly executions: ReadonlyArray<ExecutionRow>
  readonly cursor?: string | undefined
}

/** ExecutionRow. */
export type ExecutionRow = {
  readonly executionId: string
  readonly projectId: string
  readonly userId?: string | undefined
  readonly status: string
  /** ISO-8601, UTC. */
  readonly startedAt: string
  /** ISO-8601, UTC. */
  readonly updatedAt: string
}

/** RequestAnswer. */
export type RequestAnswer = {
  readonly projectId: string
  readonly executionId: string
  readonly previousStatus: string
  readonly currentStatus: string
  readonly changed: boolean
  /** ISO-8601, UTC. */
  readonly at: string
}

/** TaskDecisionRequest. */
export type TaskDecisionRequest = { readonly decision: "accept" | "skip" | "reopen" | "done" }

/** TaskList. */
export type TaskList = {
  readonly projectId: string
  readonly branch: string
  readonly commit: string
  readonly taskList: string
  readonly dialect: string
  readonly totals: { readonly completed: number; readonly total: number }
  readonly tasks: ReadonlyArray<{
    readonly id: string
    readonly title: string
    readonly normalizedTitle: string
    readonly state: "open" | "in_progress" | "done"
    readonly optional: boolean
    readonly priority: number
    readonly dependencies: ReadonlyArray<string>
    readonly path: ReadonlyArray<string>
    readonly checklist: ReadonlyArray<{ readonly text: string; readonly done: boolean }>
    readonly criteria: ReadonlyArray<string>
    readonly files: ReadonlyArray<string>
    readonly notes: ReadonlyArray<string>
    readonly line: number
  }>
  readonly containers: ReadonlyArray<{
    readonly id: string
    readonly title: string
    readonly taskIds: ReadonlyArray<string>
  }>
  readonly diagnostics: ReadonlyArray<ListDiagnostic>
}

/** ListDiagnostic. */
export type ListDiagnostic = {
  readonly severity: "error" | "warning"
  readonly code: string
  readonly message: string
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Validation. */
export type Validation = {
  readonly valid: boolean
  readonly projectId: string
  readonly defaultBranch: string | null
  readonly hasTaskList: boolean
  readonly taskList: string | null
  readonly tasks: { readonly completed: number; readonly total: number }
  readonly problems: ReadonlyArray<{
    readonly severity: "error" | "warning"
    readonly code: string
    readonly message: string
    readonly line?: number | undefined
    readonly column?: number | undefined
  }>
  readonly template?: string | undefined
}

/** ValidateRequest. */
export type ValidateRequest = {
  /** https or ssh, without credentials; other transports where the operator allowed them. */
  readonly repositoryUrl: string
  readonly branch?: string | undefined
  readonly taskList?: string | undefined
}

/** IdleStatus. */
export type IdleStatus = {
  readonly projectId: string
  readonly status: "idle"
  readonly progress: number
  readonly totals: { readonly completed: number; readonly total: number }
}

/** Status. */
export type Status = {
  readonly projectId: string
  readonly executionId: string
  readonly customerId?: string | undefined
  readonly status: string
  readonly waiting?:
    | { readonly reason: string; readonly until?: string | undefined; readonly message: string }
    | undefined
  readonly pause?: { readonly reason: string; readonly message: string } | undefined
  readonly progress: number
  readonly totals: { readonly completed: number; readonly total: number }
  readonly currentTask: { readonly id: string; readonly title: string } | null
  readonly currentStep: string | null
  readonly round: number | null
  readonly branch: string | null
  readonly startedAt: string
  readonly updatedAt: string
  readonly endedAt?: string | undefined
  readonly completed: ReadonlyArray<{ readonly id: string; readonly title: string; readonly commit: string }>
  readonly failed: ReadonlyArray<{
    readonly id: string
    readonly title: string
    readonly reason: string
    readonly message: string
  }>
  readonly held: ReadonlyArray<{
    readonly id: string
    readonly title: string
    readonly reason: string
    readonly message: string
  }>
  readonly superseded: ReadonlyArray<{
    readonly id: string
    readonly title: string
    readonly reason: string
    readonly message: string
  }>
  readonly skipped: ReadonlyArray<{ readonly id: string; readonly title: string }>
  readonly undone: ReadonlyArray<{ readonly id: string; readonly title: string; readonly commit: string }>
  readonly delivery: {
    readonly kind: "main" | "branch" | "local"
    readonly branch: string | null
    readonly from?: string | undefined
  }
  readonly remote: { readonly fence: string; readonly atomic: boolean } | null
  readonly limits: {
    readonly taskCostUsd: number
    readonly executionCostUsd: number
    readonly taskTokens?: number | undefined
    readonly executionTokens?: number | undefined
  }
  readonly artifacts: ReadonlyArray<{
    readonly taskId: string
    readonly round: number
    readonly kind: string
  }>
  readonly blocked: ReadonlyArray<{
    readonly id: string
    readonly title?: string | undefined
    readonly by: ReadonlyArray<string>
  }>
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly costUsd: number }
  readonly error?: { readonly reason: string; readonly message: string } | undefined
  readonly unresolvedPush: boolean
}

/** InitializeAccepted. */
export type InitializeAccepted = { readonly executionId: string; readonly eventId: string }

/** InitializeRequest. */
export type InitializeRequest = {
  /** One or two segments of a-z, 0-9, dot, dash and underscore: shop, acme/shop. */
  readonly projectId: string
  readonly userId?: string | undefined
  /** Pause once this task or phase is done. */
  readonly stopPoint?: string | undefined
  readonly repository?:
    | {
        /** https or ssh, without credentials; other transports where the operator allowed them. */
        readonly url: string
        readonly branch?: string | undefined
        readonly taskList?: string | undefined
      }
    | undefined
  readonly agent?: AgentChoice | undefined
  /** Push each verified task to the target branch, or to a branch devteam/<execution> of its own. */
  readonly delivery?: "main" | "branch" | undefined
  readonly options?: WorkOptions | undefined
}

/** WorkOptions. */
export type WorkOptions = {
  readonly branch?: string | undefined
  readonly taskList?: string | undefined
  readonly granularity?: "item" | "leaf" | undefined
  readonly prepare?: ReadonlyArray<readonly [string, ...ReadonlyArray<string>]> | undefined
  readonly verify?: ReadonlyArray<readonly [string, ...ReadonlyArray<string>]> | undefined
  readonly requireVerify?: boolean | undefined
  readonly noChange?: "hold" | "accept" | undefined
  readonly onFailure?: "continue" | "stop" | undefined
  readonly skip?: ReadonlyArray<string> | undefined
  readonly maxTasks?: number | undefined
  readonly limits?:
    | {
        readonly rounds?: number | undefined
        readonly agentMs?: number | undefined
        readonly installMs?: number | undefined
        readonly buildMs?: number | undefined
        readonly failedTasks?: number | undefined
        readonly taskCostUsd?: number | undefined
        readonly executionCostUsd?: number | undefined
        readonly taskTokens?: number | undefined
        readonly executionTokens?: number | undefined
      }
    | undefined
}

/** AgentChoice. */
export type AgentChoice = { readonly id?: string | undefined; readonly model?: string | undefined }

/** not-legal: Not possible in this state; project-id-taken: The project's id belongs to another repository; in-progress: The same request is still being accepted */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly correlationId: string
  readonly errors?: ReadonlyArray<{ readonly pointer: string; readonly message: string }> | undefined
  readonly state?: string | undefined
  readonly legalFrom?: ReadonlyArray<string> | undefined
  readonly executionId?: string | undefined
}

/** EventAccepted. */
export type EventAccepted = {
  readonly eventId: string
  readonly executionId?: string | undefined
  readonly status: "accepted"
}

/** A fact. It is stored as it came, and starts an execution or joins the active one. */
export type EventRequest = {
  /** Yours. With the source it names the event, for 30 days. */
  readonly id: string
  readonly type: string
  /** One or two segments of a-z, 0-9, dot, dash and underscore: shop, acme/shop. */
  readonly projectId: string
  readonly source?: string | undefined
  /** Only this task or phase; without it the whole list. */
  readonly task?: string | undefined
  readonly priority?: number | undefined
  readonly data?: unknown | undefined
  readonly options?: WorkOptions | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** Every call of the API: what goes in, and what is answered. */

export interface Operations {
  /** Post an event. Stored as it came, in one transaction with what follows from it. With an active execution of the project it joins that and widens its scope; otherwise it starts one; while one is stopping, a new one follows. The same source and id with the same body gets the same answer for 30 days. */
  readonly "POST /events": {
    readonly input: { readonly body: EventRequest; readonly idempotencyKey?: string | undefined }
    readonly answer: EventAccepted
  }
  /** Start an execution. Registers the project where that is allowed. `Location` is where the status is; with an active execution 409, and `Location` is that one's. */
  readonly "POST /api/devteam/automation/initialize": {
    readonly input: { readonly body: InitializeRequest; readonly idempotencyKey?: string | undefined }
    readonly answer: InitializeAccepted
  }
  /** How a project's newest execution stands. With an `ETag`; `If-None-Match` gets 304. */
  readonly "GET /api/devteam/automation/status/{projectId}": {
    readonly input: { readonly path: { readonly projectId: string | number } }
    readonly answer: Status | IdleStatus
  }
  /** Pause. After the running step, or with `mode=now` at once (a push is never interrupted). */
  readonly "POST /api/devteam/automation/pause/{projectId}": {
    readonly input: {
      readonly path: { readonly projectId: string | number }
      readonly query?: { readonly mode?: "step" | "now" | undefined } | undefined
    }
    readonly answer: RequestAnswer
  }
  /** Resume. */
  readonly "POST /api/devteam/automation/resume/{projectId}": {
    readonly input: {
      readonly path: { readonly projectId: string | number }
      readonly query?: { readonly delivery?: "main" | "branch" | undefined } | undefined
    }
    readonly answer: RequestAnswer
  }
  /** Stop. At once, but for a push, which takes at most a minute. */
  readonly "POST /api/devteam/automation/stop/{projectId}": {
    readonly input: { readonly path: { readonly projectId: string | number } }
    readonly answer: RequestAnswer
  }
  /** Can this repository be worked on? Fetches it and reads its task list. Without one the answer has a template to begin with. */
  readonly "POST /api/devteam/repository/validate": {
    readonly input: { readonly body: ValidateRequest }
    readonly answer: Validation
  }
  /** The task list at the head of the target branch. */
  readonly "GET /api/devteam/repository/tasks/{projectId}": {
    readonly input: { readonly path: { readonly projectId: string | number } }
    readonly answer: TaskList
  }
  /** Decide on a task. accept delivers the change of a held task after all, done its tick alone; skip leaves it, reopen lets it be taken again. It takes effect at the next task boundary, and ends a pause that waits for decisions. After the end, accept starts an execution of that change alone. The task's id is the last segment. */
  readonly "PUT /api/devteam/repository/tasks/{projectId}/{taskId}": {
    readonly input: {
      readonly path: { readonly projectId: string | number; readonly taskId: string | number }
      readonly body: TaskDecisionRequest
    }
    readonly answer: RequestAnswer
  }
  /** Executions, newest first. */
  readonly "GET /api/devteam/executions": {
    readonly input: {
      readonly query?:
        | {
            readonly projectId?: string | number | undefined
            readonly userId?: string | number | undefined
            readonly status?:
              | "initializing"
              | "running"
              | "pausing"
              | "paused"
              | "stopping"
              | "stopped"
              | "completed"
              | "error"
              | undefined
            readonly cursor?: string | number | undefined
            readonly limit?: string | number | undefined
          }
        | undefined
    }
    readonly answer: ExecutionPage
  }
  /** The task context: everything that is known about an execution. */
  readonly "GET /api/devteam/executions/{executionId}": {
    readonly input: { readonly path: { readonly executionId: string | number } }
    readonly answer: Execution
  }
  /** What happened, in order. */
  readonly "GET /api/devteam/executions/{executionId}/journal": {
    readonly input: {
      readonly path: { readonly executionId: string | number }
      readonly query?:
        | { readonly after?: string | number | undefined; readonly limit?: string | number | undefined }
        | undefined
    }
    readonly answer: JournalPage
  }
  /** Prompts, diffs, logs and receipts that may be read. */
  readonly "GET /api/devteam/executions/{executionId}/artifacts": {
    readonly input: { readonly path: { readonly executionId: string | number } }
    readonly answer: ArtifactPage
  }
  /** One artifact, redacted, as text. */
  readonly "GET /api/devteam/executions/{executionId}/artifacts/{taskId}/{round}/{kind}": {
    readonly input: {
      readonly path: {
        readonly executionId: string | number
        readonly taskId: string | number
        readonly round: string | number
        readonly kind: string | number
      }
    }
    readonly answer: string
  }
  /** Output of agent and build, in order. */
  readonly "GET /api/devteam/executions/{executionId}/logs": {
    readonly input: {
      readonly path: { readonly executionId: string | number }
      readonly query?:
        | {
            readonly taskId?: string | number | undefined
            readonly round?: string | number | undefined
            readonly step?: string | number | undefined
            readonly after?: string | number | undefined
            readonly limit?: string | number | undefined
          }
        | undefined
    }
    readonly answer: LogPage
  }
  /** Why it does what it does, or nothing. */
  readonly "GET /api/devteam/executions/{executionId}/explain": {
    readonly input: { readonly path: { readonly executionId: string | number } }
    readonly answer: Explanation
  }
  /** Every failure of an execution. */
  readonly "GET /api/devteam/errors/{executionId}": {
    readonly input: { readonly path: { readonly executionId: string | number } }
    readonly answer: { readonly errors: ReadonlyArray<ExecutionError> }
  }
  /** One failure: step, round, the log's end, artifacts. */
  readonly "GET /api/devteam/errors/{executionId}/{errorId}": {
    readonly input: {
      readonly path: { readonly executionId: string | number; readonly errorId: string | number }
    }
    readonly answer: ExecutionError
  }
  /** The projects that this server knows. */
  readonly "GET /api/devteam/projects": {
    readonly input: {}
    readonly answer: { readonly projects: ReadonlyArray<Project> }
  }
  /** One project. */
  readonly "GET /api/devteam/projects/{projectId}": {
    readonly input: { readonly path: { readonly projectId: string | number } }
    readonly answer: Project
  }
  /** Register a project. An id belongs to one repository for ever. Repeating it changes nothing. */
  readonly "PUT /api/devteam/projects/{projectId}": {
    readonly input: { readonly path: { readonly projectId: string | number }; readonly body: ProjectRequest }
    readonly answer: Project
  }
  /** The process is alive. */
  readonly "GET /health": {
    readonly input: {}
    readonly answer: { readonly status: "ok"; readonly version: string }
  }
  /** Whether it can do its work, by dependency. */
  readonly "GET /ready": { readonly input: {}; readonly answer: Readiness }
  /** Metrics in Prometheus' text format. */
  readonly "GET /metrics": { readonly input: {}; readonly answer: string }
}
