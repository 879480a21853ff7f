/**
 * How a due pause or stop takes effect once nothing runs.
 *
 * Both wait for a push whose end is not on record yet: until somebody looked at the remote, neither "it is there" nor
 * "it is not" may be said, and what landed is a completed task before anything else is said of it.
 */
import type { Event } from "./Event.ts"
import type { Execution, State } from "./State.ts"

/** Whether a push is still to be looked for on the remote, or has landed and its task is not yet completed. */
export const pushIsUnsettled = (state: Execution): boolean =>
  state.push?.phase === "unknown" || state.inHand?.landed !== undefined

const stopped = (state: Execution): ReadonlyArray<Event> => {
  const { push } = state
  if (state.inHand?.landed !== undefined) return []
  if (push?.phase === "unknown") {
    return state.waiting === undefined ? [] : [{ _tag: "Stopped", unresolvedPush: push.intent }]
  }
  if (push === undefined) return [{ _tag: "Stopped" }]
  const inherited = push.inherited !== undefined
  return [
    { _tag: "PushResolved", intent: push.intent, outcome: { _tag: "NotPushed" }, inherited },
    { _tag: "Stopped" }
  ]
}

/** The events that end a pausing or stopping, or none while something still has to be done. */
export const settle = (state: State): ReadonlyArray<Event> => {
  if (state === undefined || state.active !== undefined) return []
  if (state.status === "stopping") return stopped(state)
  if (state.status !== "pausing" || (pushIsUnsettled(state) && state.waiting === undefined)) return []
  return [{ _tag: "Paused", reason: "request", message: "Paused on request." }]
}
