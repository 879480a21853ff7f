/**
 * Asks something of a running execution, and waits until it has happened.
 *
 * A live worker does it; where there is none, this process does. How long that may take depends on what runs: nobody
 * is kept waiting for a whole agent.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { Status } from "@devteam/core/execution/Status"
import type { ProjectId } from "@devteam/core/model/Ids"
import { Control } from "@devteam/core/ports/Control"
import { Journal } from "@devteam/core/ports/Journal"
import { request } from "@devteam/core/worker/request"
import { Leases } from "@devteam/core/ports/Leases"
import { settleIfAbandoned } from "@devteam/core/worker/settle"
import { isDeadOwner } from "@devteam/runner/host/process"
import { Duration, Effect, Option, Schedule, Stream } from "effect"
import { withRunner } from "../runtime.ts"

type Asked = Parameters<typeof request>[1]

/** What came of it: `settled` when the wish has come true within the time. */
export interface Outcome {
  readonly before: Execution
  readonly after: Execution
  readonly changed: boolean
  readonly settled: boolean
}

/** What is asked, the status that lasts until it has come true, and how long that is waited for. */
export interface Wish {
  readonly command: Asked
  readonly pending: Status
  readonly limitMs: number
}

/** Does what a dead worker left undone. Git, sandbox and agents are loaded only then. */
const settle = Effect.fnUntraced(function* (projectId: ProjectId, dataDirectory: string) {
  const lease = yield* (yield* Leases).holder(projectId)
  if (Option.isSome(lease) && !isDeadOwner(lease.value.owner)) return
  yield* withRunner({ dataDirectory }, settleIfAbandoned(projectId))
})

/** Submits a request and waits for its effect. */
export const askAndWait = Effect.fnUntraced(function* (
  projectId: ProjectId,
  dataDirectory: string,
  { command, pending, limitMs }: Wish
) {
  const journal = yield* Journal
  const control = yield* Control
  const { before, after, changed } = yield* request(projectId, command)
  const { executionId } = after
  const left = control.changes(projectId).pipe(
    Stream.mapEffect(() => journal.load(executionId)),
    Stream.filter((state) => state.status !== pending),
    Stream.runHead
  )
  // A worker may die while we wait, so that is looked at more than once; a live one is given the time to do it.
  const settling = Effect.andThen(
    Effect.repeat(settle(projectId, dataDirectory), Schedule.spaced("500 millis")),
    Effect.never
  )
  const state = yield* Effect.raceFirst(left, settling).pipe(
    Effect.timeoutOption(Duration.millis(limitMs)),
    Effect.map(Option.flatten)
  )
  const last = Option.isSome(state) ? state.value : yield* journal.load(executionId)
  return { before, after: last, changed, settled: last.status !== pending } satisfies Outcome
})
