/**
 * The artifacts port in memory.
 */
import { createHash } from "node:crypto"
import { Effect, Layer, Option } from "effect"
import type { ArtifactKey } from "../../model/Candidate.ts"
import type { ExecutionId } from "../../model/Ids.ts"
import {
  Artifacts,
  type ArtifactsShape,
  type StoredArtifact,
  type Visibility
} from "../../ports/Artifacts.ts"
import { MemoryStore } from "./MemoryStore.ts"

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const byKey = ({ key: a }: StoredArtifact, { key: b }: StoredArtifact): number => {
  if (a.taskId !== b.taskId) return a.taskId < b.taskId ? -1 : 1
  return a.round - b.round || (a.kind < b.kind ? -1 : 1)
}

const address = (
  executionId: ExecutionId,
  visibility: Visibility,
  { taskId, round, kind }: ArtifactKey
): string => JSON.stringify([executionId, visibility, taskId, round, kind])

const make = Effect.map(MemoryStore, ({ artifacts }): ArtifactsShape => ({
  put: (executionId, { taskId, round, kind }, visibility, bytes) =>
    Effect.sync(() => {
      const key = { taskId, round, kind }
      const stored = { key, visibility, sha256: sha256Of(bytes), bytes: bytes.length }
      artifacts.set(address(executionId, visibility, key), { stored, bytes: bytes.slice() })
      return stored
    }),
  get: (executionId, key, visibility) =>
    Effect.sync(() =>
      Option.map(Option.fromUndefinedOr(artifacts.get(address(executionId, visibility, key))), ({ bytes }) =>
        bytes.slice()
      )
    ),
  list: (executionId) =>
    Effect.sync(() =>
      [...artifacts]
        .filter(([at, { stored }]) => at === address(executionId, "public", stored.key))
        .map(([, { stored }]) => stored)
        .sort(byKey)
    )
}))

/** The artifacts of the store in scope. */
export const layer: Layer.Layer<Artifacts, never, MemoryStore> = Layer.effect(Artifacts, make)
