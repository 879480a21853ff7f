/**
 * Takes up work that came while its project was not free: starts an execution for it, or lets it join the active one.
 *
 * Any worker may do it at any time; what somebody else was faster with, or what still has no place, is left alone.
 */
import { Clock, Effect, Result } from "effect"
import type { Rejection } from "../execution/Rejection.ts"
import type { Execution } from "../execution/State.ts"
import { type Deferral, Intake } from "../ports/Intake.ts"
import { isActive, join } from "./accept.ts"
import { newestOf, prepareStart } from "./start.ts"

const takeUp = Effect.fnUntraced(function* ({ id, work }: Deferral) {
  const intake = yield* Intake
  const newest = yield* newestOf(work.projectId)
  const at = Math.max(yield* Clock.currentTimeMillis, newest?.updatedAt ?? 0)
  const consequence: Result.Result<Parameters<typeof intake.takeUp>[1], Rejection> = isActive(newest)
    ? join(newest, work, at)
    : Result.map(yield* prepareStart({ ...work, boundTo: "service" }, newest, at), ({ events }) => ({
        _tag: "Create" as const,
        events
      }))
  return Result.isFailure(consequence) ? undefined : yield* intake.takeUp(id, consequence.success, at)
})

/** Takes up what has a place by now; answers the executions that got work. */
export const takeUpDeferred = Effect.gen(function* () {
  const intake = yield* Intake
  const found: Array<Execution> = []
  for (const deferral of yield* intake.deferred) {
    const execution = yield* takeUp(deferral).pipe(
      Effect.catch((error) =>
        Effect.logWarning("deferred work was not taken up", {
          projectId: deferral.work.projectId,
          reason: error.message
        })
      )
    )
    if (execution !== undefined) found.push(execution)
  }
  return found
}).pipe(Effect.withSpan("Worker.takeUpDeferred"))
