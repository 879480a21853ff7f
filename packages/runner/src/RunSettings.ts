/**
 * What a caller says about a run, completed with defaults into the settings that are stored with an execution.
 */
import { defaultLimits, type Limits } from "@devteam/core/model/Limits"
import type {
  AgentSettings,
  Caps,
  Delivery,
  ExecutionSettings,
  Granularity,
  Identity
} from "@devteam/core/model/Settings"

/** A run as a caller describes it; everything but repository, agent and identity has a default. */
export interface RunSettings {
  readonly url: string
  readonly target?: string | undefined
  readonly taskList?: string | undefined
  readonly granularity?: Granularity | undefined
  readonly agent: AgentSettings
  readonly identity: Identity
  readonly prepare?: ReadonlyArray<ReadonlyArray<string>> | undefined
  readonly verify?: ReadonlyArray<ReadonlyArray<string>> | undefined
  readonly requireVerify?: boolean | undefined
  readonly noChange?: "hold" | "accept" | undefined
  readonly onFailure?: "continue" | "stop" | undefined
  /** `main` by default. `branch` and `local` deliver to a branch `devteam/<execution>`, which people merge. */
  readonly delivery?: Delivery | undefined
  /** Ids of tasks to leave as they are. */
  readonly skip?: ReadonlyArray<string> | undefined
  readonly untilTask?: string | undefined
  readonly maxTasks?: number | undefined
  readonly limits?: Partial<Limits> | undefined
  /**
   * The names of the fields that were given (see `explicitOf`): only these win over the project's own settings. Default:
   * every field that is not undefined.
   */
  readonly explicit?: ReadonlyArray<string> | undefined
  /** The most that the project's own settings may ask for; no bounds when absent. */
  readonly caps?: Caps | undefined
}

const overridable = [
  "taskList",
  "granularity",
  "agent",
  "prepare",
  "verify",
  "requireVerify",
  "noChange",
  "onFailure",
  "delivery",
  "skip"
] as const

/** The names of what a caller gave, as an execution's settings keep them. */
export const explicitOf = (run: {
  readonly [Name in keyof RunSettings]?: RunSettings[Name] | undefined
}): ReadonlyArray<string> => [
  ...overridable.filter((name) => run[name] !== undefined),
  ...Object.entries(run.limits ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`limits.${name}`]
  )
]

/** Completes a run's settings. */
export const toSettings = (run: RunSettings): ExecutionSettings => ({
  repository: { url: run.url, ...(run.target === undefined ? {} : { target: run.target }) },
  ...(run.taskList === undefined ? {} : { taskList: run.taskList }),
  ...(run.granularity === undefined ? {} : { granularity: run.granularity }),
  agent: run.agent,
  prepare: run.prepare ?? [],
  ...(run.verify === undefined ? {} : { verify: run.verify }),
  requireVerify: run.requireVerify ?? false,
  noChange: run.noChange ?? "hold",
  onFailure: run.onFailure ?? "continue",
  delivery: run.delivery ?? "main",
  skip: run.skip ?? [],
  ...(run.untilTask === undefined ? {} : { untilTask: run.untilTask }),
  ...(run.maxTasks === undefined ? {} : { maxTasks: run.maxTasks }),
  identity: run.identity,
  limits: { ...defaultLimits, ...run.limits },
  explicit: run.explicit ?? explicitOf(run),
  ...(run.caps === undefined ? {} : { caps: run.caps })
})
