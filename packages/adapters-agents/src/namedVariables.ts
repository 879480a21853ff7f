/**
 * The variables that an agent's settings name: each of them has to have a value.
 */
import { AgentError } from "@devteam/core/ports/CodingAgent"
import type { AgentSettings } from "@devteam/core/model/Settings"
import { Result } from "effect"

/** Fails with `missing_variable` that names those of `settings.env` without a value. */
export const requireNamed = (
  settings: AgentSettings,
  env: Readonly<Record<string, string>>
): Result.Result<void, AgentError> => {
  const missing = settings.env.filter((name) => (env[name] ?? "") === "")
  if (missing.length === 0) return Result.succeed(undefined)
  const names = missing.join(", ")
  return Result.fail(
    new AgentError({
      reason: "missing_variable",
      message: `The agent "${settings.id}" needs ${names}, and there is no value for it. Set it where the runner starts, or take it out of the agent's "env".`
    })
  )
}
