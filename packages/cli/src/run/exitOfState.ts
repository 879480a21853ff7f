/**
 * What the state of an execution at its rest means for the exit code.
 */
import type { Execution } from "@devteam/core/execution/State"
import type { ErrorReason, PauseReason } from "@devteam/core/execution/Status"
import { exitCodes } from "../ExitWith.ts"

const ofPause: Record<PauseReason, number> = {
  request: exitCodes.paused,
  until_task: exitCodes.paused,
  max_tasks: exitCodes.paused,
  max_cost: exitCodes.paused,
  max_tokens: exitCodes.paused,
  held: exitCodes.tasksLeft,
  list_invalid: exitCodes.usage,
  push_refused: exitCodes.environment,
  baseline_broken: exitCodes.environment
}

const ofError: Record<ErrorReason, number> = {
  tasks_failed: exitCodes.tasksLeft,
  too_many_failed_tasks: exitCodes.tasksLeft,
  keeps_crashing: exitCodes.tasksLeft,
  no_tasks: exitCodes.usage,
  unknown_task: exitCodes.usage,
  list_missing: exitCodes.usage,
  list_invalid: exitCodes.usage,
  agent: exitCodes.environment,
  auth: exitCodes.environment,
  environment: exitCodes.environment
}

/** The exit code; one that goes on elsewhere is none of our failures. */
export const exitOfState = (state: Execution): number => {
  switch (state.status) {
    case "paused":
      return state.pause === undefined ? exitCodes.paused : ofPause[state.pause.reason]
    case "stopped":
      return exitCodes.stopped
    case "error":
      return state.error === undefined ? exitCodes.environment : ofError[state.error.reason]
    default:
      return exitCodes.done
  }
}
