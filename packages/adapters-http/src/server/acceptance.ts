/**
 * The way of an accepted request: its wish to the core, and the core's outcome to an answer of equal bytes.
 */
import { accept, type Wish } from "@devteam/core/worker/accept"
import type { ProjectId } from "@devteam/core/model/Ids"
import type { StoredAnswer } from "@devteam/core/ports/Intake"
import { Effect, type Scope } from "effect"
import { HttpServerResponse } from "effect/http"
import { notLegal } from "./answering.ts"
import { dispatch } from "./dispatch.ts"
import { type Refusal, refusal } from "./Refusal.ts"

/** Where a project's status is. */
export const statusPath = (projectId: ProjectId): string => `/api/devteam/automation/status/${projectId}`

/** A 202 with a JSON body. */
export const acceptedAnswer = (body: object, location?: string): StoredAnswer => ({
  status: 202,
  headers: {
    "content-type": "application/json",
    ...(location === undefined ? {} : { location })
  },
  body: JSON.stringify(body)
})

const respond = ({ status, headers, body }: StoredAnswer, replayed: boolean) => {
  const { "content-type": contentType, ...rest } = headers
  return HttpServerResponse.text(body, {
    status,
    contentType: contentType ?? "application/json",
    headers: replayed ? { ...rest, "idempotent-replayed": "true" } : rest
  })
}

const reused = (of: "key" | "event"): Refusal =>
  of === "key"
    ? refusal(
        "idempotency-key-reused",
        "This Idempotency-Key was used for another body. Send a new key for a new request."
      )
    : refusal(
        "event-id-reused",
        "This source and id were used for another event. Send a new id for a new event."
      )

/** Accepts a wish, tells the workers, and answers. */
export const acceptWish = Effect.fnUntraced(function* <E, R>(wish: Wish<E, R>, scope: Scope.Scope) {
  const granted = yield* accept(wish)
  switch (granted._tag) {
    case "Accepted": {
      const { execution, answer } = granted
      const { projectId } = wish
      yield* Effect.logInfo("accepted", {
        projectId,
        executionId: execution?.executionId,
        eventId: wish.event.id
      })
      if (execution !== undefined) yield* dispatch(execution, scope)
      return respond(answer, false)
    }
    case "Replayed":
      return respond(granted.answer, true)
    case "Mismatch":
      return yield* reused(granted.of)
    case "Refused":
      return yield* notLegal(granted.rejection, granted.execution.executionId, {
        location: statusPath(granted.execution.projectId)
      })
  }
})
