/**
 * What the worker is to do next.
 *
 * A plain function of the state: there is no other place that knows the order of things. It is asked only when
 * nothing runs in this process.
 */
import type { PushMode, StepName } from "../model/Step.ts"
import { settle } from "./settle.ts"
import type { OpenPush, State } from "./State.ts"
import { isEnded, type Status, type Waiting } from "./Status.ts"

/** The worker's next act. */
export type Directive =
  | { readonly _tag: "RunStep"; readonly step: StepName; readonly mode?: PushMode }
  | { readonly _tag: "WaitUntil"; readonly waiting: Waiting }
  /** A step was started and nobody runs it: its worker died. */
  | { readonly _tag: "Recover"; readonly step: StepName }
  /** A pause or stop is due and nothing runs. */
  | { readonly _tag: "Settle" }
  /** There is nothing for a worker to do: no execution, an ended or a paused one. */
  | { readonly _tag: "Rest"; readonly status: Status | "none" }

const push = (open: OpenPush): Directive => ({
  _tag: "RunStep",
  step: "PUSH",
  mode: open.phase === "intended" ? "push" : "resolve"
})

/** Decides what comes next. */
export const next = (state: State): Directive => {
  if (state === undefined) return { _tag: "Rest", status: "none" }
  if (isEnded(state.status)) return { _tag: "Rest", status: state.status }
  if (state.active !== undefined) return { _tag: "Recover", step: state.active.step }
  if (state.status === "paused") return { _tag: "Rest", status: state.status }
  if (settle(state).length > 0) return { _tag: "Settle" }
  if (state.waiting !== undefined) return { _tag: "WaitUntil", waiting: state.waiting }
  if (state.push !== undefined) return push(state.push)
  if (state.status === "initializing") return { _tag: "RunStep", step: "INITIALIZE" }
  if (state.inHand === undefined) return { _tag: "RunStep", step: "SELECT" }
  return state.inHand.step === "PUSH"
    ? { _tag: "RunStep", step: "PUSH", mode: "intend" }
    : { _tag: "RunStep", step: state.inHand.step }
}
