/**
 * Which settings apply: the caller's over the project's over the defaults, and the operator's caps over the project's.
 *
 * Pure: the caller's settings come complete, with the names of those that were really given.
 */
import { Result } from "effect"
import type { Limits } from "../model/Limits.ts"
import type { ProjectAgent, ProjectSettings } from "../model/ProjectSettings.ts"
import type { AgentSettings, ExecutionSettings } from "../model/Settings.ts"
import { fieldOfLimit } from "./decodeFile.ts"

/** A setting of the project that cannot be used here. `field` is its name with dots. */
export interface SettingRefused {
  readonly field: string
  readonly message: string
}

const refused = (field: string, message: string) =>
  Result.fail<ReadonlyArray<SettingRefused>>([{ field, message }])

/** A service runs no program that a repository names: its operator says which agents there are, and how they are run. */
const offeredAgent = (
  agent: ProjectAgent,
  offered: ReadonlyArray<AgentSettings>
): Result.Result<AgentSettings, ReadonlyArray<SettingRefused>> => {
  if (agent.argv !== undefined) {
    return refused(
      "agent.argv",
      "a service runs only the programs that its operator named. Leave agent.argv out."
    )
  }
  if (agent.env !== undefined) {
    return refused("agent.env", "a service gives an agent only what its operator named. Leave agent.env out.")
  }
  const known = offered.find(({ id }) => id === agent.id)
  if (known === undefined) {
    const ids = offered.length === 0 ? "none" : offered.map(({ id }) => id).join(", ")
    return refused(
      "agent.id",
      `this service does not offer the agent ${JSON.stringify(agent.id)}. Offered: ${ids}.`
    )
  }
  return Result.succeed(agent.model === undefined ? known : { ...known, model: agent.model })
}

/** Whoever calls resolves a program's path, because only they know from where it is meant. */
const ownAgent = (agent: ProjectAgent): Result.Result<AgentSettings, ReadonlyArray<SettingRefused>> => {
  const [program] = agent.argv ?? []
  if (program !== undefined && program.includes("/") && !program.startsWith("/")) {
    return refused(
      "agent.argv",
      `the program ${JSON.stringify(program)} is relative, and nobody said to which folder. Name it without a slash, to be found on the PATH.`
    )
  }
  return Result.succeed({ argv: [], env: [], ...agent })
}

/** What applies, and what a person should hear about it. */
export interface Effective {
  readonly settings: ExecutionSettings
  /** Limits of the project that are above the operator's. */
  readonly warnings: ReadonlyArray<string>
}

const limitsOf = (wanted: Partial<Limits>, { explicit = [], caps, limits }: ExecutionSettings) => {
  const applied: Record<string, number> = { ...limits }
  const warnings: Array<string> = []
  for (const [name, value] of Object.entries(wanted)) {
    if (explicit.includes(`limits.${name}`)) continue
    const limit = name as keyof Limits
    const most = caps?.limits[limit] ?? value
    applied[name] = Math.min(value, most)
    if (value > most)
      warnings.push(`${fieldOfLimit(limit) ?? name} is above what this service allows, which applies.`)
  }
  return { limits: { ...limits, ...applied }, warnings }
}

/** The settings of an execution whose project says `file` about itself. */
export const effectiveSettings = (
  settings: ExecutionSettings,
  file: ProjectSettings
): Result.Result<Effective, ReadonlyArray<SettingRefused>> => {
  const { caps, explicit } = settings
  if (explicit === undefined) return Result.succeed({ settings, warnings: [] })
  const { agent: wanted, limits: wantedLimits = {}, ...rest } = file
  const own = Object.fromEntries(Object.entries(rest).filter(([name]) => !explicit.includes(name)))
  const { delivery = settings.delivery } = explicit.includes("delivery") ? {} : file
  // It decides which repository is meant, so it is not to be changed once an execution has one.
  if (delivery === "local" && settings.delivery !== "local") {
    return refused(
      "delivery",
      caps === undefined
        ? "local has to be known before the start. Name it with --deliver local."
        : "local is a branch on the machine of whoever runs it. A service delivers to main or branch."
    )
  }
  const agentOf = () => {
    if (wanted === undefined || explicit.includes("agent")) return Result.succeed(settings.agent)
    return caps === undefined ? ownAgent(wanted) : offeredAgent(wanted, caps.agents)
  }
  const { limits, warnings } = limitsOf(wantedLimits, settings)
  return Result.map(agentOf(), (agent) => ({
    settings: {
      ...settings,
      ...own,
      agent,
      limits,
      delivery: settings.delivery === "local" ? settings.delivery : delivery
    },
    warnings
  }))
}
