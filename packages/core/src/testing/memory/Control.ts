/**
 * The control port in memory.
 */
import { Effect, Layer, PubSub, Stream } from "effect"
import type { ProjectId } from "../../model/Ids.ts"
import { Control } from "../../ports/Control.ts"
import { MemoryStore, type MemoryStoreShape } from "./MemoryStore.ts"

/** Emits at once, and after every commit of the project. */
export const changesOf = ({ committed }: MemoryStoreShape, projectId: ProjectId): Stream.Stream<void> =>
  Stream.unwrap(
    Effect.map(PubSub.subscribe(committed), (subscription) =>
      Stream.fromSubscription(subscription).pipe(
        Stream.filter((changed) => changed === projectId),
        Stream.map(() => undefined),
        (later) => Stream.concat(Stream.succeed(undefined), later)
      )
    )
  )

/** The control of the store in scope. */
export const layer: Layer.Layer<Control, never, MemoryStore> = Layer.effect(
  Control,
  Effect.map(MemoryStore, (store) => ({
    changes: (projectId: ProjectId) => changesOf(store, projectId),
    notify: (projectId: ProjectId) => Effect.asVoid(PubSub.publish(store.committed, projectId))
  }))
)
