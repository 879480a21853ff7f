/**
 * What aider needs to work here, as findings for a person: each with what to do where it is not there.
 */
import type { AgentError } from "@devteam/core/ports/CodingAgent"
import type { AgentSettings } from "@devteam/core/model/Settings"
import { Result } from "effect"
import { installCommand } from "./aiderProbe.ts"
import { pinnedVersion, pythonVersions } from "./launcher.ts"
import { aiderVariables, keyCandidates, modelInUse, requireKey } from "./variables.ts"

/** One finding; a `problem` keeps aider from working. */
export interface AgentNeed {
  readonly check: string
  readonly status: "ok" | "warning" | "problem"
  readonly found: string
  readonly fix?: string
}

const programNeed = (probed: Result.Result<string, AgentError>): AgentNeed => {
  const check = "aider"
  if (Result.isFailure(probed)) {
    const fix = `${installCommand} (Python ${pythonVersions})`
    return { check, status: "problem", found: probed.failure.message, fix }
  }
  return probed.success === `aider ${pinnedVersion}`
    ? { check, status: "ok", found: probed.success }
    : { check, status: "warning", found: probed.success, fix: installCommand }
}

const keyNeed = (settings: AgentSettings, env: Readonly<Record<string, string>>): AgentNeed => {
  const check = "aider's key"
  const required = requireKey(settings, env)
  if (Result.isFailure(required)) {
    const names = settings.env.length > 0 ? settings.env : keyCandidates(settings.model)
    return {
      check,
      status: "problem",
      found: required.failure.message,
      fix: `export ${names[0] ?? "OPENAI_API_KEY"}=…`
    }
  }
  const present = aiderVariables(settings).filter((name) => (env[name] ?? "") !== "")
  const found = present.length === 0 ? "none set" : present.join(", ")
  return { check, status: "ok", found }
}

const modelNeed = (settings: AgentSettings, env: Readonly<Record<string, string>>): AgentNeed => {
  const check = "aider's model"
  const model = modelInUse(settings, env)
  const fix = "Name one with --model."
  if (model === undefined)
    return { check, status: "problem", found: "no model, and no key to choose one by", fix }
  return settings.model === undefined
    ? { check, status: "warning", found: `${model}, chosen by aider because its key is set`, fix }
    : { check, status: "ok", found: model }
}

/**
 * Program and version (as its probe answered), key and model. `env` holds the variables that are set; their values
 * appear nowhere in the answer.
 */
export const aiderNeeds = (
  settings: AgentSettings,
  env: Readonly<Record<string, string>>,
  probed: Result.Result<string, AgentError>
): ReadonlyArray<AgentNeed> => [programNeed(probed), keyNeed(settings, env), modelNeed(settings, env)]
