/**
 * Frames of a project, as a worker would store them.
 */
import type { FrameDraft } from "@devteam/core/envelope/Frame"
import type { ProjectId } from "@devteam/core/model/Ids"
import { Frames } from "@devteam/core/ports/Frames"
import { Leases } from "@devteam/core/ports/Leases"
import * as given from "@devteam/core/testing/given"
import { Effect, Schedule } from "effect"

/** Log output of a text. */
export const logDraft = (text: string, executionId: string = given.executionId()): FrameDraft => ({
  type: "execution-log",
  at: Date.now(),
  payload: { executionId, step: "IMPLEMENT", stream: "stdout", text }
})

/** Holds the project, and stores what it is given. */
export const producer = (projectId: ProjectId) =>
  Effect.gen(function* () {
    const frames = yield* Frames
    const lease = yield* (yield* Leases).acquire(projectId, given.owner(), 600_000, () =>
      Effect.succeed(true)
    )
    const { epoch } = yield* Effect.fromOption(lease)
    return (...texts: ReadonlyArray<string>) =>
      // Now, each time that it is run: a repeated append makes new drafts.
      Effect.suspend(() =>
        frames.append(
          projectId,
          epoch,
          texts.map((text) => logDraft(text))
        )
      )
  })

/** How much an agent that says a lot says: ten times a second 7 chunks of 15 KB, about 1 MB/s. */
export const busy = { chunks: 7, text: "x".repeat(15_000), everyMs: 100 }

/** Stores like a busy agent, for that many tenths of a second. */
export const produceBusily = (projectId: ProjectId, times: number) =>
  Effect.gen(function* () {
    const append = yield* producer(projectId)
    const chunks = Array.from({ length: busy.chunks }, () => busy.text)
    yield* Effect.repeat(append(...chunks), {
      schedule: Schedule.fixed(busy.everyMs),
      times: times - 1
    })
  })

/** The texts of frames, in order. */
export const textsOf = (frames: ReadonlyArray<{ readonly payload: Readonly<Record<string, unknown>> }>) =>
  frames.map(({ payload }) => payload["text"])
