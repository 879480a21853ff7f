/**
 * A second terminal: this test's own process on a world's data directory, beside the worker processes.
 */
import { createRunner, type Runner } from "@devteam/runner/createRunner"
import type { RunOptions, World } from "./world.ts"

/** Opens the data directory, and works on nothing; to be stopped. */
export const openTerminal = (world: World, options?: RunOptions): Runner => {
  const { dataDirectory, password, username } = world.job(options)
  return createRunner({
    dataDirectory,
    protocols: ["http"],
    credentials: async () => ({ username, password }),
    secrets: [{ name: "password", value: password }]
  })
}
