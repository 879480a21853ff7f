/**
 * The endpoints of the API, each by the function that does it.
 */
import { Effect, Layer } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { Api } from "../contract/Api.ts"
import { answering } from "./answering.ts"
import { control } from "./control.ts"
import { decide } from "./decisions.ts"
import { initialize, postEvent } from "./events.ts"
import { artifactBytes, artifactsOf, journalOf, listExecutions, loadExecution, logsOf } from "./executions.ts"
import { explain } from "./explain.ts"
import { failureOf, failuresOf } from "./failures.ts"
import { tasksOf, validate } from "./lists.ts"
import { Operator } from "./Operator.ts"
import { getProject, listProjects, putProject } from "./projects.ts"
import { metrics, readiness } from "./service.ts"
import { getStatus } from "./status.ts"

const key = "idempotency-key"

const events = HttpApiBuilder.group(Api, "events", (handlers) =>
  Effect.map(Effect.scope, (scope) =>
    handlers.handleAll({
      post: ({ payload, headers }) => answering(postEvent(payload, headers[key], scope))
    })
  )
)

const automation = HttpApiBuilder.group(Api, "automation", (handlers) =>
  Effect.map(Effect.scope, (scope) =>
    handlers.handleAll({
      initialize: ({ payload, headers }) => answering(initialize(payload, headers[key], scope)),
      status: ({ params }) => answering(getStatus(params.projectId)),
      pause: ({ params, query }) =>
        answering(control(params.projectId, { _tag: "Pause", mode: query.mode ?? "step", by: "api" }, scope)),
      resume: ({ params, query: { delivery } }) => {
        const elsewhere = delivery === undefined ? {} : { delivery }
        return answering(control(params.projectId, { _tag: "Resume", by: "api", ...elsewhere }, scope))
      },
      stop: ({ params }) => answering(control(params.projectId, { _tag: "Stop", by: "api" }, scope))
    })
  )
)

const repository = HttpApiBuilder.group(Api, "repository", (handlers) =>
  Effect.map(Effect.scope, (scope) =>
    handlers.handleAll({
      validate: ({ payload }) =>
        answering(validate(payload.repositoryUrl, { target: payload.branch, taskList: payload.taskList })),
      tasks: ({ params }) => answering(tasksOf(params.projectId)),
      decide: ({ params, payload }) =>
        answering(decide(params.projectId, params.taskId, payload.decision, scope))
    })
  )
)

const executions = HttpApiBuilder.group(Api, "executions", (handlers) =>
  handlers.handleAll({
    list: ({ query }) => answering(listExecutions(query)),
    detail: ({ params }) => answering(loadExecution(params.executionId)),
    journal: ({ params, query }) => answering(journalOf(params.executionId, query)),
    artifacts: ({ params }) => answering(artifactsOf(params.executionId)),
    artifact: ({ params: { executionId, ...address } }) =>
      answering(
        Effect.map(artifactBytes(executionId, address), (bytes) =>
          HttpServerResponse.uint8Array(bytes, { contentType: "text/plain; charset=utf-8" })
        )
      ),
    logs: ({ params, query }) => answering(logsOf(params.executionId, query)),
    explain: ({ params }) => answering(explain(params.executionId))
  })
)

const errors = HttpApiBuilder.group(Api, "errors", (handlers) =>
  handlers.handleAll({
    list: ({ params }) => answering(failuresOf(params.executionId)),
    detail: ({ params }) => answering(failureOf(params.executionId, params.errorId))
  })
)

const projects = HttpApiBuilder.group(Api, "projects", (handlers) =>
  handlers.handleAll({
    list: () => answering(listProjects),
    get: ({ params }) => answering(getProject(params.projectId)),
    put: ({ params, payload }) => answering(putProject(params.projectId, payload.url))
  })
)

const service = HttpApiBuilder.group(Api, "service", (handlers) =>
  handlers.handleAll({
    health: () => Effect.map(Operator, ({ version }) => ({ status: "ok" as const, version })),
    ready: () =>
      Effect.map(readiness, (found) =>
        HttpServerResponse.jsonUnsafe(found, {
          status: found.status === "ready" ? 200 : 503,
          headers: { "cache-control": "no-store" }
        })
      )
  })
)

const measurements = HttpApiBuilder.group(Api, "metrics", (handlers) =>
  handlers.handleAll({
    metrics: () =>
      Effect.map(metrics, (text) =>
        HttpServerResponse.text(text, { contentType: "text/plain; version=0.0.4; charset=utf-8" })
      )
  })
)

/** All groups. */
export const layer = Layer.mergeAll(
  events,
  automation,
  repository,
  executions,
  errors,
  projects,
  service,
  measurements
)
