/**
 * Drives one execution to its rest from one process: the CLI's worker.
 *
 * Works, waits out waits without holding the project, and works again. Returns when the execution is settled, or when
 * another process holds the project.
 */
import { Clock, Duration, Effect, Stream } from "effect"
import type { ExecutionId } from "../model/Ids.ts"
import { Control } from "../ports/Control.ts"
import { Journal } from "../ports/Journal.ts"
import { defaultWorkOptions, work, type WorkOptions, type WorkResult } from "./work.ts"

/** Until a time, or until somebody appends something. */
const wait = Effect.fnUntraced(function* (executionId: ExecutionId, version: number, until: number) {
  const control = yield* Control
  const journal = yield* Journal
  const { projectId } = yield* journal.load(executionId)
  const ms = Math.max(0, until - (yield* Clock.currentTimeMillis))
  const changed = control.changes(projectId).pipe(
    Stream.mapEffect(() => journal.load(executionId)),
    Stream.takeUntil((state) => state.version !== version),
    Stream.runDrain
  )
  yield* Effect.raceFirst(Effect.sleep(Duration.millis(ms)), changed)
})

/** Drives until `Rested` or `Busy`. */
export const drive = Effect.fn("Worker.drive")(function* (
  executionId: ExecutionId,
  options: WorkOptions = defaultWorkOptions
) {
  for (;;) {
    const result: WorkResult = yield* work(executionId, options)
    if (result._tag === "Rested" || result._tag === "Busy") return result
    if (result._tag === "Waiting") yield* wait(executionId, result.version, result.waiting.until)
  }
})
