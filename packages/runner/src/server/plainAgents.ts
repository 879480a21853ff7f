/** The agents that a server can offer without being told anything about them. */
import type { AgentSettings } from "@devteam/core/model/Settings"
import { CodingAgents } from "@devteam/core/ports/CodingAgent"
import { Effect } from "effect"

/** Every known agent but `command`, whose program is the operator's to name. */
export const plainAgents = Effect.map(CodingAgents, ({ ids }) =>
  ids.filter((id) => id !== "command").map((id): AgentSettings => ({ id, argv: [], env: [] }))
)
