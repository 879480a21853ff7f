/**
 * Forgetting what nobody needs any longer, so that a database does not grow for ever: answers to clients' requests and
 * events, and the frames of executions that have ended. Journals and artifacts stay.
 */
import { Duration, Effect } from "effect"
import { Frames } from "../ports/Frames.ts"
import { Intake } from "../ports/Intake.ts"

/** How long events are known, and how long frames stay after the end of their execution. */
export const kept = Duration.days(30)

const warn = ({ message }: { readonly message: string }) => Effect.logWarning(message)

/** Forgets what is older than {@link kept}. What cannot be forgotten now is logged, and left to the next time. */
export const forgetOld = Effect.gen(function* () {
  const intake = yield* Intake
  const frames = yield* Frames
  const ms = Duration.toMillis(kept)
  yield* Effect.catch(intake.sweep(ms), warn)
  yield* Effect.catch(frames.sweep(ms), warn)
})
