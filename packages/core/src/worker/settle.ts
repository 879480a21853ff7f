/**
 * Settles a pause or stop whose worker is dead.
 *
 * It would stay `pausing` or `stopping` for ever, so whoever asked for it takes the lease and does what is left. A
 * live worker is left alone. Whoever only asked for a pause never works on: when somebody resumes meanwhile, the rest
 * is theirs.
 */
import { Effect, Option } from "effect"
import type { Execution } from "../execution/State.ts"
import type { ProjectId } from "../model/Ids.ts"
import { Journal } from "../ports/Journal.ts"
import { defaultWorkOptions, work } from "./work.ts"

const isDue = ({ status }: Execution): boolean => status === "pausing" || status === "stopping"

/** Takes over what a dead worker left of a pause or stop; does nothing where a live one holds the project. */
export const settleIfAbandoned = Effect.fn("Worker.settleIfAbandoned")(function* (projectId: ProjectId) {
  const journal = yield* Journal
  const executionId = yield* journal.latest(projectId)
  if (Option.isNone(executionId)) return
  if (!isDue(yield* journal.load(executionId.value))) return
  yield* work(executionId.value, { ...defaultWorkOptions, goesOn: isDue })
})
