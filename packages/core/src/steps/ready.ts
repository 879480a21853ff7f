/**
 * What INITIALIZE found, as the later steps ask for it.
 */
import { Effect } from "effect"
import type { Execution, Ready } from "../execution/State.ts"
import { StepProblem } from "./StepError.ts"

/** What INITIALIZE found; every later step needs it. */
export const readyOf = (state: Execution): Effect.Effect<Ready, StepProblem> =>
  state.ready === undefined
    ? Effect.fail(
        new StepProblem({
          kind: "permanent",
          reason: "not_initialized",
          error: "environment",
          message: "The execution was never initialized."
        })
      )
    : Effect.succeed(state.ready)
