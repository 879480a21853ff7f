/**
 * The answer to a person's request that was put through: how the execution stood, and how it stands.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { Status } from "@devteam/core/execution/Status"
import { Clock, Effect, type Scope } from "effect"
import { dispatch } from "./dispatch.ts"

/** Tells workers of the change, and answers. `changed` is false where the request was in force already. */
export const controlled = Effect.fnUntraced(function* (
  previousStatus: Status,
  { after, changed }: { readonly after: Execution; readonly changed: boolean },
  scope: Scope.Scope
) {
  yield* dispatch(after, scope)
  return {
    projectId: after.projectId,
    executionId: after.executionId,
    previousStatus,
    currentStatus: after.status,
    changed,
    at: new Date(yield* Clock.currentTimeMillis).toISOString()
  }
})
