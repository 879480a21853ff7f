/**
 * Which agent a run uses, from what was said on the command line.
 */
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import type { AgentSettings } from "@devteam/core/model/Settings"
import { CodingAgents } from "@devteam/core/ports/CodingAgent"
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
  const redactor = secrets.redactor()
  if (words.every((word) => redactor.text(word) === word)) return
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

/** The settings of the agent, or what is wrong with them. */
export const agentSettings = Effect.fnUntraced(function* (options: AgentOptions) {
  const { cwd, trailing } = yield* Invocation
  const agents = yield* CodingAgents
  const known = `Known agents: ${agents.ids.join(", ")}.`
  if (options.agent === undefined) {
    return yield* usageError(
      `Say which agent is to do the work, for example: --agent command -- ./my-agent {prompt}\n${known}`
    )
  }
  yield* agents.get(options.agent)
  const argv = absoluteProgram(trailing ?? [], cwd)
  const [program] = argv
  if (options.agent === "command" && program === undefined) {
    return yield* usageError("--agent command needs a program behind --, for example: -- ./my-agent {prompt}")
  }
  if (program !== undefined && program.startsWith("/") && !existsSync(program)) {
    return yield* environmentError(`The agent's program ${program} does not exist.`)
  }
  yield* refuseSecrets(argv, "The agent's arguments")
  yield* requireVariables(options.agentEnv)
  const settings: AgentSettings = {
    id: options.agent,
    argv,
    env: options.agentEnv,
    ...(options.model === undefined ? {} : { model: options.model })
  }
  return settings
})
