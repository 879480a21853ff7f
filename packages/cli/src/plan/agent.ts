/**
 * Which agent a run uses: the one that the command line names, else the project's own, else one that is installed.
 */
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import type { ProjectAgent } from "@devteam/core/model/ProjectSettings"
import type { AgentSettings } from "@devteam/core/model/Settings"
import { CodingAgents } from "@devteam/core/ports/CodingAgent"
import { holdsSecret } from "@devteam/core/redaction/holdsSecret"
import { isOnPath } from "@devteam/runner/agentLook"
import { aiderModel } from "@devteam/runner/aiderModel"
import { Effect } from "effect"
import { environmentError, usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"

/** What `--agent` and its relatives said. */
export interface AgentOptions {
  readonly agent: string | undefined
  readonly model: string | undefined
  readonly agentEnv: ReadonlyArray<string>
}

/** A program with a slash in its name is a path from where the person stands; any other is looked up in PATH. */
const absoluteProgram = (argv: ReadonlyArray<string>, cwd: string): ReadonlyArray<string> => {
  const [program, ...rest] = argv
  return program === undefined || !program.includes("/") ? argv : [resolve(cwd, program), ...rest]
}

/** What is stored may be read for ever, so no secret may be in it. */
export const refuseSecrets = Effect.fnUntraced(function* (words: ReadonlyArray<string>, where: string) {
  const { secrets } = yield* Invocation
  if (!holdsSecret(words, secrets.redactor())) return
  return yield* usageError(
    `${where} hold a secret, and they would be stored and seen by every process. ` +
      `Put it into a variable and name that with --agent-env NAME: the agent finds it in its environment.`
  )
})

/** Ends with 5 when a variable that the agent needs is not set here. */
export const requireVariables = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const { environment } = yield* Invocation
  const missing = names.filter((name) => environment[name] === undefined)
  if (missing.length === 0) return
  return yield* environmentError(
    `The agent needs ${missing.join(", ")}, which is not set here. Set it and try again.`
  )
})

const knownAgents = Effect.map(CodingAgents, ({ ids }) => `Known agents: ${ids.join(", ")}.`)

/** Whatever of an agent's settings is wrong before anybody runs it. */
const checked = Effect.fnUntraced(function* (settings: AgentSettings) {
  yield* (yield* CodingAgents).get(settings.id)
  const [program] = settings.argv
  if (settings.id === "command" && program === undefined) {
    return yield* usageError("--agent command needs a program behind --, for example: -- ./my-agent {prompt}")
  }
  if (program !== undefined && program.startsWith("/") && !existsSync(program)) {
    return yield* environmentError(
      `The agent's program ${program} does not exist. Name one that does behind --, for example: -- ./my-agent {prompt}`
    )
  }
  yield* refuseSecrets(settings.argv, "The agent's arguments")
  yield* requireVariables(settings.env)
  return settings
})

/** The settings of the agent that the command line names, or what is wrong with them. */
export const agentSettings = Effect.fnUntraced(function* (options: AgentOptions) {
  const { cwd, trailing } = yield* Invocation
  if (options.agent === undefined) {
    return yield* usageError(
      `Say which agent is to do the work, for example: --agent command -- ./my-agent {prompt}\n${yield* knownAgents}`
    )
  }
  const settings: AgentSettings = {
    id: options.agent,
    argv: absoluteProgram(trailing ?? [], cwd),
    env: options.agentEnv,
    ...(options.model === undefined ? {} : { model: options.model })
  }
  return yield* checked(settings)
})

/** The agent that the command line names; undefined where it names none. Ends with 2 for words that nobody gets. */
export const namedAgent = Effect.fnUntraced(function* (options: AgentOptions) {
  const { trailing } = yield* Invocation
  if (options.agent !== undefined) return yield* agentSettings(options)
  if (trailing === undefined) return undefined
  return yield* usageError(
    `The words behind -- are an agent's: say whose, with --agent command (or aider).\n${yield* knownAgents}`
  )
})

/** The agent that the project names, with what the command line adds. */
export const projectAgent = Effect.fnUntraced(function* (project: ProjectAgent, options: AgentOptions) {
  const { cwd } = yield* Invocation
  const model = options.model ?? project.model
  const settings: AgentSettings = {
    id: project.id,
    argv: absoluteProgram(project.argv ?? [], cwd),
    env: options.agentEnv.length > 0 ? options.agentEnv : (project.env ?? []),
    ...(model === undefined ? {} : { model })
  }
  return yield* checked(settings)
})

/** The agent that is installed here: aider, or none. */
export const installedAgent = Effect.fnUntraced(function* (options: AgentOptions) {
  const { environment } = yield* Invocation
  if (!isOnPath("aider", environment)) return undefined
  const settings: AgentSettings = {
    id: "aider",
    argv: [],
    env: options.agentEnv,
    ...(options.model === undefined ? {} : { model: options.model })
  }
  return yield* checked(settings)
})

/** An aider without a model of the run's own gets the one that the person has set for it. */
export const withOwnModel = Effect.fnUntraced(function* (settings: AgentSettings, directory: string) {
  if (settings.id !== "aider" || settings.model !== undefined) return settings
  const { environment } = yield* Invocation
  const model = aiderModel(environment, directory)
  return model === undefined ? settings : { ...settings, model }
})
