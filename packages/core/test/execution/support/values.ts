/** Domain values of the execution's tests: one candidate, one green verdict, one push, and their variations. */
import type { ArtifactKey, Candidate, Usage } from "../../../src/model/Candidate.ts"
import type { PreparedCommit, PushIntent } from "../../../src/model/Push.ts"
import type { Verdict } from "../../../src/model/Verdict.ts"
import { sha, task } from "../../../src/testing/given.ts"

/** The name of the task that the happy path works on. */
export const named = { taskId: task().id, title: task().title }

/** The key of an artifact of the first round. */
export const artifact = (kind: string, taskId = "1.1", round = 1): ArtifactKey => ({ taskId, round, kind })

/** A change of one file on base `a…`. */
export const candidate = (overrides: Partial<Candidate> = {}): Candidate => ({
  base: sha("a"),
  tree: sha("d"),
  patch: artifact("change.patch"),
  filesModified: ["src/cart.ts"],
  empty: false,
  ...overrides
})

/** What a run of the agent cost. */
export const usage = (costUsd = 0.1): Usage => ({
  inputTokens: 1000,
  outputTokens: 200,
  costUsd,
  source: "reported",
  exact: true
})

/** A green build. */
export const verdict = (overrides: Partial<Verdict> = {}): Verdict => ({
  outcome: "passed",
  attribution: "clean",
  verifiedTree: sha("e"),
  commands: [
    { name: "build", argv: ["npm", "run", "build"], outcome: "passed", exitCode: 0, durationMs: 900 }
  ],
  log: artifact("verify.log"),
  node: "24.15.0",
  npm: "11.0.0",
  warnings: [],
  ...overrides
})

/** A build that the change broke. */
export const redVerdict = (overrides: Partial<Verdict> = {}): Verdict =>
  verdict({
    outcome: "failed",
    attribution: "regressed",
    commands: [
      { name: "build", argv: ["npm", "run", "build"], outcome: "failed", exitCode: 1, durationMs: 900 }
    ],
    ...overrides
  })

/** The commit of the verified tree on base `a…`. */
export const prepared: PreparedCommit = { commit: sha("f"), parent: sha("a"), tree: sha("e") }

/** The intent to push that commit. */
export const intent = (overrides: Partial<PushIntent> = {}): PushIntent => ({
  taskId: task().id,
  generation: 1,
  target: "main",
  base: prepared.parent,
  commit: prepared.commit,
  tree: prepared.tree,
  fenceOld: sha("1"),
  fenceNew: sha("2"),
  nonce: "nonce-1",
  epoch: 1,
  ...overrides
})
