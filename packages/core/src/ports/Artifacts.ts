/**
 * Port: the bytes that belong to an execution, addressed `{taskId}/{round}/{kind}`.
 *
 * Two stores in one: `public` ones are redacted text that people may see; `private` ones are the raw patches of
 * candidates, never served. Writing the same key again replaces it.
 */
import { Context, type Effect, type Option, Schema } from "effect"
import type { ArtifactKey } from "../model/Candidate.ts"
import type { ExecutionId } from "../model/Ids.ts"

/** Why bytes could not be stored or read. */
export class ArtifactError extends Schema.TaggedError<ArtifactError>()("ArtifactError", {
  reason: Schema.Literals(["unavailable", "disk_full", "corrupt"]),
  message: Schema.String
}) {
  /** Whether the same call may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return this.reason !== "corrupt"
  }
}

/** Which of the two stores. */
export type Visibility = "public" | "private"

/** What was stored: `sha256` in hex, `bytes` long. */
export interface StoredArtifact {
  readonly key: ArtifactKey
  readonly visibility: Visibility
  readonly sha256: string
  readonly bytes: number
}

/** The artifacts port. Small ones lie in the database, large ones as files by hash beside it. */
export interface ArtifactsShape {
  readonly put: (
    executionId: ExecutionId,
    key: ArtifactKey,
    visibility: Visibility,
    bytes: Uint8Array
  ) => Effect.Effect<StoredArtifact, ArtifactError>
  /** The bytes, checked against their hash. */
  readonly get: (
    executionId: ExecutionId,
    key: ArtifactKey,
    visibility: Visibility
  ) => Effect.Effect<Option.Option<Uint8Array>, ArtifactError>
  /** What an execution has, public ones only, in the order of their keys. */
  readonly list: (executionId: ExecutionId) => Effect.Effect<ReadonlyArray<StoredArtifact>, ArtifactError>
}

/** See {@link ArtifactsShape}. */
export class Artifacts extends Context.Service<Artifacts, ArtifactsShape>()("@devteam/core/Artifacts") {}
