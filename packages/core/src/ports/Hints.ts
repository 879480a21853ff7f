/**
 * Port: the queue that tells workers where there may be something to do.
 *
 * Only the id in a hint is trusted; losing or doubling one harms nothing, because the sweep finds what is runnable.
 */
import { Context, type Effect, Schema, type Stream } from "effect"
import type { CorrelationId, ExecutionId, ProjectId } from "../model/Ids.ts"

/** The queue does not take hints at the moment. */
export class HintsError extends Schema.TaggedError<HintsError>()("HintsError", {
  reason: Schema.Literals(["unavailable"]),
  message: Schema.String
}) {
  /** Always true: the sweep offers it again. */
  get retryable(): boolean {
    return true
  }
}

/** "Look at this execution." Times in epoch ms. */
export interface Hint {
  readonly executionId: ExecutionId
  readonly projectId: ProjectId
  readonly correlationId: CorrelationId
  readonly enqueuedAt: number
}

/** The hints port. */
export interface HintsShape {
  readonly offer: (hint: Hint) => Effect.Effect<void, HintsError>
  /** Hints as they come, each to one taker. Endless. */
  readonly take: Stream.Stream<Hint, HintsError>
}

/** See {@link HintsShape}. */
export class Hints extends Context.Service<Hints, HintsShape>()("@devteam/core/Hints") {}
