import { defineConfig } from "vitest/config"

/** Tests run from the sources: the workspace's packages resolve through their `devteam-source` condition. */
export default defineConfig({
  resolve: { conditions: ["devteam-source"] },
  ssr: { resolve: { conditions: ["devteam-source"], externalConditions: ["devteam-source"] } },
  test: {
    include: ["packages/*/{src,test}/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    execArgv: ["--conditions=devteam-source"]
  }
})
