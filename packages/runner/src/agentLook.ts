/**
 * A look at an agent before anything is started: whether it is there, in which version, with which model and key.
 *
 * Nothing is paid for: the agent is asked for its version in a sandbox of its own, which is gone afterwards.
 */
import { accessSync, constants, statSync } from "node:fs"
import { delimiter, join } from "node:path"
import { installCommand } from "@devteam/adapters-agents/aider/aiderProbe"
import { aiderNeeds } from "@devteam/adapters-agents/aider/needs"
import { aiderVariables, keyCandidates, modelInUse } from "@devteam/adapters-agents/aider/variables"
import { ExecutionId, InstanceId, ProjectId } from "@devteam/core/model/Ids"
import type { AgentSettings } from "@devteam/core/model/Settings"
import { AgentError, CodingAgents } from "@devteam/core/ports/CodingAgent"
import { Host } from "@devteam/core/ports/Host"
import { Sandboxes } from "@devteam/core/ports/Sandbox"
import { Effect, Result } from "effect"
import type { Finding } from "./doctor.ts"

/** What was found. `version` is what the agent answered; `keys` are names of variables that are set for it. */
export interface AgentLook {
  readonly settings: AgentSettings
  readonly version: string | undefined
  readonly model: string | undefined
  readonly keys: ReadonlyArray<string>
  /** One for each thing that was looked at; a `problem` keeps the agent from working. */
  readonly findings: ReadonlyArray<Finding>
}

/** How a person installs the aider that is tested. */
export const aiderInstall = installCommand

/** Whether a program is on the PATH, without running it. */
export const isOnPath = (
  program: string,
  environment: Readonly<Record<string, string | undefined>>
): boolean =>
  (environment["PATH"] ?? "").split(delimiter).some((folder) => {
    const path = join(folder, program)
    try {
      accessSync(path, constants.X_OK)
      return statSync(path).isFile()
    } catch {
      return false
    }
  })

/** Asks for the version. Variables count as set: whether they are is a finding of its own. */
const probe = Effect.fnUntraced(function* (settings: AgentSettings) {
  const host = yield* Host
  const agent = yield* (yield* CodingAgents).get(settings.id)
  const sandboxes = yield* Sandboxes
  // Nobody else's home or processes: several looks may be taken at once, also beside a run.
  const name = `look-${process.pid}`
  const session = yield* sandboxes.acquire({
    instance: InstanceId.make(name),
    projectId: ProjectId.make(name),
    executionId: ExecutionId.make(name),
    epoch: 1
  })
  const assumed = Object.fromEntries(
    [...settings.env, ...agent.variables(settings)].map((key) => [key, "set"])
  )
  return yield* Effect.acquireUseRelease(
    host.freshDirectory(name),
    (directory) => Effect.result(agent.probe(settings, session, assumed, directory)),
    () => Effect.andThen(host.removeDirectory(name), Effect.ignore(session.destroy))
  )
}, Effect.scoped)

const isSet = (environment: Readonly<Record<string, string | undefined>>) => (name: string) =>
  (environment[name] ?? "") !== ""

/** Takes the look. `environment` is where the agent's variables would come from. */
export const lookAtAgent = Effect.fn("lookAtAgent")(function* (
  settings: AgentSettings,
  environment: Readonly<Record<string, string | undefined>>
) {
  const probed = yield* probe(settings)
  const version = Result.getOrUndefined(probed)
  const set = isSet(environment)
  if (settings.id === "aider") {
    const names = aiderVariables(settings).filter(set)
    const values = Object.fromEntries(names.map((name) => [name, environment[name] ?? ""]))
    const answer = Result.mapError(probed, (error) =>
      error._tag === "AgentError" ? error : new AgentError({ reason: "unusable", message: error.message })
    )
    const model = modelInUse(settings, values)
    const keys = keyCandidates(settings.model).filter(set)
    const findings = aiderNeeds(settings, values, answer)
    return { settings, version, model, keys, findings } satisfies AgentLook
  }
  const missing = settings.env.filter((name) => !set(name))
  const findings: ReadonlyArray<Finding> = [
    Result.isSuccess(probed)
      ? { check: "agent", status: "ok", found: probed.success }
      : { check: "agent", status: "problem", found: probed.failure.message },
    ...missing.map((name): Finding => ({
      check: "agent's variable",
      status: "problem",
      found: `${name} is not set here`,
      fix: `export ${name}=…`
    }))
  ]
  return { settings, version, model: settings.model, keys: settings.env, findings } satisfies AgentLook
})
