/**
 * The steps that an execution walks through.
 *
 * `INITIALIZE` happens once, before the first task; the other eight make one task. Their order and what each does
 * after a crash stand in `steps/stepTable.ts`.
 */
import { Schema } from "effect"

/** A step by name. */
export const StepName = Schema.Literals([
  "INITIALIZE",
  "SELECT",
  "PREP",
  "PROMPT",
  "IMPLEMENT",
  "VERIFY",
  "MERGE",
  "PUSH",
  "REPORT"
])
export type StepName = typeof StepName.Type

/** What a PUSH step is to do: record an intent, push it, or look what became of it. */
export const PushMode = Schema.Literals(["intend", "push", "resolve"])
export type PushMode = typeof PushMode.Type
