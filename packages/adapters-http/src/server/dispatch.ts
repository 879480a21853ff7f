/**
 * Tells workers of what a request has changed. Losing it costs time, never work.
 */
import type { Execution } from "@devteam/core/execution/State"
import { isEnded } from "@devteam/core/execution/Status"
import { Control } from "@devteam/core/ports/Control"
import { Hints } from "@devteam/core/ports/Hints"
import { settleIfAbandoned } from "@devteam/core/worker/settle"
import { Clock, Effect, type Scope } from "effect"

/** Hints at an execution of the service; settles what a dead process of the command line left, in `scope`. */
export const dispatch = Effect.fnUntraced(function* (execution: Execution, scope: Scope.Scope) {
  const { executionId, projectId, correlationId, boundTo, status } = execution
  const control = yield* Control
  yield* control.notify(projectId)
  if (isEnded(status) || status === "paused") return
  if (boundTo === "service") {
    const hints = yield* Hints
    const enqueuedAt = yield* Clock.currentTimeMillis
    return yield* Effect.ignore(hints.offer({ executionId, projectId, correlationId, enqueuedAt }))
  }
  if (status === "pausing" || status === "stopping") {
    yield* Effect.forkIn(Effect.ignore(settleIfAbandoned(projectId)), scope)
  }
})
