/**
 * Pause, resume and stop.
 */
import type { Request } from "@devteam/core/execution/Command"
import type { ProjectId } from "@devteam/core/model/Ids"
import type { RequestRejected } from "@devteam/core/worker/submit"
import { request } from "@devteam/core/worker/request"
import { newestOf } from "@devteam/core/worker/start"
import type { Rejection } from "@devteam/core/execution/Rejection"
import { Effect, type Scope } from "effect"
import { notLegal } from "./answering.ts"
import { controlled } from "./controlled.ts"
import { registeredProject } from "./repositories.ts"

type ControlRequest = Extract<Request, { readonly _tag: "Pause" | "Resume" | "Stop" }>

/** Puts a request to a project's newest execution. */
export const control = Effect.fnUntraced(function* (
  projectId: ProjectId,
  command: ControlRequest,
  scope: Scope.Scope
) {
  yield* registeredProject(projectId, "unknown-project")
  const submitted = yield* request(projectId, command).pipe(
    Effect.catchTag("RequestRejected", (error: RequestRejected) =>
      Effect.flatMap(newestOf(projectId), (newest) =>
        Effect.fail(notLegal(error.rejection as Rejection, newest?.executionId))
      )
    )
  )
  const { before, after, changed } = submitted
  const { executionId } = after
  yield* Effect.logInfo(command._tag.toLowerCase(), { projectId, executionId, status: after.status, changed })
  return yield* controlled(before.status, submitted, scope)
})
