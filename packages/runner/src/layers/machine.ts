/**
 * The adapters that are the same whatever the stores are: git, sandbox, agents, lists, and this machine.
 */
import { join } from "node:path"
import * as Agents from "@devteam/adapters-agents/agents"
import * as Git from "@devteam/adapters-git/GitLayer"
import type { CredentialSource } from "@devteam/adapters-git/Credentials"
import type { Protocol } from "@devteam/adapters-git/RemoteUrl"
import type { SshCommand } from "@devteam/adapters-git/userSsh"
import * as Sandbox from "@devteam/adapters-sandbox/local/LocalSandboxes"
import type { Stores } from "@devteam/adapters-sql/layers"
import * as Settings from "@devteam/adapters-settings/layer"
import * as Lists from "@devteam/adapters-tasklist/layer"
import type { CodingAgents } from "@devteam/core/ports/CodingAgent"
import type { DeliveryRemote } from "@devteam/core/ports/DeliveryRemote"
import type { Host } from "@devteam/core/ports/Host"
import type { ProjectFile } from "@devteam/core/ports/ProjectFile"
import type { Repository } from "@devteam/core/ports/Repository"
import type { Sandboxes } from "@devteam/core/ports/Sandbox"
import type { TaskList } from "@devteam/core/ports/TaskList"
import type { Secret } from "@devteam/core/redaction/Secrets"
import type { Workflow } from "@devteam/core/workflows/Workflow"
import { Workflows } from "@devteam/core/workflows/registry"
import { type Effect, Layer } from "effect"
import { nodeHost } from "../host/nodeHost.ts"

/** What an embedder decides. */
export interface HostOptions {
  /** An absolute directory on a local disk: database, artifacts, git caches, checkouts, sandbox homes. */
  readonly dataDirectory: string
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** Values that must never leave, beyond those that the environment's names give away. */
  readonly secrets?: ReadonlyArray<Secret> | undefined
  /** Asked for http(s) remotes without a password in their URL. */
  readonly credentials?: CredentialSource | undefined
  /** What git runs for ssh remotes: plain `ssh` by default. */
  readonly ssh?: Effect.Effect<SshCommand> | undefined
  /** Transports that git may use: `https` and `ssh` by default. */
  readonly protocols?: ReadonlyArray<Protocol> | undefined
  /** Workflows beside the built-in one. */
  readonly workflows?: ReadonlyArray<Workflow> | undefined
  readonly keepFailedCheckouts?: boolean | undefined
}

/** Everything that a worker and the requests need. */
export type RunnerPorts =
  | Stores
  | Host
  | Repository
  | DeliveryRemote
  | TaskList
  | ProjectFile
  | Sandboxes
  | CodingAgents
  | Workflows

/** Everything but the stores. */
export const machineLayer = (options: HostOptions) => {
  const environment = options.environment ?? process.env
  return Layer.mergeAll(
    nodeHost({
      workDirectory: join(options.dataDirectory, "work"),
      environment,
      secrets: options.secrets ?? [],
      keepFailedCheckouts: options.keepFailedCheckouts ?? false
    }),
    Git.layer({
      cacheDir: join(options.dataDirectory, "cache"),
      credentials: options.credentials,
      ssh: options.ssh,
      protocols: options.protocols
    }),
    Sandbox.layer({ homesDirectory: join(options.dataDirectory, "homes"), environment }),
    Agents.layer,
    Lists.layer,
    Settings.layer,
    Workflows.layer(options.workflows)
  )
}
