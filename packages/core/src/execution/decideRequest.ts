/**
 * Requests: what people may ask for, read off the lifecycle table.
 *
 * A request never ends a step that runs; only the worker that holds the project knows how that ended.
 */
import { Result } from "effect"
import { type Command, type Request, requestName } from "./Command.ts"
import { decideDecision } from "./decideDecision.ts"
import type { Event } from "./Event.ts"
import { notLegal, notPossible, type Rejection } from "./Rejection.ts"
import { pushIsUnsettled } from "./settle.ts"
import type { Execution, State } from "./State.ts"
import { type Cell, type Condition, type Effect, transitions } from "./transitions.ts"

const holds = (condition: Condition, state: Execution): boolean => {
  switch (condition) {
    case "waiting":
      return state.waiting !== undefined
    case "waiting_without_open_push":
      return state.waiting !== undefined && state.push === undefined && !pushIsUnsettled(state)
    case "push_unresolved":
      return pushIsUnsettled(state)
    case "paused_by_held":
      return state.pause?.reason === "held"
  }
}

/** The effect that a cell has in a state. */
const effectOf = (cell: Cell, state: State): Effect =>
  cell.when !== undefined && state !== undefined && holds(cell.when.condition, state)
    ? cell.when.effect
    : cell.effect

const requested = (request: Exclude<Request, { readonly _tag: "Decide" }>): Event => {
  switch (request._tag) {
    case "Start": {
      const { _tag: _, ...fields } = request
      return { _tag: "ExecutionRequested", ...fields }
    }
    case "Pause":
      return { _tag: "PauseRequested", mode: request.mode, by: request.by }
    case "Resume":
      return request.delivery === undefined
        ? { _tag: "Resumed", by: request.by }
        : { _tag: "Resumed", by: request.by, delivery: request.delivery }
    case "Stop":
      return { _tag: "StopRequested", by: request.by }
    case "Join": {
      const { _tag: _, ...fields } = request
      return { _tag: "WorkRequested", ...fields }
    }
  }
}

const consequence = (effect: Effect, state: State): ReadonlyArray<Event> => {
  if (effect === "paused") return [{ _tag: "Paused", reason: "request", message: "Paused on request." }]
  if (effect !== "stopped") return []
  const abandoned: ReadonlyArray<Event> =
    state?.push === undefined
      ? []
      : [
          {
            _tag: "PushResolved",
            intent: state.push.intent,
            outcome: { _tag: "NotPushed" },
            inherited: state.push.inherited !== undefined
          }
        ]
  return [...abandoned, { _tag: "Stopped" }]
}

/** A pause that wants the running step interrupted although one was already asked for at its end. */
const isMoreUrgent = (request: Request, state: State): boolean =>
  request._tag === "Pause" &&
  request.mode === "now" &&
  state?.status === "pausing" &&
  state.pauseMode === "step"

/** Why verified tasks cannot go elsewhere from here on, where a resume wants them to. */
const redirection = (request: Request, state: State): Rejection | undefined => {
  if (request._tag !== "Resume" || request.delivery === undefined || state === undefined) return undefined
  if (request.delivery === state.settings.delivery) return undefined
  const refuse = (message: string) => notPossible("resume", state.status, message)
  if (state.settings.delivery === "local" || request.delivery === "local") {
    return refuse("A local delivery is another repository. Stop this execution, and start one with it.")
  }
  if (state.status === "paused" && state.push === undefined && state.inHand?.landed === undefined)
    return undefined
  return refuse(
    "Where tasks are delivered can be changed only while the execution is paused and no push is open."
  )
}

/** Decides a request by the table. */
export const decideRequest = (
  { at: _, ...request }: Command & Request,
  state: State
): Result.Result<ReadonlyArray<Event>, Rejection> => {
  const name = requestName(request)
  const column = state?.status ?? "none"
  const effect = effectOf(transitions[name][column], state)
  if (effect === "reject") return Result.fail(notLegal(name, column))
  if (request._tag === "Decide") {
    // An ended execution decides nothing any more; its kept change is ordered with a new one.
    return state === undefined || effect === "new_execution"
      ? Result.fail(notLegal(name, column))
      : decideDecision(request, state, effect === "what_it_was")
  }
  const refused = redirection(request, state)
  if (refused !== undefined) return Result.fail(refused)
  if (effect === "same" && !isMoreUrgent(request, state)) return Result.succeed([])
  return Result.succeed([requested(request), ...consequence(effect, state)])
}
