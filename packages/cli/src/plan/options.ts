/**
 * What `devteam run` can be told. Absent is what the person did not say: the project's settings may say it, or a default.
 */
import type { Delivery } from "@devteam/core/model/Settings"
import type { AgentOptions } from "./agent.ts"

/** The options of `run`. */
export interface RunOptions extends AgentOptions {
  readonly repository: string
  readonly tasks: string | undefined
  readonly task: ReadonlyArray<string>
  readonly skip: ReadonlyArray<string>
  readonly maxTasks: number | undefined
  readonly until: string | undefined
  readonly onFailure: "continue" | "stop" | undefined
  readonly verify: ReadonlyArray<string>
  readonly noChange: "hold" | "accept" | undefined
  readonly requireVerify: boolean
  /** US dollars for the whole execution. */
  readonly maxCost: number | undefined
  readonly deliver: Delivery | undefined
  /** Begin a delivery branch of its own. */
  readonly fresh: boolean
  readonly target: string | undefined
  readonly project: string | undefined
  readonly keep: boolean
  /** Start without asking. */
  readonly yes: boolean
  readonly dataDirectory: string
  readonly json: boolean
}
