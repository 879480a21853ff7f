/**
 * A person's request to a project's newest execution.
 *
 * A live worker notices the journal's change and does its part. Where it is dead, `settle.ts` does it.
 */
import { Effect, Option } from "effect"
import { type Request, requestName } from "../execution/Command.ts"
import { notLegal } from "../execution/Rejection.ts"
import type { ProjectId } from "../model/Ids.ts"
import { Control } from "../ports/Control.ts"
import { Journal } from "../ports/Journal.ts"
import { RequestRejected, submit } from "./submit.ts"

type ExistingRequest = Exclude<Request, { readonly _tag: "Start" }>

/** Submits a request to the newest execution of a project. */
export const request = Effect.fn("Worker.request")(function* (
  projectId: ProjectId,
  command: ExistingRequest
) {
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
