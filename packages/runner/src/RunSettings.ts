/**
 * What a caller says about a run, completed with defaults into the settings that are stored with an execution.
 */
import { defaultLimits, type Limits } from "@devteam/core/model/Limits"
import type { AgentSettings, ExecutionSettings, Granularity, Identity } from "@devteam/core/model/Settings"

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
  readonly untilTask?: string | undefined
  readonly maxTasks?: number | undefined
  readonly limits?: Partial<Limits> | undefined
}

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
  ...(run.untilTask === undefined ? {} : { untilTask: run.untilTask }),
  ...(run.maxTasks === undefined ? {} : { maxTasks: run.maxTasks }),
  identity: run.identity,
  limits: { ...defaultLimits, ...run.limits }
})
