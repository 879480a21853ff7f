/**
 * Tells a service's workers that an execution has work. Losing it costs time, never work: they look by themselves.
 */
import { Clock, Effect } from "effect"
import type { Execution } from "../execution/State.ts"
import { isEnded } from "../execution/Status.ts"
import { Hints } from "../ports/Hints.ts"

/** Offers a hint; does nothing where a service has nothing to do. */
export const hintAt = Effect.fnUntraced(function* (execution: Execution) {
  const { executionId, projectId, correlationId, boundTo, status } = execution
  if (boundTo !== "service" || isEnded(status) || status === "paused") return
  const hints = yield* Hints
  const enqueuedAt = yield* Clock.currentTimeMillis
  yield* Effect.ignore(hints.offer({ executionId, projectId, correlationId, enqueuedAt }))
})
