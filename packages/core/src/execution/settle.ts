/**
 * How a due pause or stop takes effect once nothing runs.
 *
 * Pausing and stopping wait for an unresolved push: until somebody looked at the remote, neither "it is there" nor
 * "it is not" may be said.
 */
import type { Event } from "./Event.ts"
import type { State } from "./State.ts"

/** The events that end a pausing or stopping, or none while something still has to be done. */
export const settle = (state: State): ReadonlyArray<Event> => {
  if (state === undefined || state.active !== undefined || state.inHand?.landed !== undefined) return []
  const { push } = state
  if (state.status === "pausing") {
    return push?.phase === "unknown" && state.waiting === undefined
      ? []
      : [{ _tag: "Paused", reason: "request", message: "Paused on request." }]
  }
  if (state.status !== "stopping") return []
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
