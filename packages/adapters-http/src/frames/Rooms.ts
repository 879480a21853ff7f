/**
 * The projects that somebody watches, each followed once for all its watchers.
 *
 * A room lives from its first watcher to its last. When the store cannot be read it tries again every second; the
 * watchers are told once.
 */
import type { ProjectId } from "@devteam/core/model/Ids"
import { Frames, type FramesError } from "@devteam/core/ports/Frames"
import { Cause, Effect, type Fiber, Schedule, Stream } from "effect"
import { makeTail, type Tail } from "./Tail.ts"

/** Who is told that there is something new, that there is nothing to be had at the moment, or never again. */
export interface RoomMember {
  readonly wake: () => void
  readonly unavailable: (error: FramesError) => void
  readonly broken: () => void
}

/** One project as its watchers share it. */
export interface Room {
  readonly tail: Tail
  readonly leave: () => void
}

/** See above. `start` is the newest stored number, for the case that the room is not there yet. */
export interface Rooms {
  readonly enter: (projectId: ProjectId, start: number, member: RoomMember) => Room
}

/**
 * Runs until it succeeds, once a second. `unavailable` is told of the first failure, `broken` of a defect, which
 * ends it.
 */
export const persistently = <A, R>(
  effect: Effect.Effect<A, FramesError, R>,
  { unavailable, broken }: Pick<RoomMember, "unavailable" | "broken">
): Effect.Effect<A, FramesError, R> => {
  let told = false
  return effect.pipe(
    Effect.tapError((error) =>
      Effect.sync(() => {
        if (!told) unavailable(error)
        told = true
      })
    ),
    Effect.retry(Schedule.spaced("1 second")),
    Effect.onError((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.void
        : Effect.andThen(Effect.logError("Frames can no longer be told", cause), Effect.sync(broken))
    )
  )
}

interface Entry {
  readonly tail: Tail
  readonly members: Set<RoomMember>
  fiber: Fiber.Fiber<unknown, unknown> | undefined
}

/** Rooms over the frames in scope. */
export const makeRooms: Effect.Effect<Rooms, never, Frames> = Effect.gen(function* () {
  const frames = yield* Frames
  const fork = Effect.runForkWith(yield* Effect.context<Frames>())
  const entries = new Map<ProjectId, Entry>()

  const follow = (projectId: ProjectId, entry: Entry): void => {
    const { tail, members } = entry
    const following = Stream.suspend(() => frames.follow(projectId, tail.last())).pipe(
      Stream.runForEachArray((found) =>
        Effect.sync(() => {
          tail.push(found)
          for (const member of members) member.wake()
        })
      )
    )
    entry.fiber = fork(
      persistently(following, {
        unavailable: (error) => members.forEach((member) => member.unavailable(error)),
        broken: () => {
          // Whoever comes next gets a room that works.
          forget(projectId, entry)
          members.forEach((member) => member.broken())
        }
      })
    )
  }
  const forget = (projectId: ProjectId, entry: Entry): void => {
    if (entries.get(projectId) === entry) entries.delete(projectId)
  }

  return {
    enter: (projectId, start, member) => {
      const found = entries.get(projectId)
      const entry: Entry = found ?? { tail: makeTail(start), members: new Set(), fiber: undefined }
      entry.members.add(member)
      if (found === undefined) {
        entries.set(projectId, entry)
        follow(projectId, entry)
      }
      return {
        tail: entry.tail,
        leave: () => {
          entry.members.delete(member)
          if (entry.members.size > 0) return
          forget(projectId, entry)
          entry.fiber?.interruptUnsafe()
        }
      }
    }
  }
})
