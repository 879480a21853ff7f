/**
 * From what a client says to the settings of an execution.
 *
 * What a client leaves out stays as a client said it for the project's last execution that a service started; agent,
 * identity and limits are always the operator's of today. What no client said, the project's own settings may say,
 * within the operator's caps.
 */
import { type Execution } from "@devteam/core/execution/State"
import type { Limits } from "@devteam/core/model/Limits"
import type { AgentSettings, Delivery, ExecutionSettings } from "@devteam/core/model/Settings"
import { Result } from "effect"
import type { AgentChoice, WorkOptions } from "../contract/work.ts"
import type { OperatorShape } from "./Operator.ts"
import { type Refusal, refusal } from "./Refusal.ts"

/** What a client said. `url` is in the form in which it is stored. */
export interface ClientWish {
  readonly url: string
  readonly options: WorkOptions
  readonly agent?: AgentChoice | undefined
  readonly delivery?: Delivery | undefined
  readonly untilTask?: string | undefined
}

/** The settings of a project's last execution, as far as a client gave them. */
const saidBefore = (newest: Execution | undefined): Partial<ExecutionSettings> => {
  if (newest?.boundTo !== "service") return {}
  const { explicit, ...settings } = newest.settings
  return explicit === undefined
    ? settings
    : Object.fromEntries(Object.entries(settings).filter(([name]) => explicit.includes(name)))
}

const branchBefore = (newest: Execution | undefined): string | undefined =>
  newest?.boundTo === "service" ? newest.settings.repository.target : undefined

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
        `The agent ${JSON.stringify(id ?? "")} is not offered here; offered: ${known}. Others are named when the server starts: devteam serve --agent, or the option agents of createRunner.`
      )
    )
  }
  const model = choice?.model ?? (before?.id === agent.id ? before.model : undefined) ?? agent.model
  return Result.succeed(model === undefined ? agent : { ...agent, model })
}

const limitsOf = (wished: Partial<Limits>, most: Limits): Limits => {
  const entries = Object.entries({ ...wished, ...most }).map(([name, value]) => {
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
  { url, options, agent, delivery, untilTask }: ClientWish,
  newest: Execution | undefined,
  operator: OperatorShape
): Result.Result<ExecutionSettings, Refusal> => {
  const before = saidBefore(newest)
  const said = present({
    taskList: options.taskList ?? before.taskList,
    granularity: options.granularity ?? before.granularity,
    prepare: options.prepare ?? before.prepare,
    verify: options.verify ?? before.verify,
    requireVerify: options.requireVerify ?? before.requireVerify,
    noChange: options.noChange ?? before.noChange,
    onFailure: options.onFailure ?? before.onFailure,
    delivery: delivery ?? before.delivery,
    skip: options.skip
  }) as Partial<ExecutionSettings>
  const choosesAgent = agent?.id !== undefined || agent?.model !== undefined || before.agent !== undefined
  const explicit = [
    ...Object.keys(said),
    ...(choosesAgent ? ["agent"] : []),
    ...Object.keys(options.limits ?? {}).map((name) => `limits.${name}`)
  ]
  const target = options.branch ?? branchBefore(newest)
  return Result.map(agentOf(agent, before.agent, operator), (chosen): ExecutionSettings => ({
    repository: target === undefined ? { url } : { url, target },
    agent: chosen,
    prepare: [],
    requireVerify: false,
    noChange: "hold",
    onFailure: "continue",
    delivery: "main",
    skip: [],
    ...said,
    ...present({ untilTask, maxTasks: options.maxTasks }),
    identity: operator.identity,
    limits: limitsOf(options.limits ?? {}, operator.limits),
    explicit,
    caps: { limits: operator.limits, agents: operator.agents }
  }))
}
