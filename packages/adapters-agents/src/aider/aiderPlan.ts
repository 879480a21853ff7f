/**
 * One headless run of aider: its arguments, its environment, and the files that it gets.
 *
 * Aider keeps its repository map and the edit format that it knows for the model. What is switched off is what asks,
 * calls home, commits, or runs commands.
 */
import { AgentError, type AgentInput } from "@devteam/core/ports/CodingAgent"
import { Result } from "effect"
import { join } from "node:path"
import type { AgentPlan } from "../AgentDefinition.ts"
import { aiderProgram } from "./aiderProbe.ts"
import { launcherScript, scratchNames, startScript } from "./launcher.ts"

/** A prompt that begins like one of aider's own commands would be run as one. */
const asText = (prompt: string): string => (/^[/!]/.test(prompt) ? `\n${prompt}` : prompt)

/** Aider retries by itself; the client's own retries under it would multiply. */
const modelSettings = "- name: aider/extra_params\n  extra_params:\n    max_retries: 0\n"

/** A call that hangs has to end, and be said, before the silence counts as the agent's own. */
const callTimeoutSeconds = ({ timeoutMs, idleTimeoutMs }: AgentInput): number =>
  Math.max(1, Math.floor(Math.min(timeoutMs, idleTimeoutMs * 0.8) / 1000))

/** Nothing asks, calls home, commits, runs commands, or summarises at the model's price. */
const switches = `
--yes-always --no-stream --no-pretty --no-fancy-input --no-notifications --encoding utf-8
--no-auto-commits --no-dirty-commits --no-gitignore --no-auto-lint --no-auto-test
--no-check-update --no-show-release-notes --no-show-model-warnings --analytics-disable --no-analytics
--no-suggest-shell-commands --no-detect-urls --disable-playwright
--no-restore-chat-history --no-cache-prompts --max-chat-history-tokens 100000000
`
  .trim()
  .split(/\s+/)

const environment = {
  // Lines are not wrapped.
  COLUMNS: "10000",
  BROWSER: "/bin/true",
  LITELLM_LOCAL_MODEL_COST_MAP: "True",
  PYTHON_DOTENV_DISABLED: "1",
  GIT_CONFIG_COUNT: "2",
  GIT_CONFIG_KEY_0: "user.name",
  GIT_CONFIG_VALUE_0: "aider",
  GIT_CONFIG_KEY_1: "user.email",
  GIT_CONFIG_VALUE_1: "aider@localhost"
}

/** How aider is started for `input`. */
export const aiderPlan = (input: AgentInput): Result.Result<AgentPlan, AgentError> => {
  const { settings, scratch, prompt } = input
  if (prompt.trim() === "") {
    return Result.fail(
      new AgentError({
        reason: "unusable",
        message: "The prompt is empty, and aider does nothing without one. See the project's prompt template."
      })
    )
  }
  const file = (name: keyof typeof scratchNames): string => join(scratch, scratchNames[name])
  return Result.succeed({
    argv: [
      "/bin/sh",
      file("start"),
      aiderProgram(settings),
      file("launcher"),
      // The person's own arguments come first: of two that contradict each other, aider takes the last.
      ...settings.argv.slice(1),
      ...(settings.model === undefined ? [] : ["--model", settings.model]),
      ...switches,
      "--aiderignore",
      "/dev/null",
      "--env-file",
      "/dev/null",
      "--config",
      file("config"),
      "--model-settings-file",
      file("modelSettings"),
      "--message-file",
      file("prompt"),
      "--analytics-log",
      file("analytics"),
      "--llm-history-file",
      file("llmHistory"),
      "--chat-history-file",
      file("chatHistory"),
      "--input-history-file",
      file("inputHistory"),
      "--timeout",
      String(callTimeoutSeconds(input))
    ],
    env: environment,
    files: [
      { path: scratchNames.start, content: startScript },
      { path: scratchNames.launcher, content: launcherScript },
      { path: scratchNames.prompt, content: asText(prompt) },
      { path: scratchNames.modelSettings, content: modelSettings },
      { path: scratchNames.config, content: "{}\n" }
    ],
    stdin: undefined,
    reads: [scratchNames.analytics, scratchNames.llmHistory, scratchNames.failures]
  })
}
