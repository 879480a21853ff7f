/**
 * Port: a coding agent, driven headless.
 *
 * An agent changes files in a checkout; what it changed is found by git, never by what it says. Its exit code is
 * evidence, `judge` is the verdict.
 */
import { Context, type Effect, Schema } from "effect"
import type { Usage } from "../model/Candidate.ts"
import type { AgentSettings } from "../model/Settings.ts"
import type { ExecEvent, ExecOutcome, SandboxError, SandboxSession } from "./Sandbox.ts"

/** Why an agent cannot be used at all. All of these end the execution at once, with what to do. */
export class AgentError extends Schema.TaggedError<AgentError>()("AgentError", {
  reason: Schema.Literals(["unknown_agent", "not_found", "missing_variable", "unusable"]),
  message: Schema.String
}) {
  /** Always false: a person has to change something. */
  get retryable(): boolean {
    return false
  }
}

/** One call of an agent. */
export interface AgentInput {
  readonly settings: AgentSettings
  readonly checkout: string
  /** A directory outside the checkout for prompt files and logs; exists, empty. */
  readonly scratch: string
  readonly prompt: string
  readonly timeoutMs: number
  readonly idleTimeoutMs: number
  readonly maxOutputBytes: number
  /** Values of the variables that `CodingAgent.variables` names, and of `DEVTEAM_*`; they reach only the agent. */
  readonly env: Readonly<Record<string, string>>
}

/** What is left of a run: how it ended, the end of its output, what it said of itself. */
export interface AgentEvidence {
  readonly exit: ExecOutcome
  /** The last 64 KiB of stdout and stderr, decoded, as printed. */
  readonly tail: string
  readonly usage: Usage | undefined
  /** Agent-specific findings of `decode`, for `judge` only. */
  readonly notes: ReadonlyArray<string>
}

/** The verdict on a run. `no-work` is the transport's fault: an attempt, not a round. */
export type AgentOutcome =
  | { readonly _tag: "Changed" }
  | { readonly _tag: "NoOp"; readonly reason: string }
  | { readonly _tag: "NoEdit"; readonly message: string }
  | { readonly _tag: "MalformedEdit"; readonly message: string }
  | { readonly _tag: "TimedOut"; readonly message: string }
  | { readonly _tag: "NoWork"; readonly message: string }
  | { readonly _tag: "Quota"; readonly message: string; readonly untilMs: number | undefined }
  | { readonly _tag: "Failed"; readonly message: string; readonly permanent: boolean }

/** One agent. */
export interface CodingAgent {
  readonly id: string
  /**
   * The variables that the agent is to get where the host has a value for them: those that the settings name, else
   * those that the agent usually reads.
   */
  readonly variables: (settings: AgentSettings) => ReadonlyArray<string>
  /** Finds the agent and answers its version; nothing is paid for. */
  readonly probe: (
    settings: AgentSettings,
    sandbox: SandboxSession,
    env: Readonly<Record<string, string>>,
    cwd: string
  ) => Effect.Effect<string, AgentError | SandboxError>
  /** Runs the agent; every chunk of its output is passed on as it comes. */
  readonly run: (
    input: AgentInput,
    sandbox: SandboxSession,
    onOutput: (event: Extract<ExecEvent, { readonly _tag: "Chunk" }>) => Effect.Effect<void>
  ) => Effect.Effect<AgentEvidence, AgentError | SandboxError>
  /** Pure: what the run was worth. `changed` comes from git. */
  readonly judge: (evidence: AgentEvidence, changed: boolean) => AgentOutcome
}

/** The agents that this host knows, by id. */
export interface CodingAgentsShape {
  readonly get: (id: string) => Effect.Effect<CodingAgent, AgentError>
  readonly ids: ReadonlyArray<string>
}

/** See {@link CodingAgentsShape}. */
export class CodingAgents extends Context.Service<CodingAgents, CodingAgentsShape>()(
  "@devteam/core/CodingAgents"
) {}
