/**
 * The agents that this package knows, by id.
 */
import { AgentError, CodingAgents, type CodingAgent } from "@devteam/core/ports/CodingAgent"
import { Effect, Layer } from "effect"
import { aiderAgent } from "./aider/aiderAgent.ts"
import { commandAgent } from "./command/commandAgent.ts"
import { processAgent } from "./process.ts"

const agents: ReadonlyArray<CodingAgent> = [processAgent(aiderAgent), processAgent(commandAgent)]

/** All agents of this package. */
export const layer: Layer.Layer<CodingAgents> = Layer.succeed(CodingAgents, {
  ids: agents.map((agent) => agent.id),
  get: (id) => {
    const found = agents.find((agent) => agent.id === id)
    if (found !== undefined) return Effect.succeed(found)
    const known = agents.map((agent) => agent.id).join(", ")
    return Effect.fail(
      new AgentError({
        reason: "unknown_agent",
        message: `There is no agent "${id}". Known agents: ${known}. Set the project's agent to one of them.`
      })
    )
  }
})
