/**
 * The laws of an execution's life, checked on its journal alone.
 *
 * They know nothing of the state: what is said here can be checked by anybody who reads the events.
 */
import type { Event } from "../../../src/execution/Event.ts"
import type { Status } from "../../../src/execution/Status.ts"

/** What the journal says so far of pushes and of the end. */
export interface Watched {
  /** A push that may be on the remote and that nobody has resolved. */
  readonly unresolved: boolean
  /** A push that is on the remote and whose task is not completed. */
  readonly owed: boolean
  readonly ended: boolean
}

/** Before the first event. */
export const unwatched: Watched = { unresolved: false, owed: false, ended: false }

const isEnd = (event: Event): boolean =>
  event._tag === "Stopped" || event._tag === "ExecutionCompleted" || event._tag === "ExecutionFailed"

/** The law that an event breaks, if it does. */
export const brokenBy = (event: Event, { unresolved, owed, ended }: Watched): string | undefined => {
  if (ended) return `${event._tag} after the end`
  if (event._tag === "TaskCompleted")
    return owed ? undefined : "a task was completed without a push that landed"
  if (!isEnd(event)) return undefined
  if (owed) return `${event._tag} although a push landed and its task is not completed`
  const handsOn = event._tag === "Stopped" && event.unresolvedPush !== undefined
  if (unresolved === handsOn) return undefined
  return unresolved
    ? `${event._tag} while a push is unresolved`
    : "Stopped with an unresolved push that is not there"
}

/** Reads one event. */
export const watch = (event: Event, watched: Watched): Watched => {
  if (isEnd(event)) return { ...watched, ended: true }
  switch (event._tag) {
    case "ExecutionRequested":
      return { ...watched, unresolved: event.inherited !== undefined }
    case "StepStarted":
      return event.mode === "push" ? { ...watched, unresolved: true } : watched
    case "PushResolved":
      return { ...watched, unresolved: false, owed: watched.owed || event.outcome._tag === "Landed" }
    case "TaskCompleted":
      return { ...watched, owed: false }
    default:
      return watched
  }
}

type Edges = Partial<Record<Event["_tag"], ReadonlyArray<Status>>>

const ends: Edges = { ExecutionCompleted: ["completed"], ExecutionFailed: ["error"] }

/** Where a status may go, and by which event. */
export const edges: Record<Status, Edges> = {
  initializing: {
    Initialized: ["running"],
    PauseRequested: ["pausing"],
    StopRequested: ["stopping"],
    ExecutionFailed: ["error"]
  },
  running: { Paused: ["paused"], PauseRequested: ["pausing"], StopRequested: ["stopping"], ...ends },
  pausing: { Paused: ["paused"], Resumed: ["initializing", "running"], StopRequested: ["stopping"], ...ends },
  paused: { Resumed: ["initializing", "running"], StopRequested: ["stopping"] },
  stopping: { Stopped: ["stopped"], ...ends },
  stopped: {},
  completed: {},
  error: {}
}
