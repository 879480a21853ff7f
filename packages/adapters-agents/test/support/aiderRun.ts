/**
 * One run of the real aider in a local sandbox, on a small repository, against a scripted model.
 */
import { layer as localSandboxes } from "@devteam/adapters-sandbox/local/LocalSandboxes"
import { ExecutionId, InstanceId, ProjectId } from "@devteam/core/model/Ids"
import type { AgentInput } from "@devteam/core/ports/CodingAgent"
import { Sandboxes } from "@devteam/core/ports/Sandbox"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { AgentDefinition } from "../../src/AgentDefinition.ts"
import { processAgent } from "../../src/process.ts"
import { aiderAgent } from "../../src/aider/aiderAgent.ts"
import { directories } from "./directories.ts"
import { writeModelPrices } from "./modelPrices.ts"
import { type ModelAnswer, type ModelRequest, scriptedModel } from "./scriptedModel.ts"

const git = (checkout: string, ...args: ReadonlyArray<string>): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...args], {
    cwd: checkout,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], GIT_CONFIG_NOSYSTEM: "1", HOME: checkout }
  })

/** What a run is about; all but `answer` have a default. */
export interface AiderRun {
  readonly program: string
  readonly answer: (index: number, request: ModelRequest) => ModelAnswer
  readonly model?: string
  readonly prompt?: string
  readonly files?: Readonly<Record<string, string>>
  /** Written after the commit. */
  readonly outside?: Readonly<Record<string, string>>
  readonly links?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  readonly definition?: AgentDefinition<string>
}

const files = {
  "src/greet.ts": "export const greet = (name: string): string => `Hello ${name}`\n",
  "src/other.ts": "export const other = 1\n",
  "TASKS.md": "- [ ] 1 Greet politely\n"
}

/** Runs aider, and answers the verdict, what it asked the model, and what git says of the checkout. */
export const runAider = Effect.fn("runAider")(function* (run: AiderRun) {
  const { checkout, scratch } = yield* directories
  const model = yield* scriptedModel(run.answer)
  for (const [path, content] of Object.entries({ ...files, ...run.files })) {
    mkdirSync(dirname(join(checkout, path)), { recursive: true })
    writeFileSync(join(checkout, path), content)
  }
  for (const [path, target] of Object.entries(run.links ?? {})) symlinkSync(target, join(checkout, path))
  git(checkout, "init", "--quiet")
  git(checkout, "add", "--all", "--force")
  git(checkout, "commit", "--quiet", "--message", "base")
  for (const [path, content] of Object.entries(run.outside ?? {}))
    writeFileSync(join(checkout, path), content)
  const projectId = ProjectId.make(`aider/${randomUUID()}`)
  const homesDirectory = join(checkout, "..", "homes")
  writeModelPrices(homesDirectory, projectId)
  const input: AgentInput = {
    settings: { id: "aider", argv: [run.program], env: [], model: run.model ?? "openai/gpt-4o" },
    checkout,
    scratch,
    prompt: run.prompt ?? "Greet politely in src/greet.ts.\n",
    timeoutMs: run.timeoutMs ?? 120_000,
    idleTimeoutMs: 120_000,
    maxOutputBytes: 1_000_000,
    env: { OPENAI_API_KEY: "sk-scripted", OPENAI_API_BASE: model.url, DEVTEAM_TASK_ID: "1" }
  }
  const agent = processAgent(run.definition ?? aiderAgent)
  const evidence = yield* Effect.scoped(
    Effect.gen(function* () {
      const sandbox = yield* (yield* Sandboxes).acquire({
        instance: InstanceId.make(randomUUID()),
        projectId,
        executionId: ExecutionId.make(randomUUID()),
        epoch: 1
      })
      return yield* agent.run(input, sandbox, () => Effect.void)
    })
  ).pipe(Effect.provide(localSandboxes({ homesDirectory, environment: { PATH: process.env["PATH"] ?? "" } })))
  const status = git(checkout, "status", "--porcelain", "--untracked-files=all").split("\n").filter(Boolean)
  return {
    evidence,
    outcome: agent.judge(evidence, status.length > 0),
    requests: model.requests,
    status,
    checkout,
    scratch
  }
})
