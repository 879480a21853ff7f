/**
 * What agents have cost, and what they may cost.
 */
import { dollars, tokens } from "../terminal/words.ts"

/** Dollars and tokens, as an execution counts them. */
export interface Spent {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costUsd: number
}

/** `$1.20 of $20 spent (310k tokens in, 12k out)`; undefined where the agent said nothing of it. */
export const spentText = (
  { inputTokens, outputTokens, costUsd }: Spent,
  limitUsd: number
): string | undefined => {
  if (inputTokens === 0 && outputTokens === 0 && costUsd === 0) return undefined
  const told = inputTokens === 0 && outputTokens === 0
  const counted = told ? "" : ` (${tokens(inputTokens)} tokens in, ${tokens(outputTokens)} out)`
  return `${dollars(costUsd)} of ${dollars(limitUsd)} spent${counted}`
}
