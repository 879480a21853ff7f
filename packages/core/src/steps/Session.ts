/**
 * What one worker has in its hands while it holds a project: the sandbox, the redactor, its directories.
 *
 * Lives as long as the lease. Nothing in it is needed to go on after a crash; a new session makes everything anew.
 */
import { Effect, Option, Ref, Scope } from "effect"
import type { Execution } from "../execution/State.ts"
import type { Sha } from "../model/Ids.ts"
import { Host, type HostShape } from "../ports/Host.ts"
import type { Lease } from "../ports/Leases.ts"
import type { RepositoryRef } from "../ports/Repository.ts"
import { knownSecrets } from "../redaction/Secrets.ts"
import { Sandboxes, type SandboxError, type SandboxHealth, type SandboxSession } from "../ports/Sandbox.ts"
import { makeRedactor, type Redactor } from "../redaction/redact.ts"

/** The agent's checkout of a round. `start` is the tree that it was made from. */
export interface Workspace {
  readonly taskId: string
  readonly round: number
  readonly base: Sha
  readonly start: Sha
  readonly directory: string
}

/** See the module's paragraph. */
export interface Session {
  /** Its epoch can be raised while it is held. */
  readonly lease: Ref.Ref<Lease>
  /** The lease's epoch when the session was opened. */
  readonly epoch: number
  readonly repository: RepositoryRef
  readonly host: HostShape
  readonly redactor: Redactor
  /** Acquired at its first use; killed and given back when the session ends. */
  readonly sandbox: Effect.Effect<SandboxSession, SandboxError>
  /** The sandbox's versions, asked for once. */
  readonly health: Effect.Effect<SandboxHealth, SandboxError>
  readonly workspace: Ref.Ref<Workspace | undefined>
}

/** What a step is given: the state that it was decided on, and the session. */
export interface StepContext {
  readonly state: Execution
  readonly session: Session
}

/** An execution's directory below the work directory. */
export const executionDirectory = ({ executionId }: Pick<Execution, "executionId">): string => executionId

/**
 * A task's directory: safe for file systems whatever the task is called, and of one holder of the lease alone, so that
 * a stalled worker that comes back cannot empty its successor's.
 */
export const taskDirectory = ({ epoch }: Session, state: Execution, taskId: string): string =>
  `${executionDirectory(state)}/${epoch}/${taskId
    .replace(/[^A-Za-z0-9.-]+/g, "_")
    .replace(/^[.]+/, "_")
    .slice(0, 60)}`

/** A directory of the task in hand. */
export const directoryName = (
  { state, session }: StepContext,
  purpose: "agent" | "scratch" | "verify" | "baseline"
): string => `${taskDirectory(session, state, state.inHand?.task.id ?? "execution")}/${purpose}`

/** Does something once; a failure is not remembered. */
const remembered = Effect.fnUntraced(function* <A, E>(make: Effect.Effect<A, E>) {
  const made = yield* Ref.make(Option.none<A>())
  return Effect.gen(function* () {
    const known = yield* Ref.get(made)
    if (Option.isSome(known)) return known.value
    const fresh = yield* make
    yield* Ref.set(made, Option.some(fresh))
    return fresh
  })
})

/** Opens the session of a lease. */
export const openSession = Effect.fnUntraced(function* (state: Execution, lease: Ref.Ref<Lease>) {
  const host = yield* Host
  const sandboxes = yield* Sandboxes
  const scope = yield* Scope.Scope
  const { epoch } = yield* Ref.get(lease)
  const acquire = sandboxes
    .acquire({
      instance: state.instance,
      projectId: state.projectId,
      executionId: state.executionId,
      epoch
    })
    .pipe(Effect.provideService(Scope.Scope, scope))
  const sandbox = yield* remembered(acquire)
  const session: Session = {
    lease,
    epoch,
    repository: { projectId: state.projectId, url: state.settings.repository.url },
    host,
    redactor: makeRedactor(knownSecrets(host.secrets)),
    sandbox,
    health: yield* remembered(Effect.flatMap(sandbox, ({ health }) => health)),
    workspace: yield* Ref.make<Workspace | undefined>(undefined)
  }
  return session
})
