/**
 * What one agent is: pure functions. How its process is run is `process.ts`, the same for all of them.
 */
import type { AgentError, AgentEvidence, AgentInput, AgentOutcome } from "@devteam/core/ports/CodingAgent"
import type { AgentSettings } from "@devteam/core/model/Settings"
import type { Usage } from "@devteam/core/model/Candidate"
import type { Result } from "effect"

/** How to start the agent once. `files` are written before, named relative to the scratch directory. */
export interface AgentPlan {
  readonly argv: readonly [string, ...Array<string>]
  /** Added to the variables that the caller gives. */
  readonly env: Readonly<Record<string, string>>
  readonly files: ReadonlyArray<{ readonly path: string; readonly content: string }>
  /** The agent's stdin is closed where this is undefined. */
  readonly stdin: string | undefined
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
  /** The program that has to be there; fails where the settings cannot work. */
  readonly program: (settings: AgentSettings) => Result.Result<string, AgentError>
  readonly plan: (input: AgentInput) => Result.Result<AgentPlan, AgentError>
  readonly initial: S
  readonly decode: (state: S, piece: AgentText) => readonly [S, ReadonlyArray<AgentEvent>]
  /** What is only known once the output has ended. */
  readonly end: (state: S) => ReadonlyArray<AgentEvent>
  readonly judge: (evidence: AgentEvidence, changed: boolean) => AgentOutcome
}
