/**
 * What a host decides about its runner. Nothing of it can be changed later, or over the API.
 */
import type { Protocol } from "@devteam/adapters-git/RemoteUrl"
import type { Limits } from "@devteam/core/model/Limits"
import type { AgentSettings, Identity } from "@devteam/core/model/Settings"
import type { HostOptions } from "./layers/machine.ts"

/** A user and a password or token for an http(s) remote. */
export interface RemoteCredential {
  readonly username: string
  readonly password: string
}

/** See the module's paragraph; everything but the data directory has a default. */
export interface RunnerOptions extends Omit<HostOptions, "credentials" | "protocols" | "ssh"> {
  /** Where a runner keeps what it must not forget: `embedded` in its data directory (default), `memory` nowhere. */
  readonly store?: "embedded" | "memory" | undefined
  /**
   * The bearer token of API and WebSocket, of 20 characters or more. Made in the data directory's file `token` when
   * absent. `false` asks nobody: only where the host itself knows who sent every request and upgrade that it hands
   * over, because whoever gets through may run commands here.
   */
  readonly token?: string | false | undefined
  /** Names, without port, under which the API answers beside those of the loopback. */
  readonly hosts?: ReadonlyArray<string> | undefined
  /** Repositories that clients of the API may use: URLs or absolute paths; `<url>/*` allows everything below it. */
  readonly repositories?: ReadonlyArray<string> | undefined
  /** Transports that git may use beside `https`, `ssh` and those that an entry of `repositories` needs. */
  readonly protocols?: ReadonlyArray<Protocol> | undefined
  /** The agents that clients may choose from, the default first; every agent that needs no arguments when absent. */
  readonly agents?: ReadonlyArray<AgentSettings> | undefined
  /** Whose name stands in the commits. */
  readonly identity?: Identity | undefined
  /** What applies when nobody says otherwise, and the most that a client of the API may ask for. */
  readonly limits?: Partial<Limits> | undefined
  /** How many executions are worked on at once; 2 by default. */
  readonly concurrency?: number | undefined
  /**
   * Asked for http(s) remotes, with the URL; `undefined`: try without. By default git's own credential helpers are
   * asked, as whoever runs this process has configured them.
   */
  readonly credentials?: ((url: string) => Promise<RemoteCredential | undefined>) | undefined
  /** Gets the log: one JSON object a line, without its line end, redacted. Nothing is logged when absent. */
  readonly log?: ((line: string) => void) | undefined
}
