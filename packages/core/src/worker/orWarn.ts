/**
 * What a worker does on its way out must not fail it, and must not fail in silence either.
 */
import { Effect } from "effect"

/** Does it; what goes wrong is a warning in the log. Whatever is left is found again by the next holder. */
export const orWarn = <A, E, R>(what: string, act: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
  act.pipe(
    Effect.asVoid,
    Effect.catchCause((cause) => Effect.logWarning(`${what} failed`, cause))
  )
