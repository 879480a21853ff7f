/**
 * The agents that a server offers to its clients: the one named on the command line, and those that need no arguments.
 */
import { plainAgents } from "@devteam/runner/server/plainAgents"
import { Effect } from "effect"
import { type AgentOptions, agentSettings } from "../plan/agent.ts"

/** The default first. A program is only ever the operator's to name. */
export const offeredAgents = Effect.fnUntraced(function* (options: AgentOptions) {
  const plain = yield* plainAgents
  if (options.agent === undefined) return plain
  const named = yield* agentSettings(options)
  return [named, ...plain.filter(({ id }) => id !== named.id)]
})
