/**
 * What the verification of a candidate said.
 *
 * Data only: `verification/` decides, the VERIFY step runs the commands.
 */
import { Schema } from "effect"
import { ArtifactKey } from "./Candidate.ts"
import { Sha } from "./Ids.ts"

/** One command as it ran. */
export const CommandRun = Schema.Struct({
  name: Schema.String,
  argv: Schema.Array(Schema.String),
  outcome: Schema.Literals(["passed", "failed", "timed_out"]),
  exitCode: Schema.optionalKey(Schema.Int),
  durationMs: Schema.Int
})
export type CommandRun = typeof CommandRun.Type

/**
 * Whom a red build is to be blamed on: `clean` (nobody: green), `regressed` (the change), `fixed` (the base was red,
 * the change is green), `baseline_broken` (both red).
 */
export const Attribution = Schema.Literals(["clean", "regressed", "fixed", "baseline_broken"])
export type Attribution = typeof Attribution.Type

/** The result for one tree. `verifiedTree` is the candidate with its tick: what is pushed, or nothing is. */
export const Verdict = Schema.Struct({
  outcome: Schema.Literals(["passed", "unverified", "failed"]),
  attribution: Attribution,
  verifiedTree: Sha,
  commands: Schema.Array(CommandRun),
  log: ArtifactKey,
  node: Schema.String,
  npm: Schema.String,
  /** Dependencies were installed without a lockfile. */
  unlocked: Schema.optionalKey(Schema.Boolean),
  warnings: Schema.Array(Schema.String)
})
export type Verdict = typeof Verdict.Type
