/**
 * What `pause` and `stop` say of what they did.
 */
import { Effect } from "effect"
import { Invocation } from "../Invocation.ts"
import { verdictOf } from "../run/summary.ts"
import type { Outcome } from "./await.ts"

/** Says it; `pendingHint` is what helps when it has not happened yet. */
export const answer = Effect.fnUntraced(function* (outcome: Outcome, json: boolean, pendingHint: string) {
  const { output } = yield* Invocation
  const { before, after, changed, settled } = outcome
  if (json) {
    output.document({
      projectId: after.projectId,
      executionId: after.executionId,
      previousStatus: before.status,
      currentStatus: after.status,
      changed,
      at: new Date(after.updatedAt).toISOString()
    })
    return
  }
  if (settled) return output.data(changed ? verdictOf(after) : `${verdictOf(after)} It was so already.`)
  const step = after.active?.step ?? "a step"
  const task = after.inHand === undefined ? "" : ` of ${after.inHand.task.id}`
  output.data(`${after.projectId} is ${after.status}: ${step}${task} is still running. ${pendingHint}`)
})
