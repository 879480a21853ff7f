/**
 * What one agent is: pure functions. How its process is run is `process.ts`, the same for all of them.
 */
import type { AgentError, AgentEvidence, AgentInput, AgentOutcome } from "@devteam/core/ports/CodingAgent"
import type { AgentSettings } from "@devteam/core/model/Settings"
import type { Usage } from "@devteam/core/model/Candidate"
import type { Result } from "effect"

/** A file to write before a process starts, named relative to its directory. */
export interface AgentFile {
  readonly path: string
  readonly content: string
}

/** How to start the agent once. `files` are written before, named relative to the scratch directory. */
export interface AgentPlan {
  readonly argv: readonly [string, ...Array<string>]
  /** Added to the variables that the caller gives. */
  readonly env: Readonly<Record<string, string>>
  readonly files: ReadonlyArray<AgentFile>
  /** The agent's stdin is closed where this is undefined. */
  readonly stdin: string | undefined
  /** Files in the scratch directory that the agent writes about itself, for `end`. */
  readonly reads: ReadonlyArray<string>
}

/** How to ask the agent for its version; nothing is paid for. `files` are written into the probe's directory. */
export interface AgentProbe {
  readonly argv: readonly [string, ...Array<string>]
  readonly env: Readonly<Record<string, string>>
  readonly files: ReadonlyArray<AgentFile>
  /** The version, or why the agent cannot be used. */
  readonly read: (ended: {
    readonly exitCode: number | null
    readonly stdout: string
    readonly stderr: string
  }) => Result.Result<string, AgentError>
}

/** Decoded output of one stream; the pieces are cut anywhere but inside a character. */
export interface AgentText {
  readonly stream: "stdout" | "stderr"
  readonly text: string
}

/** What `decode` found: a note for `judge`, or the usage of the run (the last one counts). */
export type AgentEvent =
  | { readonly _tag: "Note"; readonly note: string }
  | { readonly _tag: "Usage"; readonly usage: Usage }

/** An agent as pure functions over a state `S` of its own. */
export interface AgentDefinition<S> {
  readonly id: string
  /** See `CodingAgent.variables`. */
  readonly variables: (settings: AgentSettings) => ReadonlyArray<string>
  /** Fails where a variable that the agent cannot do without has no value. */
  readonly requireVariables: (
    settings: AgentSettings,
    env: Readonly<Record<string, string>>
  ) => Result.Result<void, AgentError>
  /** Fails where the settings cannot work. */
  readonly probe: (settings: AgentSettings) => Result.Result<AgentProbe, AgentError>
  readonly plan: (input: AgentInput) => Result.Result<AgentPlan, AgentError>
  readonly initial: S
  readonly decode: (state: S, piece: AgentText) => readonly [S, ReadonlyArray<AgentEvent>]
  /** What is only known once the run has ended. `files` has those of the plan's `reads` that are there. */
  readonly end: (state: S, files: Readonly<Record<string, string>>) => ReadonlyArray<AgentEvent>
  readonly judge: (evidence: AgentEvidence, changed: boolean) => AgentOutcome
}
