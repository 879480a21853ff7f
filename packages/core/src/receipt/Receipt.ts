/**
 * The receipt of a completed task: what was delivered, and what proved it.
 *
 * Made from the journal's facts alone, so that the same task always gives the same receipt. It holds no logs and no
 * secrets; artifacts are addressed beside it.
 */
import { Schema } from "effect"
import { Usage } from "../model/Candidate.ts"
import { Sha, TaskId } from "../model/Ids.ts"
import { CommandRun, Verdict } from "../model/Verdict.ts"

/** The receipt, version 1. Times in milliseconds. */
export const Receipt = Schema.Struct({
  version: Schema.Literal(1),
  task: Schema.Struct({ id: TaskId, title: Schema.String }),
  rounds: Schema.Int,
  target: Schema.String,
  commit: Sha,
  base: Sha,
  verifiedTree: Sha,
  outcome: Verdict.fields.outcome,
  attribution: Verdict.fields.attribution,
  /** Installed without a lockfile. */
  unlocked: Schema.Boolean,
  commands: Schema.Array(CommandRun),
  node: Schema.String,
  npm: Schema.String,
  agent: Schema.Struct({
    id: Schema.String,
    /** What the agent's probe answered. */
    version: Schema.String,
    model: Schema.optionalKey(Schema.String)
  }),
  /** Of all rounds together; absent where the agent does not say. */
  usage: Schema.optionalKey(Usage),
  filesModified: Schema.Array(Schema.String),
  warnings: Schema.Array(Schema.String)
})
export type Receipt = typeof Receipt.Type

/** The facts that a receipt is made of. */
export interface ReceiptInput extends Pick<
  Receipt,
  "task" | "rounds" | "target" | "commit" | "base" | "unlocked" | "agent" | "filesModified"
> {
  readonly verdict: Verdict
  readonly usage: Usage | undefined
  /** Warnings from outside the verification: capture, policy, merge. */
  readonly warnings: ReadonlyArray<string>
}

/** Makes the receipt. A warning that was given twice stands there once. */
export const makeReceipt = (input: ReceiptInput): Receipt => ({
  version: 1,
  task: input.task,
  rounds: input.rounds,
  target: input.target,
  commit: input.commit,
  base: input.base,
  verifiedTree: input.verdict.verifiedTree,
  outcome: input.verdict.outcome,
  attribution: input.verdict.attribution,
  unlocked: input.unlocked,
  commands: input.verdict.commands,
  node: input.verdict.node,
  npm: input.verdict.npm,
  agent: input.agent,
  ...(input.usage === undefined ? {} : { usage: input.usage }),
  filesModified: input.filesModified.toSorted(),
  warnings: [...new Set([...input.warnings, ...input.verdict.warnings])]
})

/** The receipt as it is stored: JSON of two spaces, fields in the order above, ending in a line feed. */
export const receiptJson = (receipt: Receipt): string =>
  `${JSON.stringify(Schema.encodeSync(Receipt)(receipt), null, 2)}\n`
