/**
 * The frames port in memory.
 */
import { Effect, Layer, PubSub, Stream } from "effect"
import { isEnded } from "../../execution/Status.ts"
import { Frames, FramesError, type FramesShape } from "../../ports/Frames.ts"
import { changesOf } from "./Control.ts"
import { addFrames, leaseRow, MemoryStore, type MemoryStoreShape, now } from "./MemoryStore.ts"

const sweep = ({ executions, frames }: MemoryStoreShape, endedBefore: number): number => {
  let forgotten = 0
  for (const [projectId, stored] of frames) {
    const rows = [...executions.values()].filter(({ state }) => state.projectId === projectId)
    const kept = rows.find(
      ({ state }, index) =>
        index === rows.length - 1 || !isEnded(state.status) || state.updatedAt > endedBefore
    )
    const left = stored.filter(({ seq }) => seq >= (kept?.firstFrame ?? 0))
    forgotten += stored.length - left.length
    frames.set(projectId, left)
  }
  return forgotten
}

const make = Effect.map(MemoryStore, (store): FramesShape => {
  const after = (projectId: Parameters<FramesShape["read"]>[0], seq: number) => {
    const stored = store.frames.get(projectId) ?? []
    return stored.slice(Math.max(0, seq + 1 - (stored.at(0)?.seq ?? 1)))
  }

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
        const stored = store.frames.get(projectId) ?? []
        return { first: stored.at(0)?.seq ?? 0, last: stored.at(-1)?.seq ?? 0 }
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
      ),
    sweep: (afterEndMs) => Effect.map(now, (time) => sweep(store, time - afterEndMs))
  }
})

/** The frames of the store in scope. */
export const layer: Layer.Layer<Frames, never, MemoryStore> = Layer.effect(Frames, make)
