/**
 * The ports of a server on one machine: the embedded stores, hints inside this process, and the git credentials of
 * whoever started it.
 */
import { credentialFill } from "@devteam/adapters-git/credentialFill"
import * as InProcessHints from "@devteam/adapters-queue/InProcessHints"
import { Layer } from "effect"
import { embeddedLayer } from "../layers/embedded.ts"
import type { HostOptions } from "../layers/machine.ts"

/** Opens (and migrates) the database of the data directory. */
export const serverLayer = (options: HostOptions) =>
  Layer.mergeAll(
    embeddedLayer({ ...options, credentials: options.credentials ?? credentialFill }),
    InProcessHints.layer
  )
