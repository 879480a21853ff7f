/**
 * The ports of a server on one machine: its stores, hints inside this process, and the git credentials and the ssh of
 * whoever started it.
 */
import { homedir } from "node:os"
import { credentialFill } from "@devteam/adapters-git/credentialFill"
import { userSsh } from "@devteam/adapters-git/userSsh"
import * as InProcessHints from "@devteam/adapters-queue/InProcessHints"
import { Layer } from "effect"
import { embeddedLayer } from "../layers/embedded.ts"
import type { HostOptions } from "../layers/machine.ts"
import { memoryLayer } from "../layers/memory.ts"

const withDefaults = (options: HostOptions): HostOptions => ({
  ...options,
  credentials: options.credentials ?? credentialFill,
  ssh: options.ssh ?? userSsh(homedir())
})

/** Opens (and migrates) the database of the data directory. */
export const serverLayer = (options: HostOptions) =>
  Layer.mergeAll(embeddedLayer(withDefaults(options)), InProcessHints.layer)

/** The same with stores that forget everything at their end. */
export const forgetfulServerLayer = (options: HostOptions) =>
  Layer.mergeAll(memoryLayer(withDefaults(options)), InProcessHints.layer)
