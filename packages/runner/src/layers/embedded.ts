/**
 * The embedded default: everything durable in one data directory, which several processes may share.
 */
import { sqliteStores } from "@devteam/adapters-sql/layers"
import type { StoreError } from "@devteam/adapters-sql/StoreError"
import { Layer } from "effect"
import { type HostOptions, machineLayer, type RunnerPorts } from "./machine.ts"

/** Opens (and migrates) the database of `dataDirectory`. */
export const embeddedLayer = (options: HostOptions): Layer.Layer<RunnerPorts, StoreError> =>
  Layer.mergeAll(machineLayer(options), sqliteStores({ dataDirectory: options.dataDirectory }))
