/**
 * Which variables aider reads, by the model that it is to use: its key, and where the provider is.
 *
 * A model of a provider that is not listed here gets every listed key; whether it works, the provider says.
 */
import { AgentError } from "@devteam/core/ports/CodingAgent"
import type { AgentSettings } from "@devteam/core/model/Settings"
import { Result } from "effect"
import { requireNamed } from "../namedVariables.ts"

interface Provider {
  readonly models: RegExp
  /** One of them has to be set; none where the list is empty. */
  readonly keys: ReadonlyArray<string>
  readonly others: ReadonlyArray<string>
}

const providers: ReadonlyArray<Provider> = [
  { models: /^openrouter\//, keys: ["OPENROUTER_API_KEY"], others: ["OPENROUTER_API_BASE"] },
  { models: /^azure\//, keys: ["AZURE_API_KEY"], others: ["AZURE_API_BASE", "AZURE_API_VERSION"] },
  {
    models: /^(openai\/|gpt-|chatgpt|o\d|4o?$|4-turbo$|3(5-?turbo)?$)/,
    keys: ["OPENAI_API_KEY"],
    others: ["OPENAI_API_BASE", "OPENAI_ORGANIZATION"]
  },
  {
    models: /^(anthropic\/|claude-|sonnet$|opus$|haiku$)/,
    keys: ["ANTHROPIC_API_KEY"],
    others: ["ANTHROPIC_API_BASE"]
  },
  {
    models: /^(gemini\/|gemini(-|$)|flash(-lite)?$)/,
    keys: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    others: []
  },
  { models: /^(deepseek(\/|$)|r1$)/, keys: ["DEEPSEEK_API_KEY"], others: [] },
  { models: /^(xai\/|grok3$)/, keys: ["XAI_API_KEY"], others: [] },
  { models: /^groq\//, keys: ["GROQ_API_KEY"], others: [] },
  { models: /^mistral\//, keys: ["MISTRAL_API_KEY"], others: [] },
  { models: /^cohere(_chat)?\//, keys: ["COHERE_API_KEY"], others: [] },
  { models: /^ollama(_chat)?\//, keys: [], others: ["OLLAMA_API_BASE", "OLLAMA_API_KEY"] },
  { models: /^lm_studio\//, keys: [], others: ["LM_STUDIO_API_BASE", "LM_STUDIO_API_KEY"] },
  {
    models: /^vertex_ai\//,
    keys: [],
    others: ["VERTEXAI_PROJECT", "VERTEXAI_LOCATION", "GOOGLE_APPLICATION_CREDENTIALS"]
  },
  {
    models: /^bedrock\//,
    keys: [],
    others: [
      "AWS_ACCESS_KEY_ID",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SESSION_TOKEN",
      "AWS_PROFILE",
      "AWS_REGION",
      "AWS_REGION_NAME"
    ]
  }
]

/** What aider takes without a model, by the first of these keys that is set: aider's own order. */
const defaultModels = [
  ["OPENROUTER_API_KEY", "a model of OpenRouter's, by the account's tier"],
  ["ANTHROPIC_API_KEY", "sonnet"],
  ["DEEPSEEK_API_KEY", "deepseek"],
  ["OPENAI_API_KEY", "gpt-4o"],
  ["GEMINI_API_KEY", "gemini/gemini-2.5-pro-exp-03-25"]
] as const

const defaultKeys: ReadonlyArray<string> = defaultModels.map(([key]) => key)

/** The model that aider uses with these variables, in words; undefined where it would find none. */
export const modelInUse = (
  settings: AgentSettings,
  env: Readonly<Record<string, string>>
): string | undefined => settings.model ?? defaultModels.find(([key]) => (env[key] ?? "") !== "")?.[1]

const providerOf = (model: string): Provider | undefined =>
  providers.find(({ models }) => models.test(model.toLowerCase()))

/** Keys of which one has to be set; empty where the model needs none or is not known. */
export const keyCandidates = (model: string | undefined): ReadonlyArray<string> =>
  model === undefined ? defaultKeys : (providerOf(model)?.keys ?? [])

/** See `CodingAgent.variables`. */
export const aiderVariables = (settings: AgentSettings): ReadonlyArray<string> => {
  if (settings.env.length > 0) return settings.env
  const { model } = settings
  if (model === undefined) {
    const able = providers.filter(({ keys }) => keys.some((key) => defaultKeys.includes(key)))
    return able.flatMap(({ keys, others }) => [...keys, ...others])
  }
  const provider = providerOf(model)
  return provider === undefined
    ? providers.filter(({ keys }) => keys.length > 0).flatMap(({ keys, others }) => [...keys, ...others])
    : [...provider.keys, ...provider.others]
}

/** Fails with `missing_variable` where a named variable, or any key for the model, has no value. */
export const requireKey = (
  settings: AgentSettings,
  env: Readonly<Record<string, string>>
): Result.Result<void, AgentError> => {
  if (settings.env.length > 0) return requireNamed(settings, env)
  const candidates = keyCandidates(settings.model)
  if (candidates.length === 0 || candidates.some((name) => (env[name] ?? "") !== "")) {
    return Result.succeed(undefined)
  }
  const which = settings.model === undefined ? "a key" : `a key for ${settings.model}`
  const hint = settings.model === undefined ? ", or set a model that needs none" : ""
  return Result.fail(
    new AgentError({
      reason: "missing_variable",
      message: `The agent "${settings.id}" needs ${which}, and there is no value for ${candidates.join(" or ")}. Set it where the runner starts${hint}.`
    })
  )
}
