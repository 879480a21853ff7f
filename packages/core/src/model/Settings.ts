/**
 * How an execution is to work: read once at its start and stored with it.
 *
 * Holds names of secrets, never their values. What a host may allow at most is not here.
 */
import { Schema } from "effect"
import { Limits } from "./Limits.ts"

/** Which agent and how to call it. `argv` is used by the `command` agent; `env` names the variables it needs. */
export const AgentSettings = Schema.Struct({
  id: Schema.String,
  argv: Schema.Array(Schema.String),
  env: Schema.Array(Schema.String),
  model: Schema.optionalKey(Schema.String)
})
export type AgentSettings = typeof AgentSettings.Type

/** Author and committer of the commits. */
export const Identity = Schema.Struct({ name: Schema.NonEmptyString, email: Schema.NonEmptyString })
export type Identity = typeof Identity.Type

/** What counts as a task where the list nests: the item with dependencies, or the leaf. */
export const Granularity = Schema.Literals(["item", "leaf"])
export type Granularity = typeof Granularity.Type

/**
 * Where verified tasks go: straight to the target branch; to a branch `devteam/<execution>` of the remote that people
 * merge; or to such a branch in a repository on this machine, so that nothing leaves it.
 */
export const Delivery = Schema.Literals(["main", "branch", "local"])
export type Delivery = typeof Delivery.Type

/** What the operator of a service allows a project's own settings at most, as it was when the execution was asked for. */
export const Caps = Schema.Struct({
  limits: Limits,
  /** The agents that a project may choose from. */
  agents: Schema.Array(AgentSettings)
})
export type Caps = typeof Caps.Type

/** The settings of one execution. */
export const ExecutionSettings = Schema.Struct({
  repository: Schema.Struct({
    url: Schema.NonEmptyString,
    /** The target branch; the remote's default branch when absent. */
    target: Schema.optionalKey(Schema.NonEmptyString)
  }),
  /** Path of the task list in the repository; found by the usual names when absent. */
  taskList: Schema.optionalKey(Schema.NonEmptyString),
  granularity: Schema.optionalKey(Granularity),
  agent: AgentSettings,
  /** Commands run before the agent in its checkout. */
  prepare: Schema.Array(Schema.Array(Schema.String)),
  /** The project's own verification commands instead of `npm ci` and `npm run build`. */
  verify: Schema.optionalKey(Schema.Array(Schema.Array(Schema.String))),
  /** Hold a task whose project has nothing to verify it with. */
  requireVerify: Schema.Boolean,
  /** What a stated "nothing to do" becomes: a held task, or a commit of the tick alone. */
  noChange: Schema.Literals(["hold", "accept"]),
  onFailure: Schema.Literals(["continue", "stop"]),
  delivery: Delivery,
  /** Ids of tasks that are left as they are; what depends on them waits. */
  skip: Schema.Array(Schema.String),
  /** Pause once this task is done. */
  untilTask: Schema.optionalKey(Schema.String),
  /** Pause after this many completed tasks. */
  maxTasks: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  identity: Identity,
  limits: Limits,
  /**
   * The fields that the caller gave, with dots (`verify`, `limits.rounds`): what the project says about itself replaces
   * all others. Absent: everything is the caller's.
   */
  explicit: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Absent: whoever runs it may do as the project says. */
  caps: Schema.optionalKey(Caps)
})
export type ExecutionSettings = typeof ExecutionSettings.Type

/** What an execution is to get done: the whole list, or some tasks of it. */
export const Scope = Schema.Union([
  Schema.TaggedStruct("List", {}),
  Schema.TaggedStruct("Tasks", { ids: Schema.Array(Schema.String) })
])
export type Scope = typeof Scope.Type

/** Which processes may work on an execution: those of a person's CLI, or those of a service. */
export const BoundTo = Schema.Literals(["cli", "service"])
export type BoundTo = typeof BoundTo.Type
