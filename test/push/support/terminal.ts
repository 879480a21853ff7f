/**
 * A second terminal: this test's own process on a world's data directory, beside the worker processes.
 */
import { createRunner, type Runner } from "@devteam/runner/createRunner"
import { hostOptions } from "./hostOptions.ts"
import type { RunOptions, World } from "./world.ts"

/** Opens the data directory; to be closed. */
export const openTerminal = (world: World, options?: RunOptions): Runner =>
  createRunner({ ...hostOptions(world.job(options)), store: "embedded" })
