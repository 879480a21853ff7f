/**
 * Why an execution does what it does, or nothing: its state, its lease and what comes next, in sentences.
 */
import { describeExecution } from "@devteam/core/execution/describe"
import type { Execution } from "@devteam/core/execution/State"
import { isEnded } from "@devteam/core/execution/Status"
import { type Directive, next } from "@devteam/core/execution/next"
import type { ExecutionId } from "@devteam/core/model/Ids"
import { Host } from "@devteam/core/ports/Host"
import { Journal } from "@devteam/core/ports/Journal"
import { Leases } from "@devteam/core/ports/Leases"
import { Effect, Option } from "effect"

const iso = (millis: number): string => new Date(millis).toISOString()

interface Worker {
  readonly host: string
  readonly pid: number
  readonly alive: boolean
  readonly leaseUntil: string
}

const directiveName = (directive: Directive): string => {
  switch (directive._tag) {
    case "RunStep":
      return `run ${directive.step}`
    case "WaitUntil":
      return `wait until ${iso(directive.waiting.until)}`
    case "Recover":
      return `run ${directive.step} again`
    case "Settle":
      return "settle"
    case "Rest":
      return "rest"
  }
}

const aboutWorker = (state: Execution, worker: Worker | null): ReadonlyArray<string> => {
  if (isEnded(state.status) || state.status === "paused") return []
  if (worker?.alive === true) return [`Process ${worker.pid} on ${worker.host} works on it.`]
  const who =
    state.boundTo === "service"
      ? "a worker of the service takes it as soon as one is free"
      : "it belongs to the command line: devteam resume goes on with it"
  return [
    worker === null
      ? `Nobody works on it at the moment: ${who}.`
      : `Its worker, process ${worker.pid} on ${worker.host}, is dead: ${who}.`
  ]
}

/** The explanation of an execution. */
export const explain = Effect.fnUntraced(function* (executionId: ExecutionId) {
  const journal = yield* Journal
  const leases = yield* Leases
  const host = yield* Host
  const state = yield* journal.load(executionId)
  const held = yield* leases.holder(state.projectId)
  const worker: Worker | null = Option.isNone(held)
    ? null
    : {
        host: held.value.owner.host,
        pid: held.value.owner.pid,
        alive: !(yield* host.isDead(held.value.owner)),
        leaseUntil: iso(held.value.expiresAt)
      }
  return {
    executionId,
    projectId: state.projectId,
    status: state.status,
    sentences: [...describeExecution(state), ...aboutWorker(state, worker)],
    // While a worker is at it, the step that runs is no crash to recover from.
    next:
      worker?.alive === true && state.active !== undefined
        ? `finish ${state.active.step}`
        : directiveName(next(state)),
    worker,
    liveLeases: yield* leases.count
  }
})
