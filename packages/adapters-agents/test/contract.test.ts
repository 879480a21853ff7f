import { codingAgentContract, type AgentBehaviour } from "@devteam/core/testing/contracts/CodingAgentContract"
import { Effect } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { layer } from "../src/agents.ts"
import { directories } from "./support/directories.ts"
import { makeSpawnSession } from "./support/spawnSession.ts"

const scripts: Record<AgentBehaviour, string> = {
  writes_file: "echo hello > hello.txt; echo wrote hello.txt",
  writes_file_and_fails: "echo hello > hello.txt; exit 3",
  nothing_to_do: 'echo looked around; echo "DEVTEAM: NOTHING-TO-DO already there"; echo a warning >&2',
  silent: "echo thinking",
  fails: "echo no such model >&2; exit 4",
  prints_prompt: 'cat "$0"',
  prints_variable: 'echo "$AGENT_KEY"',
  hangs: "echo started; sleep 60 & sleep 60"
}

const session = makeSpawnSession()

codingAgentContract("command", {
  agents: layer,
  id: "command",
  settings: (behaviour) => ({ id: "command", argv: ["sh", "-c", scripts[behaviour], "{prompt}"], env: [] }),
  place: Effect.map(directories, (place) => ({ session, ...place })),
  readFile: (checkout, path) =>
    Effect.sync(() => {
      const file = join(checkout, path)
      return existsSync(file) ? readFileSync(file, "utf8") : undefined
    }),
  running: Effect.sync(session.running)
})
