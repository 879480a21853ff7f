/**
 * What a command needs of the way in which its processes are kept together.
 *
 * Two implementations: namespaceTree.ts (a pid namespace per command, nothing escapes) and markedTree.ts (a mark
 * in the environment, for machines without namespaces).
 */
import type { SandboxError } from "@devteam/core/ports/Sandbox"
import type { Effect } from "effect"
import type { ProcessEnd, StartedProcess } from "./spawnChild.ts"

/** A command that is ready to start: the program is an absolute path and exists. */
export interface TreeRequest {
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly cwd: string
  /** The whole environment of the command. */
  readonly env: Readonly<Record<string, string>>
  /** What marks every helper process of the tree as well. */
  readonly mark: Readonly<Record<string, string>>
  readonly stdin: boolean
}

/** A started command with everything that it starts. */
export interface ProcessTree {
  /** Its stdio is the command's own. */
  readonly main: StartedProcess
  /** Completes when the command itself is dead; its children may live on. */
  readonly ended: Effect.Effect<ProcessEnd>
  /** Asks every process to leave: SIGTERM. Does not wait. */
  readonly terminate: Effect.Effect<void>
  /** Kills every process and ends once all are dead. Idempotent. Fails with `unhealthy` when one cannot be killed. */
  readonly kill: Effect.Effect<void, SandboxError>
  /** Whether something other than this worker took the tree away under the command. */
  readonly lost: () => boolean
}

/** A way of keeping processes together. */
export interface Containment {
  readonly kind: "pid_namespace" | "env_mark"
  readonly start: (request: TreeRequest) => Effect.Effect<ProcessTree, SandboxError>
}
