/**
 * Stores that forget everything at their end, for tests and trials. Git, agents and builds are real all the same.
 */
import * as Stores from "@devteam/core/testing/memory/Stores"
import { Layer } from "effect"
import { type HostOptions, machineLayer, type RunnerPorts } from "./machine.ts"

/** Nothing is kept but caches, checkouts and homes below `dataDirectory`. */
export const memoryLayer = (options: HostOptions): Layer.Layer<RunnerPorts> =>
  Layer.mergeAll(machineLayer(options), Stores.layerMemory)
