/**
 * The agents that a server offers to its clients: the one named on the command line, and those that need no arguments.
 */
import type { AgentSettings } from "@devteam/core/model/Settings"
import { CodingAgents } from "@devteam/core/ports/CodingAgent"
import { Effect } from "effect"
import { type AgentOptions, agentSettings } from "../run/agent.ts"

/** The default first. A program is only ever the operator's to name. */
export const offeredAgents = Effect.fnUntraced(function* (options: AgentOptions) {
  const known = (yield* CodingAgents).ids.filter((id) => id !== "command")
  const plain = known.map((id): AgentSettings => ({ id, argv: [], env: [] }))
  if (options.agent === undefined) return plain
  const named = yield* agentSettings(options)
  return [named, ...plain.filter(({ id }) => id !== named.id)]
})
