/**
 * Whether what agents took is more than was allowed, in dollars and in tokens: for one task, and for an execution.
 *
 * Counted when a round or a task has ended: what is under way is not known before.
 */
import type { Usage } from "../model/Candidate.ts"
import type { Limits } from "../model/Limits.ts"
import type { Execution } from "./State.ts"

/** A limit that is reached. `message` is a sentence for people. */
export interface Overspent {
  readonly reason: "max_cost" | "max_tokens"
  readonly message: string
}

const dollars = (amount: number): string => `$${amount.toFixed(2)}`

const tokensOf = (usage: Usage | undefined): number =>
  usage === undefined ? 0 : usage.inputTokens + usage.outputTokens

/** A task's limits, against what its rounds took. */
export const taskOverspent = (
  { taskCostUsd, taskTokens }: Limits,
  usages: ReadonlyArray<Usage | undefined>
): Overspent | undefined => {
  const cost = usages.reduce((sum, usage) => sum + (usage?.costUsd ?? 0), 0)
  if (cost >= taskCostUsd) {
    return { reason: "max_cost", message: `${dollars(cost)} spent of ${dollars(taskCostUsd)} for this task.` }
  }
  const tokens = usages.reduce((sum, usage) => sum + tokensOf(usage), 0)
  if (taskTokens === undefined || tokens < taskTokens) return undefined
  return { reason: "max_tokens", message: `${tokens} tokens spent of ${taskTokens} for this task.` }
}

/** What the execution has taken altogether. */
export const tokensSpent = ({ inputTokens, outputTokens }: Execution): number => inputTokens + outputTokens

/** An execution's limits, against what it took since its allowance began. */
export const executionOverspent = (state: Execution): Overspent | undefined => {
  const { executionCostUsd, executionTokens } = state.settings.limits
  const cost = state.costUsd - state.allowanceFromUsd
  if (cost >= executionCostUsd) {
    const allowed = dollars(executionCostUsd)
    const message = `${dollars(cost)} of ${allowed} spent; resume allows another ${allowed}.`
    return { reason: "max_cost", message }
  }
  const tokens = tokensSpent(state) - state.allowanceFromTokens
  if (executionTokens === undefined || tokens < executionTokens) return undefined
  const message = `${tokens} of ${executionTokens} tokens spent; resume allows as many again.`
  return { reason: "max_tokens", message }
}
