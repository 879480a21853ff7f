/**
 * Ctrl-C and its relatives: who gets them, and whether one came.
 *
 * A command that has something to finish takes them over; otherwise the command is interrupted.
 */
import { Effect, type Scope } from "effect"

const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** See above. */
export interface Signals {
  /** Whether any came. */
  readonly received: () => boolean
  /** Whether somebody intercepts at the moment. */
  readonly intercepted: () => boolean
  /** What came has been done as it is meant to be: it is no interruption. */
  readonly forget: () => void
  /** Until the scope closes, calls `handler` with the number of signals so far: 1, 2, … */
  readonly intercept: (handler: (count: number) => void) => Effect.Effect<void, never, Scope.Scope>
}

/** Listens until `close`; `otherwise` gets what nobody intercepts. */
export const listenToSignals = (otherwise: () => void): Signals & { readonly close: () => void } => {
  let count = 0
  let current: ((count: number) => void) | undefined
  const listener = () => {
    count += 1
    if (current === undefined) otherwise()
    else current(count)
  }
  for (const name of names) process.on(name, listener)
  return {
    received: () => count > 0,
    intercepted: () => current !== undefined,
    forget: () => {
      count = 0
    },
    intercept: (handler) =>
      Effect.asVoid(
        Effect.acquireRelease(
          Effect.sync(() => {
            current = handler
          }),
          () =>
            Effect.sync(() => {
              current = undefined
            })
        )
      ),
    close: () => {
      for (const name of names) process.off(name, listener)
    }
  }
}
