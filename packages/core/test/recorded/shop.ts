/** What workers report of a small shop's list: the vocabulary of the recorded stories. Equal calls, equal values. */
import { createHash } from "node:crypto"
import type { Report, Request } from "../../src/execution/Command.ts"
import type { InheritedPush, PushOutcome } from "../../src/execution/Event.ts"
import type { ArtifactKey, Candidate, Usage } from "../../src/model/Candidate.ts"
import { CorrelationId, ExecutionId, InstanceId, ProjectId, Sha, TaskId } from "../../src/model/Ids.ts"
import { defaultLimits, type Limits } from "../../src/model/Limits.ts"
import type { PushIntent, RemoteCapabilities } from "../../src/model/Push.ts"
import type { ExecutionSettings } from "../../src/model/Settings.ts"
import type { PushMode, StepName } from "../../src/model/Step.ts"
import type { Task } from "../../src/model/Task.ts"

const titles: Readonly<Record<string, string>> = {
  "1.1": "Add a cart",
  "1.2": "Show the cart's total",
  "1.3": "Add a voucher field",
  "2.1": "Send a receipt by mail"
}

/** The object name of a thing in this story. */
export const sha = (of: string): Sha => Sha.make(createHash("sha1").update(of).digest("hex"))

/** An artifact of a task's round. */
export const key = (taskId: string, round: number, kind: string): ArtifactKey => ({ taskId, round, kind })

const usage = (round: number): Usage => ({
  inputTokens: 18_000 + 500 * round,
  outputTokens: 1_200,
  costUsd: 0.12 * round,
  source: "parsed",
  exact: false
})

const task = (id: string): Task => ({
  id: TaskId.make(id),
  title: titles[id] ?? id,
  normalizedTitle: (titles[id] ?? id).toLowerCase(),
  state: "open",
  optional: false,
  priority: 0,
  dependencies: id === "1.2" ? ["1.1"] : [],
  path: ["Phase 1: Cart"],
  checklist: [{ text: "with a test", done: false }],
  criteria: ["The build is green."],
  files: ["src/cart.ts"],
  notes: [],
  line: 4
})

/** What the remote of the shop can do. */
export const capabilities: RemoteCapabilities = {
  fence: "custom_ref",
  fenceRef: "refs/devteam/fence/5d41402abc4b",
  atomic: true
}

/** The id of an execution. */
export const execution = (id: string): ExecutionId => ExecutionId.make(id)

/** Asks for an execution of the shop's list. */
export const start = (
  id: string,
  settings: Partial<Omit<ExecutionSettings, "limits">> & { readonly limits?: Partial<Limits> } = {},
  inherited?: InheritedPush
): Request => ({
  _tag: "Start",
  executionId: execution(id),
  projectId: ProjectId.make("acme/shop"),
  correlationId: CorrelationId.make(`c-${id}`),
  instance: InstanceId.make("7d9f3a52-6b1e-4b7e-9d4a-3f0c5e8a1b2c"),
  workflow: { name: "DEVTEAM_AUTOMATION", version: 1 },
  scope: { _tag: "List" },
  boundTo: "service",
  eventId: `event-${id}`,
  userId: "ada",
  settings: {
    repository: { url: "https://git.example.test/acme/shop.git", target: "main" },
    agent: { id: "aider", argv: [], env: ["OPENAI_API_KEY"], model: "gpt-5" },
    prepare: [],
    requireVerify: false,
    noChange: "hold",
    onFailure: "continue",
    delivery: "main",
    skip: [],
    identity: { name: "Ada Lovelace", email: "ada@example.test" },
    ...settings,
    limits: { ...defaultLimits, ...settings.limits }
  },
  ...(inherited === undefined ? {} : { inherited })
})

export const pause = (mode: "step" | "now"): Request => ({ _tag: "Pause", mode, by: "ada" })
export const resume: Request = { _tag: "Resume", by: "ada" }
export const stop: Request = { _tag: "Stop", by: "ada" }
export const begin = (step: StepName, mode?: PushMode): Report => ({
  _tag: "BeginStep",
  step,
  ...(mode === undefined ? {} : { mode })
})
export const died: Report = { _tag: "InterruptStep", cause: "crashed" }
export const waited: Report = { _tag: "EndWait" }
export const settled: Report = { _tag: "Settle" }

export const initialized: Report = {
  _tag: "FinishInitialize",
  target: "main",
  head: sha("head 0"),
  taskList: "TASKS.md",
  template: "Implement {{task.id}} {{task.title}}.",
  templateSource: "built-in",
  totals: { completed: 0, total: 4 },
  capabilities,
  agentVersion: "aider 0.86.2",
  sandbox: "local: pid namespace, not isolated",
  warnings: ["TASKS.md:9: task 2.1 has no criteria"]
}

export const picked = (id: string, head: string): Report => ({
  _tag: "FinishSelect",
  selection: {
    _tag: "Selected",
    task: task(id),
    base: sha(head),
    baseTree: sha(`${head} tree`),
    listBlob: sha(`${head} list`),
    totals: { completed: 0, total: 4 }
  }
})

export const prepared: Report = { _tag: "FinishPrep", directory: "acme-shop/checkout", durationMs: 640 }
export const prompted = (id: string, round: number): Report => ({
  _tag: "FinishPrompt",
  sha256: createHash("sha256").update(`${id} ${round}`).digest("hex"),
  artifact: key(id, round, "prompt.md")
})

export const candidate = (id: string, round: number, head: string): Candidate => ({
  base: sha(head),
  tree: sha(`${id} ${round} on ${head}`),
  patch: key(id, round, "change.patch"),
  filesModified: ["src/cart.ts", "test/cart.test.ts"],
  empty: false
})
export const changed = (id: string, round: number, head: string): Report => ({
  _tag: "FinishImplement",
  result: {
    _tag: "Produced",
    candidate: candidate(id, round, head),
    origin: "agent",
    baseTree: sha(`${head} tree`),
    durationMs: 91_000,
    usage: usage(round),
    warnings: []
  }
})
export const noEdit = (id: string, round: number): Report => ({
  _tag: "FinishImplement",
  result: {
    _tag: "Spent",
    reason: "no_edit",
    message: "The agent changed no file.",
    log: key(id, round, "stdout.log"),
    usage: usage(round)
  }
})

export const built = (id: string, round: number, head: string, passed = true): Report => ({
  _tag: "FinishVerify",
  message: "npm run build failed: src/cart.ts(3,1): error TS2304",
  verdict: {
    outcome: passed ? "passed" : "failed",
    attribution: passed ? "clean" : "regressed",
    verifiedTree: sha(`${id} ${round} on ${head}, ticked`),
    commands: [
      { name: "install", argv: ["npm", "ci"], outcome: "passed", exitCode: 0, durationMs: 4200 },
      {
        name: "build",
        argv: ["npm", "run", "build"],
        outcome: passed ? "passed" : "failed",
        exitCode: passed ? 0 : 2,
        durationMs: 2100
      }
    ],
    log: key(id, round, "verify.log"),
    node: "24.15.0",
    npm: "11.6.0",
    warnings: []
  }
})

const commit = (id: string, head: string) => ({
  commit: sha(`commit of ${id} on ${head}`),
  parent: sha(head),
  tree: sha(`${id} tree on ${head}`)
})
export const committed = (id: string, head: string): Report => ({
  _tag: "FinishMerge",
  result: { _tag: "Committed", commit: commit(id, head) }
})

export const intent = (id: string, head: string, generation = 1): PushIntent => ({
  taskId: TaskId.make(id),
  generation,
  target: "main",
  base: sha(head),
  commit: commit(id, head).commit,
  tree: commit(id, head).tree,
  fenceOld: sha(`fence before ${id} ${generation}`),
  fenceNew: sha(`fence of ${id} ${generation}`),
  nonce: `nonce-${id}-${generation}`,
  epoch: 1
})
export const intended = (id: string, head: string, generation = 1): Report => ({
  _tag: "IntendPush",
  intent: intent(id, head, generation)
})
export const pushed = (outcome: PushOutcome): Report => ({ _tag: "FinishPush", outcome })
export const landed = (id: string, head: string): Report =>
  pushed({ _tag: "Landed", commit: commit(id, head).commit })
export const reported = (completed: number): Report => ({
  _tag: "FinishReport",
  totals: { completed, total: 4 }
})
export const found = (selection: Extract<Report, { readonly _tag: "FinishSelect" }>["selection"]): Report => ({
  _tag: "FinishSelect",
  selection
})
