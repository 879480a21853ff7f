/**
 * The embedded default as a person at a terminal has it: their git credentials, their ssh, and every path that they
 * can read.
 */
import { credentialFill } from "@devteam/adapters-git/credentialFill"
import { userSsh } from "@devteam/adapters-git/userSsh"
import { personalProtocols } from "../repositoryArgument.ts"
import { embeddedLayer } from "./embedded.ts"
import { type HostOptions, machineLayer } from "./machine.ts"

/** What is left to say. */
export type PersonalOptions = Omit<HostOptions, "protocols">

const withDefaults = (options: PersonalOptions): HostOptions => ({
  ...options,
  credentials: options.credentials ?? credentialFill,
  ssh: options.ssh ?? userSsh(process.cwd()),
  protocols: personalProtocols
})

/** Everything that a worker needs. */
export const personalLayer = (options: PersonalOptions) => embeddedLayer(withDefaults(options))

/** The same without stores: for a look at a repository that leaves nothing behind but a cache. */
export const personalMachine = (options: PersonalOptions) => machineLayer(withDefaults(options))
