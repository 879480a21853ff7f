/**
 * Port: named places where a test can make the process die.
 *
 * In production it does nothing. It is a reference with a default, so no layer has to mention it.
 */
import { Context, Effect } from "effect"

/** Passes a place by name, such as `VERIFY:started`; may never return. */
export type Failpoint = (name: string) => Effect.Effect<void>

/** The failpoints in force. */
export const Failpoints = Context.Reference<Failpoint>("@devteam/core/Failpoints", {
  defaultValue: () => () => Effect.void
})
