/**
 * What the operator of a server decided: who may call it, which repositories and agents may be used, and how.
 *
 * Made by whoever starts the server; nothing here can be changed over the API.
 */
import type { Limits } from "@devteam/core/model/Limits"
import type { AgentSettings, Identity } from "@devteam/core/model/Settings"
import type { ProjectId } from "@devteam/core/model/Ids"
import { Context, type Effect, type Redacted, Schema } from "effect"

/** A repository's URL cannot be used. The message says why, and repeats no secret. */
export class RepositoryRefused extends Schema.TaggedError<RepositoryRefused>()("RepositoryRefused", {
  reason: Schema.Literals(["invalid", "has_credentials"]),
  message: Schema.String
}) {}

/** A URL in the form in which it is stored, and the id that its project would have by default. */
export interface ReadableRepository {
  readonly url: string
  readonly projectId: ProjectId
}

/** One thing that the server needs. `check` answers what is wrong, or undefined. */
export interface DependencyCheck {
  readonly name: string
  readonly check: Effect.Effect<string | undefined>
}

/** See the module's paragraph. */
export interface OperatorShape {
  readonly version: string
  /** Without one nobody is asked who they are. */
  readonly token: Redacted.Redacted | undefined
  /** The names, lower-case and without port, under which the server answers. */
  readonly hosts: ReadonlySet<string>
  readonly identity: Identity
  /** The agents that clients may choose from, the default first. */
  readonly agents: ReadonlyArray<AgentSettings>
  /** What applies when a client says nothing, and the most that one may ask for. */
  readonly limits: Limits
  /** Reads a URL. */
  readonly readRepository: (url: string) => Effect.Effect<ReadableRepository, RepositoryRefused>
  /** Whether a stored form is on the operator's own list. Registered projects are allowed in any case. */
  readonly allowsRepository: (url: string) => boolean
  readonly dependencies: ReadonlyArray<DependencyCheck>
}

/** See {@link OperatorShape}. */
export class Operator extends Context.Service<Operator, OperatorShape>()("@devteam/adapters-http/Operator") {}
