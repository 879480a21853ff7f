/**
 * Both git ports as one layer over one cache.
 */
import { DeliveryRemote } from "@devteam/core/ports/DeliveryRemote"
import { Repository } from "@devteam/core/ports/Repository"
import { Context, Effect, Layer } from "effect"
import { makeCache } from "./Cache.ts"
import { type CredentialSource, noCredentials } from "./Credentials.ts"
import { makeDeliveryRemote } from "./DeliveryRemote.ts"
import { makeExclusiveLock } from "./ExclusiveLock.ts"
import { makeHardenedGit } from "./HardenedGit.ts"
import { defaultProtocols, type Protocol } from "./RemoteUrl.ts"
import { makeRepository } from "./Repository.ts"
import type { SshCommand } from "./userSsh.ts"

/** What the operator decides about git. */
export interface GitOptions {
  /** An absolute directory on a local disk; created when absent, shared by all processes of this machine. */
  readonly cacheDir: string
  /** `https` and `ssh` by default. `http` reaches only this machine, `file` any path that the process can read. */
  readonly protocols?: ReadonlyArray<Protocol> | undefined
  /** Asked for each call to an http(s) remote whose URL has no password in it. */
  readonly credentials?: CredentialSource | undefined
  /** What git runs for ssh remotes; plain `ssh` when absent. Asked once, before the first of them. */
  readonly ssh?: Effect.Effect<SshCommand> | undefined
}

/** The repository and the delivery remote on real git. Needs git 2.38; said by the first `open`. */
export const layer = (options: GitOptions): Layer.Layer<Repository | DeliveryRemote> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const protocols = options.protocols ?? defaultProtocols
      const credentials = options.credentials ?? noCredentials
      const git = yield* makeHardenedGit({ protocols, credentials, ssh: options.ssh })
      const cache = makeCache(git, makeExclusiveLock(), { cacheDir: options.cacheDir, protocols })
      return Context.make(Repository, yield* makeRepository(git, cache)).pipe(
        Context.add(DeliveryRemote, makeDeliveryRemote(git, cache))
      )
    })
  )
