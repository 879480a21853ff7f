/**
 * Settles a pause or stop whose worker is dead.
 *
 * It would stay `pausing` or `stopping` for ever, so whoever asked for it takes the lease and does what is left. A
 * live worker is left alone.
 */
import { Effect, Option } from "effect"
import type { ProjectId } from "../model/Ids.ts"
import { Journal } from "../ports/Journal.ts"
import { defaultWorkOptions, work } from "./work.ts"

/** Takes over what a dead worker left of a pause or stop; does nothing where a live one holds the project. */
export const settleIfAbandoned = Effect.fn("Worker.settleIfAbandoned")(function* (projectId: ProjectId) {
  const journal = yield* Journal
  const executionId = yield* journal.latest(projectId)
  if (Option.isNone(executionId)) return
  const { status } = yield* journal.load(executionId.value)
  if (status === "pausing" || status === "stopping") yield* work(executionId.value, defaultWorkOptions)
})
