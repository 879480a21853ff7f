/**
 * Tells workers of what a request has changed. Losing it costs time, never work.
 */
import type { Execution } from "@devteam/core/execution/State"
import { Control } from "@devteam/core/ports/Control"
import { hintAt } from "@devteam/core/worker/hintAt"
import { settleIfAbandoned } from "@devteam/core/worker/settle"
import { Effect, type Scope } from "effect"

/** Hints at an execution of the service; settles what a dead process of the command line left, in `scope`. */
export const dispatch = Effect.fnUntraced(function* (execution: Execution, scope: Scope.Scope) {
  const { projectId, boundTo, status } = execution
  const control = yield* Control
  yield* control.notify(projectId)
  yield* hintAt(execution)
  if (boundTo === "cli" && (status === "pausing" || status === "stopping")) {
    yield* Effect.forkIn(Effect.ignore(settleIfAbandoned(projectId)), scope)
  }
})
