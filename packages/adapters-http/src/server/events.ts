/**
 * `POST /events` and initialize: the two calls that ask for work.
 */
import { randomUUID } from "node:crypto"
import type { State } from "@devteam/core/execution/State"
import { CorrelationId } from "@devteam/core/model/Ids"
import type { Scope as WorkScope } from "@devteam/core/model/Settings"
import type { ClientEvent } from "@devteam/core/ports/Intake"
import type { Projects } from "@devteam/core/ports/Projects"
import type { StartInput } from "@devteam/core/worker/start"
import { workflowId } from "@devteam/core/workflows/Workflow"
import { Workflows } from "@devteam/core/workflows/registry"
import { Effect, type Scope } from "effect"
import { HttpServerRequest } from "effect/http"
import { Caller } from "../contract/security.ts"
import type { EventRequest, InitializeRequest } from "../contract/work.ts"
import type { Failure } from "./answering.ts"
import { acceptedAnswer, acceptWish, statusPath } from "./acceptance.ts"
import { canonicalJson, fingerprintOf, keyOf } from "./idempotency.ts"
import { Operator } from "./Operator.ts"
import { CurrentRequest } from "./Refusal.ts"
import { allowedRepository, register, registeredProject } from "./repositories.ts"
import { type ClientWish, settingsOf } from "./wishes.ts"

const initializeType = "devteam.automation.requested"

const wholeList: WorkScope = { _tag: "List" }

const readIdempotency = Effect.fnUntraced(function* (header: string | undefined, fingerprint: string) {
  const { method, url } = yield* HttpServerRequest.HttpServerRequest
  const { name } = yield* Caller
  const path = url.split("?")[0] ?? ""
  return yield* Effect.fromResult(keyOf(header, { caller: name, method, path }, fingerprint))
})

/** What starts, where something starts. */
const startOf = (
  event: ClientEvent,
  rest: {
    readonly wish: Effect.Effect<ClientWish, Failure, Projects | Operator>
    readonly workflow: string
    readonly scope: WorkScope
    readonly userId?: string | undefined
    readonly priority?: number | undefined
  }
) =>
  Effect.fnUntraced(function* (newest: State) {
    const { scope, workflow, userId, priority } = rest
    const operator = yield* Operator
    const settings = yield* Effect.fromResult(settingsOf(yield* rest.wish, newest, operator))
    const { projectId, id: eventId } = event
    const correlationId = CorrelationId.make(event.correlationId)
    const start: StartInput = {
      projectId,
      settings,
      scope,
      boundTo: "service",
      correlationId,
      workflow,
      eventId,
      userId,
      priority
    }
    return start
  })

/** `POST /events`. */
export const postEvent = Effect.fnUntraced(function* (
  payload: EventRequest,
  key: string | undefined,
  scope: Scope.Scope
) {
  const { id, type, projectId, source = "api", task, priority, options = {} } = payload
  const fingerprint = fingerprintOf(payload)
  const idempotency = yield* readIdempotency(key, fingerprint)
  const { correlationId } = yield* CurrentRequest
  const workflow = yield* (yield* Workflows).forEvent(type)
  const project = yield* registeredProject(projectId, "not-registered")
  const event: ClientEvent = {
    source,
    id,
    type,
    projectId,
    correlationId,
    body: canonicalJson(payload),
    fingerprint
  }
  const work: WorkScope = task === undefined ? wholeList : { _tag: "Tasks", ids: [task] }
  return yield* acceptWish(
    {
      projectId,
      scope: work,
      event,
      idempotency,
      priority,
      start: startOf(event, {
        priority,
        wish: Effect.succeed({ url: project.url, options }),
        workflow: workflowId(workflow),
        scope: work
      }),
      joins: true,
      answer: (executionId) => acceptedAnswer({ eventId: id, executionId, status: "accepted" })
    },
    scope
  )
})

const repositoryOf = Effect.fnUntraced(function* ({ projectId, repository }: InitializeRequest) {
  if (repository === undefined) return (yield* registeredProject(projectId, "not-registered")).url
  const { url } = yield* allowedRepository(repository.url)
  return url
})

/** Initialize. */
export const initialize = Effect.fnUntraced(function* (
  payload: InitializeRequest,
  key: string | undefined,
  scope: Scope.Scope
) {
  const { projectId, userId, stopPoint, repository, agent, delivery, options = {} } = payload
  const fingerprint = fingerprintOf(payload)
  const idempotency = yield* readIdempotency(key, fingerprint)
  const { correlationId } = yield* CurrentRequest
  const eventId = randomUUID()
  const event: ClientEvent = {
    source: "initialize",
    id: eventId,
    type: initializeType,
    projectId,
    correlationId,
    body: canonicalJson(payload),
    fingerprint
  }
  const named = {
    ...(repository?.branch === undefined ? {} : { branch: repository.branch }),
    ...(repository?.taskList === undefined ? {} : { taskList: repository.taskList })
  }
  const workflow = yield* (yield* Workflows).forEvent(initializeType)
  const wish = Effect.gen(function* () {
    const url = yield* repositoryOf(payload)
    return {
      url,
      options: { ...options, ...named },
      agent,
      delivery,
      untilTask: stopPoint
    } satisfies ClientWish
  })
  return yield* acceptWish(
    {
      projectId,
      scope: wholeList,
      event,
      idempotency,
      start: (newest) =>
        Effect.tap(
          startOf(event, { wish, workflow: workflowId(workflow), scope: wholeList, userId })(newest),
          // Last, so that no refused request leaves a project behind.
          ({ settings }) => register(projectId, settings.repository.url)
        ),
      joins: false,
      answer: (executionId) => acceptedAnswer({ executionId, eventId }, statusPath(projectId))
    },
    scope
  )
})
