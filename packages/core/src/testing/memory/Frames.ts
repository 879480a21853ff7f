/**
 * The frames port in memory.
 */
import { Effect, Layer, PubSub, Stream } from "effect"
import { Frames, FramesError, type FramesShape } from "../../ports/Frames.ts"
import { changesOf } from "./Control.ts"
import { addFrames, leaseRow, MemoryStore } from "./MemoryStore.ts"

const make = Effect.map(MemoryStore, (store): FramesShape => {
  const after = (projectId: Parameters<FramesShape["read"]>[0], seq: number) =>
    (store.frames.get(projectId) ?? []).slice(Math.max(0, seq))

  return {
    stream: store.stream,
    append: (projectId, epoch, drafts) =>
      Effect.suspend(() => {
        if (leaseRow(store, projectId).epoch !== epoch) {
          return Effect.fail(
            new FramesError({ reason: "stale_epoch", message: `Another worker holds ${projectId}.` })
          )
        }
        addFrames(store, projectId, drafts)
        return Effect.asVoid(PubSub.publish(store.committed, projectId))
      }),
    read: (projectId, seq, limit) => Effect.sync(() => after(projectId, seq).slice(0, limit)),
    range: (projectId) =>
      Effect.sync(() => {
        const last = store.frames.get(projectId)?.length ?? 0
        return { first: Math.min(1, last), last }
      }),
    follow: (projectId, seq) =>
      Stream.suspend(() => {
        let seen = seq
        return Stream.flatMap(changesOf(store, projectId), () => {
          const unseen = after(projectId, seen)
          seen = unseen.at(-1)?.seq ?? seen
          return Stream.fromArray(unseen)
        })
      }),
    logs: (executionId, { taskId, round, step, after: from = 0, limit }) =>
      Effect.sync(() =>
        [...store.frames.values()]
          .flat()
          .filter(
            ({ seq, frame: { payload, type } }) =>
              seq > from &&
              type === "execution-log" &&
              payload["executionId"] === executionId &&
              (taskId === undefined || payload["taskId"] === taskId) &&
              (round === undefined || payload["round"] === round) &&
              (step === undefined || payload["step"] === step)
          )
          .slice(0, limit)
      )
  }
})

/** The frames of the store in scope. */
export const layer: Layer.Layer<Frames, never, MemoryStore> = Layer.effect(Frames, make)
