/**
 * From what a client says to the settings of an execution.
 *
 * What a client leaves out stays as it was in the project's last execution that a service started; agent, identity
 * and limits are always the operator's of today.
 */
import { type Execution } from "@devteam/core/execution/State"
import type { Limits } from "@devteam/core/model/Limits"
import type { AgentSettings, ExecutionSettings } from "@devteam/core/model/Settings"
import { Result } from "effect"
import type { AgentChoice, WorkOptions } from "../contract/work.ts"
import type { OperatorShape } from "./Operator.ts"
import { type Refusal, refusal } from "./Refusal.ts"

/** What a client said. `url` is in the form in which it is stored. */
export interface ClientWish {
  readonly url: string
  readonly options: WorkOptions
  readonly agent?: AgentChoice | undefined
  readonly untilTask?: string | undefined
}

const agentOf = (
  choice: AgentChoice | undefined,
  before: AgentSettings | undefined,
  { agents }: OperatorShape
): Result.Result<AgentSettings, Refusal> => {
  const id = choice?.id ?? agents.find((agent) => agent.id === before?.id)?.id ?? agents.at(0)?.id
  const agent = agents.find((known) => known.id === id)
  if (agent === undefined) {
    const known = agents.length === 0 ? "none" : agents.map((other) => other.id).join(", ")
    return Result.fail(
      refusal(
        "unknown-agent",
        `The agent ${JSON.stringify(id ?? "")} is not offered here; offered: ${known}. Start the server with --agent.`
      )
    )
  }
  const model = choice?.model ?? (before?.id === agent.id ? before.model : undefined) ?? agent.model
  return Result.succeed(model === undefined ? agent : { ...agent, model })
}

const limitsOf = (wished: Partial<Limits>, most: Limits): Limits => {
  const entries = Object.entries(most).map(([name, value]) => {
    const asked = wished[name as keyof Limits]
    return [name, asked === undefined ? value : Math.min(asked, value)]
  })
  return Object.fromEntries(entries) as unknown as Limits
}

const present = <T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

/** The settings of an execution that follows from a wish. */
export const settingsOf = (
  { url, options, agent, untilTask }: ClientWish,
  newest: Execution | undefined,
  operator: OperatorShape
): Result.Result<ExecutionSettings, Refusal> => {
  const before = newest?.boundTo === "service" ? newest.settings : undefined
  const target = options.branch ?? before?.repository.target
  const optional = {
    taskList: options.taskList ?? before?.taskList,
    granularity: options.granularity ?? before?.granularity,
    verify: options.verify ?? before?.verify,
    untilTask,
    maxTasks: options.maxTasks
  }
  return Result.map(agentOf(agent, before?.agent, operator), (chosen): ExecutionSettings => ({
    repository: target === undefined ? { url } : { url, target },
    agent: chosen,
    prepare: options.prepare ?? before?.prepare ?? [],
    requireVerify: options.requireVerify ?? before?.requireVerify ?? false,
    noChange: options.noChange ?? before?.noChange ?? "hold",
    onFailure: options.onFailure ?? before?.onFailure ?? "continue",
    identity: operator.identity,
    limits: limitsOf(options.limits ?? {}, operator.limits),
    ...(present(optional) as Partial<ExecutionSettings>)
  }))
}
