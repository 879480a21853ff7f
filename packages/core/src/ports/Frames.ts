/**
 * Port: the stream of frames of a project, stored, numbered in commit order, without hole or repeat.
 *
 * Frames of journal events are written by the journal's own append; here are the frames of log output, and reading.
 * Log output is stored once: the stdout artifact is a view of these frames.
 */
import { Context, type Effect, Schema, type Stream } from "effect"
import type { Frame, FrameDraft } from "../envelope/Frame.ts"
import type { ExecutionId, ProjectId } from "../model/Ids.ts"

/** `stale_epoch`: another worker holds the project. */
export class FramesError extends Schema.TaggedError<FramesError>()("FramesError", {
  reason: Schema.Literals(["stale_epoch", "unavailable"]),
  message: Schema.String
}) {
  /** Whether the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return this.reason === "unavailable"
  }
}

/** A stored frame with its running number in the project. */
export interface StoredFrame {
  readonly seq: number
  readonly frame: Frame
}

/** Whose log output, and which part of it: at most `limit` frames behind the number `after`. */
export interface LogFilter {
  readonly taskId?: string | undefined
  readonly round?: number | undefined
  readonly step?: string | undefined
  readonly after?: number | undefined
  readonly limit?: number | undefined
}

/** The frames port. */
export interface FramesShape {
  /** The database's stream id: another one after a reset. */
  readonly stream: string
  /** Stores a worker's drafts, in order. */
  readonly append: (
    projectId: ProjectId,
    epoch: number,
    drafts: ReadonlyArray<FrameDraft>
  ) => Effect.Effect<void, FramesError>
  /** Frames with a number greater than `after`, in order, at most `limit`. */
  readonly read: (
    projectId: ProjectId,
    after: number,
    limit: number
  ) => Effect.Effect<ReadonlyArray<StoredFrame>, FramesError>
  /** Numbers of the oldest and newest stored frame; 0 and 0 when there is none. */
  readonly range: (
    projectId: ProjectId
  ) => Effect.Effect<{ readonly first: number; readonly last: number }, FramesError>
  /** The stored frames after `after`, then new ones as they are committed by any process (within 200 ms). Endless. */
  readonly follow: (projectId: ProjectId, after: number) => Stream.Stream<StoredFrame, FramesError>
  /** The log frames of an execution, in order. */
  readonly logs: (
    executionId: ExecutionId,
    filter: LogFilter
  ) => Effect.Effect<ReadonlyArray<StoredFrame>, FramesError>
  /**
   * Forgets the frames of executions that ended more than `afterEndMs` ago, oldest first, so that what is left of a
   * project is without hole at any time. Those of a project's newest execution stay whatever their age, and numbers
   * are never given out twice. Works in small transactions; answers how many it was.
   */
  readonly sweep: (afterEndMs: number) => Effect.Effect<number, FramesError>
}

/** See {@link FramesShape}. */
export class Frames extends Context.Service<Frames, FramesShape>()("@devteam/core/Frames") {}
