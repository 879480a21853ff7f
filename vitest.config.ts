import { defineConfig } from "vitest/config"

/**
 * Tests run from the sources: the workspace's packages resolve through their `devteam-source` condition.
 *
 * `packages` are tests of one package each; `system` are whole processes, one file after the other, because they
 * measure how fast one process notices another.
 */
const shared = {
  resolve: { conditions: ["devteam-source"] },
  ssr: { resolve: { conditions: ["devteam-source"], externalConditions: ["devteam-source"] } }
}
const test = { testTimeout: 60_000, hookTimeout: 120_000, execArgv: ["--conditions=devteam-source"] }

export default defineConfig({
  test: {
    projects: [
      { ...shared, test: { ...test, name: "packages", include: ["packages/*/{src,test}/**/*.test.ts"] } },
      {
        ...shared,
        test: { ...test, name: "system", include: ["test/**/*.test.ts"], fileParallelism: false }
      }
    ]
  }
})
