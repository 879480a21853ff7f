/**
 * The automation API: every call with its parameters, answers and problems.
 *
 * Nothing here knows a server: clients are derived from it, and `openapi.json` is written from it.
 */
import { Execution } from "@devteam/core/execution/State"
import { JournalRecord } from "@devteam/core/execution/Event"
import { Status as ExecutionStatus } from "@devteam/core/execution/Status"
import { ExecutionId } from "@devteam/core/model/Ids"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import {
  ArtifactPage,
  ErrorAnswer,
  ErrorPage,
  ExecutionPage,
  Explanation,
  LogPage,
  ProjectAnswer,
  Readiness,
  RequestAnswer,
  Status,
  TaskListAnswer,
  Validation
} from "./answers.ts"
import {
  after,
  idempotencyHeaders,
  limitOf,
  Line,
  projectParams,
  ProjectIdField,
  RepositoryUrl
} from "./fields.ts"
import { problems } from "./problems.ts"
import { Authorization, WellFormed } from "./security.ts"
import { EventAccepted, EventRequest, Initialized, InitializeRequest, TaskDecisionRequest } from "./work.ts"

const bodyProblems = [413, 415, 422] as const
const executionParams = { executionId: ExecutionId }

const describe = (summary: string, description?: string) =>
  OpenApi.annotations({ summary, ...(description === undefined ? {} : { description }) })

class Events extends HttpApiGroup.make("events")
  .add(
    HttpApiEndpoint.post("post", "/events", {
      headers: idempotencyHeaders,
      payload: EventRequest,
      success: EventAccepted,
      error: problems(409, ...bodyProblems)
    }).annotateMerge(
      describe(
        "Post an event",
        "Stored as it came, in one transaction with what follows from it. With an active execution of the project it joins that and widens its scope; otherwise it starts one; while one is stopping, a new one follows. The same source and id with the same body gets the same answer for 30 days."
      )
    )
  )
  .middleware(WellFormed)
  .middleware(Authorization) {}

const controlProblems = problems(404, 409, ...bodyProblems)

class Automation extends HttpApiGroup.make("automation")
  .add(
    HttpApiEndpoint.post("initialize", "/initialize", {
      headers: idempotencyHeaders,
      payload: InitializeRequest,
      success: Initialized,
      error: problems(409, ...bodyProblems)
    }).annotateMerge(
      describe(
        "Start an execution",
        "Registers the project where that is allowed. `Location` is where the status is; with an active execution 409, and `Location` is that one's."
      )
    ),
    HttpApiEndpoint.get("status", "/status/:projectId", {
      params: projectParams,
      success: [Status, HttpApiSchema.Empty(304)],
      error: problems(404)
    }).annotateMerge(
      describe("How a project's newest execution stands", "With an `ETag`; `If-None-Match` gets 304.")
    ),
    HttpApiEndpoint.post("pause", "/pause/:projectId", {
      params: projectParams,
      query: { mode: Schema.optionalKey(Schema.Literals(["step", "now"])) },
      success: RequestAnswer,
      error: controlProblems
    }).annotateMerge(
      describe("Pause", "After the running step, or with `mode=now` at once (a push is never interrupted).")
    ),
    HttpApiEndpoint.post("resume", "/resume/:projectId", {
      params: projectParams,
      query: {
        delivery: Schema.optionalKey(
          Schema.Literals(["main", "branch"]).annotate({
            description:
              "Deliver elsewhere from here on, beginning with what the remote refused. Only while paused."
          })
        )
      },
      success: RequestAnswer,
      error: controlProblems
    }).annotateMerge(describe("Resume")),
    HttpApiEndpoint.post("stop", "/stop/:projectId", {
      params: projectParams,
      success: RequestAnswer,
      error: controlProblems
    }).annotateMerge(describe("Stop", "At once, but for a push, which takes at most a minute."))
  )
  .prefix("/api/devteam/automation")
  .middleware(WellFormed)
  .middleware(Authorization) {}

class Repository extends HttpApiGroup.make("repository")
  .add(
    HttpApiEndpoint.post("validate", "/validate", {
      payload: Schema.Struct({
        repositoryUrl: RepositoryUrl,
        branch: Schema.optionalKey(Line(250)),
        taskList: Schema.optionalKey(Line(1_000))
      }).annotate({
        identifier: "ValidateRequest",
        examples: [{ repositoryUrl: "https://github.com/acme/shop.git" }]
      }),
      success: Validation,
      error: problems(...bodyProblems)
    }).annotateMerge(
      describe(
        "Can this repository be worked on?",
        "Fetches it and reads its task list. Without one the answer has a template to begin with."
      )
    ),
    HttpApiEndpoint.get("tasks", "/tasks/:projectId", {
      params: projectParams,
      success: TaskListAnswer,
      error: problems(404, 422, 502)
    }).annotateMerge(describe("The task list at the head of the target branch")),
    HttpApiEndpoint.put("decide", "/tasks/:projectId/:taskId", {
      params: { ...projectParams, taskId: Line(200) },
      payload: TaskDecisionRequest,
      success: RequestAnswer,
      error: problems(404, 409, 502, ...bodyProblems)
    }).annotateMerge(
      describe(
        "Decide on a task",
        "accept delivers the change of a held task after all, done its tick alone; skip leaves it, reopen lets it be taken again. It takes effect at the next task boundary, and ends a pause that waits for decisions. After the end, accept starts an execution of that change alone. The task's id is the last segment."
      )
    )
  )
  .prefix("/api/devteam/repository")
  .middleware(WellFormed)
  .middleware(Authorization) {}

class Executions extends HttpApiGroup.make("executions")
  .add(
    HttpApiEndpoint.get("list", "/", {
      query: {
        projectId: Schema.optionalKey(ProjectIdField),
        userId: Schema.optionalKey(Line(255)),
        status: Schema.optionalKey(ExecutionStatus),
        cursor: Schema.optionalKey(Line(200)),
        limit: limitOf(200)
      },
      success: ExecutionPage
    }).annotateMerge(describe("Executions, newest first")),
    HttpApiEndpoint.get("detail", "/:executionId", {
      params: executionParams,
      success: Execution.annotate({ identifier: "Execution" }),
      error: problems(404)
    }).annotateMerge(describe("The task context: everything that is known about an execution")),
    HttpApiEndpoint.get("journal", "/:executionId/journal", {
      params: executionParams,
      query: { after, limit: limitOf(1_000) },
      success: Schema.Struct({
        records: Schema.Array(JournalRecord.annotate({ identifier: "JournalRecord" })),
        next: Schema.optionalKey(Schema.Int)
      }).annotate({ identifier: "JournalPage" }),
      error: problems(404)
    }).annotateMerge(describe("What happened, in order")),
    HttpApiEndpoint.get("artifacts", "/:executionId/artifacts", {
      params: executionParams,
      success: ArtifactPage,
      error: problems(404)
    }).annotateMerge(describe("Prompts, diffs, logs and receipts that may be read")),
    HttpApiEndpoint.get("artifact", "/:executionId/artifacts/:taskId/:round/:kind", {
      params: {
        executionId: ExecutionId,
        taskId: Line(200),
        round: Schema.NumberFromString.check(
          Schema.isInt(),
          Schema.isBetween({ minimum: 0, maximum: 1_000_000 })
        ),
        kind: Line(100)
      },
      success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/plain" })),
      error: problems(404)
    }).annotateMerge(describe("One artifact, redacted, as text")),
    HttpApiEndpoint.get("logs", "/:executionId/logs", {
      params: executionParams,
      query: {
        taskId: Schema.optionalKey(Line(200)),
        round: Schema.optionalKey(
          Schema.NumberFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
        ),
        step: Schema.optionalKey(Line(40)),
        after,
        limit: limitOf(1_000)
      },
      success: LogPage,
      error: problems(404)
    }).annotateMerge(describe("Output of agent and build, in order")),
    HttpApiEndpoint.get("explain", "/:executionId/explain", {
      params: executionParams,
      success: Explanation,
      error: problems(404)
    }).annotateMerge(describe("Why it does what it does, or nothing"))
  )
  .prefix("/api/devteam/executions")
  .middleware(WellFormed)
  .middleware(Authorization) {}

class Errors extends HttpApiGroup.make("errors")
  .add(
    HttpApiEndpoint.get("list", "/:executionId", {
      params: executionParams,
      success: ErrorPage,
      error: problems(404)
    }).annotateMerge(describe("Every failure of an execution")),
    HttpApiEndpoint.get("detail", "/:executionId/:errorId", {
      params: { executionId: ExecutionId, errorId: Line(20) },
      success: ErrorAnswer,
      error: problems(404)
    }).annotateMerge(describe("One failure: step, round, the log's end, artifacts"))
  )
  .prefix("/api/devteam/errors")
  .middleware(WellFormed)
  .middleware(Authorization) {}

class Projects extends HttpApiGroup.make("projects")
  .add(
    HttpApiEndpoint.get("list", "/", {
      success: Schema.Struct({ projects: Schema.Array(ProjectAnswer) })
    }).annotateMerge(describe("The projects that this server knows")),
    HttpApiEndpoint.get("get", "/:projectId", {
      params: projectParams,
      success: ProjectAnswer,
      error: problems(404)
    }).annotateMerge(describe("One project")),
    HttpApiEndpoint.put("put", "/:projectId", {
      params: projectParams,
      payload: Schema.Struct({ url: RepositoryUrl }).annotate({
        identifier: "ProjectRequest",
        examples: [{ url: "https://github.com/acme/shop.git" }]
      }),
      success: ProjectAnswer,
      error: problems(409, ...bodyProblems)
    }).annotateMerge(
      describe(
        "Register a project",
        "An id belongs to one repository for ever. Repeating it changes nothing."
      )
    )
  )
  .prefix("/api/devteam/projects")
  .middleware(WellFormed)
  .middleware(Authorization) {}

class Service extends HttpApiGroup.make("service")
  .add(
    HttpApiEndpoint.get("health", "/health", {
      success: Schema.Struct({ status: Schema.Literal("ok"), version: Schema.String })
    }).annotateMerge(describe("The process is alive")),
    HttpApiEndpoint.get("ready", "/ready", {
      success: [Readiness, Readiness.pipe(HttpApiSchema.status(503))]
    }).annotateMerge(describe("Whether it can do its work, by dependency"))
  )
  .middleware(WellFormed) {}

class Metrics extends HttpApiGroup.make("metrics")
  .add(
    HttpApiEndpoint.get("metrics", "/metrics", {
      success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/plain" }))
    }).annotateMerge(describe("Metrics in Prometheus' text format"))
  )
  .middleware(WellFormed)
  .middleware(Authorization) {}

/** The API. Its version is that of the contract. */
export class Api extends HttpApi.make("devteam")
  .add(Events, Automation, Repository, Executions, Errors, Projects, Service, Metrics)
  .annotate(HttpApi.PayloadParseOptions, { onExcessProperty: "error", errors: "all" })
  .annotate(HttpApi.QueryParseOptions, { onExcessProperty: "error", errors: "all" })
  .annotateMerge(
    OpenApi.annotations({
      title: "DevTeam Runner",
      version: "1",
      description:
        "Starts, steers and watches executions that work through repositories' task lists. Every error is a problem document (RFC 9457) with the request's correlation id; unknown paths answer 404, wrong methods 405 with `Allow`. A projectId with a slash may be written as acme/shop or acme%2Fshop. Live frames come over the WebSocket /ws/devteam."
    })
  ) {}
