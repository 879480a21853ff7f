/**
 * A person's request to a project's execution, settled even where the worker that should do it is dead.
 *
 * A live worker notices the journal's change and does its part. A dead one would leave `pausing` or `stopping` for
 * ever, so whoever asks takes the lease and settles it.
 */
import { Effect, Option } from "effect"
import type { Request } from "../execution/Command.ts"
import { notLegal } from "../execution/Rejection.ts"
import { requestName } from "../execution/Command.ts"
import type { ProjectId } from "../model/Ids.ts"
import { Control } from "../ports/Control.ts"
import { Journal } from "../ports/Journal.ts"
import { RequestRejected, submit } from "./submit.ts"
import { defaultWorkOptions, work } from "./work.ts"

type ExistingRequest = Exclude<Request, { readonly _tag: "Start" }>

/** Submits a request to the newest execution of a project. */
export const request = Effect.fn("Worker.request")(function* (projectId: ProjectId, command: ExistingRequest) {
  const journal = yield* Journal
  const control = yield* Control
  const executionId = yield* journal.latest(projectId)
  if (Option.isNone(executionId)) {
    return yield* new RequestRejected({ rejection: notLegal(requestName(command), "none") })
  }
  const submitted = yield* submit(executionId.value, command)
  yield* control.notify(projectId)
  return submitted
})

/**
 * Takes over a pause or stop whose worker is dead. Answers at once, with `Busy`, when a live worker has the project.
 */
export const settleIfAbandoned = Effect.fn("Worker.settleIfAbandoned")(function* (projectId: ProjectId) {
  const journal = yield* Journal
  const executionId = yield* journal.latest(projectId)
  if (Option.isNone(executionId)) return
  const { status } = yield* journal.load(executionId.value)
  if (status === "pausing" || status === "stopping") yield* work(executionId.value, defaultWorkOptions)
})
