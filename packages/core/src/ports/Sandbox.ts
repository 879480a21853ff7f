/**
 * Port: where agents and builds run.
 *
 * A sandbox runs commands in directories that the host prepared, and can kill everything that it ever started. It
 * knows nothing of git, tasks or agents. Secrets reach a command only through its own `env`.
 */
import { Context, type Effect, Schema, type Scope, type Stream } from "effect"
import type { ExecutionId, InstanceId, ProjectId } from "../model/Ids.ts"

/** `not_found`: the program is missing; `lost`: the sandbox died under the command; `disk_full`; `unavailable`. */
export class SandboxError extends Schema.TaggedError<SandboxError>()("SandboxError", {
  reason: Schema.Literals(["not_found", "lost", "disk_full", "unavailable", "unhealthy"]),
  message: Schema.String
}) {
  /** Whether the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return this.reason === "lost" || this.reason === "unavailable" || this.reason === "disk_full"
  }
}

/** One command. `argv[0]` is looked up in the sandbox's PATH; there is never a shell in between. */
export interface ExecRequest {
  readonly argv: readonly [string, ...Array<string>]
  /** An absolute directory of the host. */
  readonly cwd: string
  /** Added to the sandbox's own scrubbed environment. */
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly stdin?: string | undefined
  readonly timeoutMs: number
  readonly idleTimeoutMs?: number | undefined
  /** Bytes of output flagged `stored`; later chunks still arrive, flagged false, so that tails can be kept. */
  readonly maxOutputBytes?: number | undefined
}

/** How a command ended, after everything that it started is dead. `exitCode` is null when it was killed. */
export interface ExecOutcome {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly cause: "exited" | "timed_out" | "idle"
  readonly durationMs: number
  readonly outputBytes: number
}

/** Output as it comes, then exactly one `Exited` as the last element. Bytes are raw: UTF-8 may be split or invalid. */
export type ExecEvent =
  | {
      readonly _tag: "Chunk"
      readonly stream: "stdout" | "stderr"
      readonly bytes: Uint8Array
      readonly stored: boolean
    }
  | { readonly _tag: "Exited"; readonly outcome: ExecOutcome }

/** What is inside: versions for the receipt, and what a person should know. */
export interface SandboxHealth {
  readonly git: string
  readonly node: string
  readonly npm: string
  /** How well processes are kept together: `pid_namespace`, `env_mark` (lost by `env -i`), `container`. */
  readonly containment: "pid_namespace" | "env_mark" | "container"
  readonly warnings: ReadonlyArray<string>
}

/** Whose processes: the mark that a sweep goes by. */
export interface SandboxOwner {
  readonly instance: InstanceId
  readonly projectId: ProjectId
  readonly executionId: ExecutionId
  readonly epoch: number
}

/** A sandbox in use. Closing the scope of `acquire` kills what still runs and gives it back. */
export interface SandboxSession {
  readonly kind: string
  /** Runs a command. Interrupting the stream kills the whole process tree before the interruption ends. */
  readonly exec: (request: ExecRequest) => Stream.Stream<ExecEvent, SandboxError>
  /** Runs `git --version`, `node --version` and `npm --version` inside. */
  readonly health: Effect.Effect<SandboxHealth, SandboxError>
  /** Kills everything and forgets the sandbox's home. Idempotent. */
  readonly destroy: Effect.Effect<void, SandboxError>
}

/** The sandbox port. */
export interface SandboxesShape {
  readonly acquire: (owner: SandboxOwner) => Effect.Effect<SandboxSession, SandboxError, Scope.Scope>
  /**
   * Kills what dead workers left behind: processes of this instance and project whose epoch is lower than
   * `epoch`. Answers how many were killed.
   */
  readonly reap: (owner: {
    readonly instance: InstanceId
    readonly projectId: ProjectId
    readonly epoch: number
  }) => Effect.Effect<number, SandboxError>
}

/** See {@link SandboxesShape}. */
export class Sandboxes extends Context.Service<Sandboxes, SandboxesShape>()("@devteam/core/Sandboxes") {}
