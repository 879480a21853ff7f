/**
 * Port: the machine that a worker runs on. Who it is, where it may write, and the values behind names.
 *
 * The only place where secrets' values come from. Nothing here is stored.
 */
import { Context, type Effect } from "effect"
import type { Secret } from "../redaction/Secrets.ts"
import type { LeaseOwner } from "./Leases.ts"

/** The host port. */
export interface HostShape {
  /** This worker, as its leases name it. */
  readonly owner: LeaseOwner
  /** Whether the process of another owner is known to be dead: same host, and no such process any more. */
  readonly isDead: (owner: LeaseOwner) => Effect.Effect<boolean>
  /** An absolute directory for checkouts; may vanish at any task's end. */
  readonly workDirectory: string
  /** An empty directory of that name below `workDirectory`, made anew. */
  readonly freshDirectory: (name: string) => Effect.Effect<string>
  /** Removes a directory below `workDirectory`. Idempotent. */
  readonly removeDirectory: (name: string) => Effect.Effect<void>
  /** The values of variables, by name; absent ones are left out. */
  readonly environment: (names: ReadonlyArray<string>) => Readonly<Record<string, string>>
  /** Every value that must never leave: variables that look like secrets, passwords in URLs, tokens. */
  readonly secrets: ReadonlyArray<Secret>
  /** A random string of 32 hex digits. */
  readonly nonce: Effect.Effect<string>
  /** Leave the checkouts of a failed task where they are. */
  readonly keepFailedCheckouts: boolean
}

/** See {@link HostShape}. */
export class Host extends Context.Service<Host, HostShape>()("@devteam/core/Host") {}
