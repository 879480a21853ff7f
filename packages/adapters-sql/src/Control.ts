/**
 * The control port: wake-ups from the journal's own commits.
 */
import { Effect, Layer } from "effect"
import { Control } from "@devteam/core/ports/Control"
import { Wakeups } from "./Wakeups.ts"

/** Emits within 200 ms of a commit of any process on this database. */
export const layer: Layer.Layer<Control, never, Wakeups> = Layer.effect(
  Control,
  Wakeups.use(({ changes, notify }) => Effect.succeed({ changes, notify }))
)
