/**
 * Port: noticing that a project's journal changed, also by another process.
 *
 * A wake-up, not a message: what changed is in the journal, and a wake-up that is lost or doubled harms nothing but
 * time. Latency is at most 200 ms.
 */
import { Context, type Effect, type Stream } from "effect"
import type { ProjectId } from "../model/Ids.ts"

/** The control port. */
export interface ControlShape {
  /** Emits at once, and again whenever something of the project may have been committed by anybody. Endless. */
  readonly changes: (projectId: ProjectId) => Stream.Stream<void>
  /** Tells local listeners right away; remote ones find out by themselves. */
  readonly notify: (projectId: ProjectId) => Effect.Effect<void>
}

/** See {@link ControlShape}. */
export class Control extends Context.Service<Control, ControlShape>()("@devteam/core/Control") {}
