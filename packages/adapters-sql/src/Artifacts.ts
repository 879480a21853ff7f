/**
 * The artifacts port over SQL and, for large bytes, files beside the database.
 *
 * Whatever is read is checked against its hash. Public and private artifacts never meet: the visibility is part of
 * the key.
 */
import { createHash } from "node:crypto"
import { Effect, Layer, Option, Schema } from "effect"
import type { ArtifactKey } from "@devteam/core/model/Candidate"
import { ExecutionId } from "@devteam/core/model/Ids"
import {
  ArtifactError,
  Artifacts,
  type ArtifactsShape,
  type StoredArtifact
} from "@devteam/core/ports/Artifacts"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { findAll, findOneOption } from "effect/sql/SqlSchema"
import { readFileByHash, writeFileByHash } from "./artifactFiles.ts"
import { Int8 } from "./columns.ts"
import { describeFailure, isDiskFull } from "./sqlFailure.ts"

/** Up to this many bytes lie in the database. */
export const inlineBytes = 64 * 1024

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

const guarded = <A>(
  effect: Effect.Effect<A, ArtifactError | SqlError | Schema.SchemaError>
): Effect.Effect<A, ArtifactError> =>
  Effect.catchTags(effect, {
    SqlError: (error) =>
      Effect.fail(
        new ArtifactError({
          reason: isDiskFull(error.reason.cause) ? "disk_full" : "unavailable",
          message: describeFailure("Artifacts", error)
        })
      ),
    SchemaError: Effect.die
  })

const ArtifactRow = Schema.Struct({
  taskId: Schema.String,
  round: Schema.Int,
  kind: Schema.String,
  sha256: Schema.String,
  bytes: Int8
})

const byKey = ({ key: a }: StoredArtifact, { key: b }: StoredArtifact): number => {
  if (a.taskId !== b.taskId) return a.taskId < b.taskId ? -1 : 1
  return a.round - b.round || (a.kind < b.kind ? -1 : 1)
}

const make = (directory: string | undefined) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient

    const put = Effect.fn("Artifacts.put")(function* (...args: Parameters<ArtifactsShape["put"]>) {
      const [executionId, { taskId, round, kind }, visibility, bytes] = args
      const sha256 = sha256Of(bytes)
      const beside = directory !== undefined && bytes.length > inlineBytes
      if (beside) yield* writeFileByHash(directory, sha256, bytes)
      const content = beside ? null : bytes
      yield* sql`INSERT INTO artifact
        ${sql.insert({ executionId, visibility, taskId, round, kind, sha256, bytes: bytes.length, content })}
        ON CONFLICT (execution_id, visibility, task_id, round, kind)
        DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes, content = excluded.content`
      return { key: { taskId, round, kind }, visibility, sha256, bytes: bytes.length }
    })

    const find = findOneOption({
      Request: Schema.Struct({
        executionId: ExecutionId,
        visibility: Schema.String,
        taskId: Schema.String,
        round: Schema.Int,
        kind: Schema.String
      }),
      Result: Schema.Struct({ sha256: Schema.String, content: Schema.NullOr(Schema.Uint8Array) }),
      execute: (key) => sql`SELECT sha256, content FROM artifact
        WHERE execution_id = ${key.executionId} AND visibility = ${key.visibility}
        AND task_id = ${key.taskId} AND round = ${key.round} AND kind = ${key.kind}`
    })
    const get = Effect.fn("Artifacts.get")(function* (...args: Parameters<ArtifactsShape["get"]>) {
      const [executionId, { taskId, round, kind }, visibility] = args
      const found = yield* find({ executionId, taskId, round, kind, visibility })
      if (Option.isNone(found)) return Option.none<Uint8Array>()
      const { sha256, content } = found.value
      const bytes =
        content ?? (directory === undefined ? new Uint8Array() : yield* readFileByHash(directory, sha256))
      if (sha256Of(bytes) === sha256) return Option.some(bytes)
      return yield* new ArtifactError({
        reason: "corrupt",
        message: `Artifact ${taskId}/${round}/${kind} of ${executionId} is damaged: its bytes do not have the hash ${sha256}. Restore it from a backup.`
      })
    })

    const findPublic = findAll({
      Request: ExecutionId,
      Result: ArtifactRow,
      execute: (executionId) => sql`SELECT task_id, round, kind, sha256, bytes FROM artifact
        WHERE execution_id = ${executionId} AND visibility = 'public'`
    })
    const stored = ({ taskId, round, kind, ...row }: typeof ArtifactRow.Type): StoredArtifact => {
      const key: ArtifactKey = { taskId, round, kind }
      return { key, visibility: "public", ...row }
    }

    return {
      put: (...args) => guarded(put(...args)),
      get: (...args) => guarded(get(...args)),
      // Sorted here: the databases' collations differ.
      list: (executionId) =>
        guarded(findPublic(executionId)).pipe(Effect.map((rows) => rows.map(stored).sort(byKey)))
    } satisfies ArtifactsShape
  })

/**
 * Bytes larger than {@link inlineBytes} become files in `directory`; without one everything lies in the database,
 * which is what workers on several machines need.
 */
export const layer = (directory: string | undefined): Layer.Layer<Artifacts, never, SqlClient> =>
  Layer.effect(Artifacts, make(directory))
