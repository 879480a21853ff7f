/**
 * What a client may say about the work to be done: the bodies of `POST /events` and of initialize, and their answers.
 */
import { DecisionKind } from "@devteam/core/model/Decision"
import { Limits } from "@devteam/core/model/Limits"
import { ExecutionId } from "@devteam/core/model/Ids"
import { Granularity } from "@devteam/core/model/Settings"
import { Schema } from "effect"
import { HttpApiSchema } from "effect/http-api"
import { FreeRecord, Line, ProjectIdField, RepositoryUrl } from "./fields.ts"

const Commands = Schema.Array(Schema.NonEmptyArray(Line(4_000))).check(Schema.isMaxLength(20))

const limits = Limits.fields

/** How the work is to be done. What is absent stays as it was in the project's last execution, else as the server has it. */
export const WorkOptions = Schema.Struct({
  branch: Schema.optionalKey(Line(250)),
  taskList: Schema.optionalKey(Line(1_000)),
  granularity: Schema.optionalKey(Granularity),
  /** Each command as its words. */
  prepare: Schema.optionalKey(Commands),
  verify: Schema.optionalKey(Commands),
  requireVerify: Schema.optionalKey(Schema.Boolean),
  noChange: Schema.optionalKey(Schema.Literals(["hold", "accept"])),
  onFailure: Schema.optionalKey(Schema.Literals(["continue", "stop"])),
  /** Ids of tasks to leave as they are. */
  skip: Schema.optionalKey(Schema.Array(Line(200)).check(Schema.isMaxLength(1_000))),
  maxTasks: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))),
  /** Never above the operator's. */
  limits: Schema.optionalKey(
    Schema.Struct({
      rounds: Schema.optionalKey(limits.rounds),
      agentMs: Schema.optionalKey(limits.agentMs),
      installMs: Schema.optionalKey(limits.installMs),
      buildMs: Schema.optionalKey(limits.buildMs),
      failedTasks: Schema.optionalKey(limits.failedTasks),
      taskCostUsd: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))),
      executionCostUsd: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))),
      taskTokens: limits.taskTokens,
      executionTokens: limits.executionTokens
    })
  )
}).annotate({ identifier: "WorkOptions" })
export type WorkOptions = typeof WorkOptions.Type

/** Which agent: one that the operator offers. */
export const AgentChoice = Schema.Struct({
  id: Schema.optionalKey(Line(100)),
  model: Schema.optionalKey(Line(200))
}).annotate({ identifier: "AgentChoice" })
export type AgentChoice = typeof AgentChoice.Type

/** The body of `POST /events`. */
export const EventRequest = Schema.Struct({
  id: Line(255).annotate({ description: "Yours. With the source it names the event, for 30 days." }),
  type: Line(200),
  projectId: ProjectIdField,
  source: Schema.optionalKey(Line(255)),
  task: Schema.optionalKey(
    Line(200).annotate({ description: "Only this task or phase; without it the whole list." })
  ),
  priority: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))),
  data: Schema.optionalKey(Schema.Json),
  options: Schema.optionalKey(WorkOptions),
  metadata: Schema.optionalKey(FreeRecord)
}).annotate({
  identifier: "EventRequest",
  description: "A fact. It is stored as it came, and starts an execution or joins the active one.",
  examples: [
    {
      id: "order-4711",
      type: "devteam.automation.requested",
      projectId: ProjectIdField.make("acme/shop"),
      source: "planning",
      task: "2.1"
    }
  ]
})
export type EventRequest = typeof EventRequest.Type

/** The answer to an event. Without `executionId` a new execution follows once the present one has stopped. */
export const EventAccepted = Schema.Struct({
  eventId: Schema.String,
  executionId: Schema.optionalKey(ExecutionId),
  status: Schema.Literal("accepted")
})
  .annotate({ identifier: "EventAccepted" })
  .pipe(HttpApiSchema.status(202))

/** The body of initialize. `repository` may be left out for a registered project. */
export const InitializeRequest = Schema.Struct({
  projectId: ProjectIdField,
  userId: Schema.optionalKey(Line(255)),
  stopPoint: Schema.optionalKey(
    Line(200).annotate({ description: "Pause once this task or phase is done." })
  ),
  repository: Schema.optionalKey(
    Schema.Struct({
      url: RepositoryUrl,
      branch: Schema.optionalKey(Line(250)),
      taskList: Schema.optionalKey(Line(1_000))
    })
  ),
  agent: Schema.optionalKey(AgentChoice),
  delivery: Schema.optionalKey(
    Schema.Literals(["main", "branch"]).annotate({
      description:
        "Push each verified task to the target branch, or to a branch devteam/<execution> of its own."
    })
  ),
  options: Schema.optionalKey(WorkOptions)
}).annotate({
  identifier: "InitializeRequest",
  examples: [
    {
      projectId: ProjectIdField.make("acme/shop"),
      repository: { url: "https://github.com/acme/shop.git" }
    }
  ]
})
export type InitializeRequest = typeof InitializeRequest.Type

/** The body of a decision on a task. */
export const TaskDecisionRequest = Schema.Struct({ decision: DecisionKind }).annotate({
  identifier: "TaskDecisionRequest",
  examples: [{ decision: "accept" }]
})
export type TaskDecisionRequest = typeof TaskDecisionRequest.Type

/** The answer to initialize. `Location` is where its status is. */
export const Initialized = Schema.Struct({ executionId: ExecutionId, eventId: Schema.String })
  .annotate({ identifier: "InitializeAccepted" })
  .pipe(HttpApiSchema.status(202))
