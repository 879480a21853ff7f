/**
 * Requests: what people may ask for, read off the lifecycle table.
 *
 * A request never ends a step that runs; only the worker that holds the project knows how that ended.
 */
import { Result } from "effect"
import { type Command, type Request, requestName } from "./Command.ts"
import type { Event } from "./Event.ts"
import { notLegal, type Rejection } from "./Rejection.ts"
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
  }
}

/** The effect that a cell has in a state. */
export const effectOf = (cell: Cell, state: State): Effect =>
  cell.when !== undefined && state !== undefined && holds(cell.when.condition, state)
    ? cell.when.effect
    : cell.effect

const requested = (request: Request): Event => {
  switch (request._tag) {
    case "Start": {
      const { _tag: _, ...fields } = request
      return { _tag: "ExecutionRequested", ...fields }
    }
    case "Pause":
      return { _tag: "PauseRequested", mode: request.mode, by: request.by }
    case "Resume":
      return { _tag: "Resumed", by: request.by }
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

/** Decides a request by the table. */
export const decideRequest = (
  { at: _, ...request }: Command & Request,
  state: State
): Result.Result<ReadonlyArray<Event>, Rejection> => {
  const name = requestName(request)
  const column = state?.status ?? "none"
  const effect = effectOf(transitions[name][column], state)
  if (effect === "reject") return Result.fail(notLegal(name, column))
  if (effect === "same" && !isMoreUrgent(request, state)) return Result.succeed([])
  return Result.succeed([requested(request), ...consequence(effect, state)])
}
