/**
 * Frames as rows: writing them under numbers that the lease row allotted, and reading them back.
 */
import { Array, Effect, Schema } from "effect"
import { Frame, type FrameDraft, toFrame } from "@devteam/core/envelope/Frame"
import type { ProjectId } from "@devteam/core/model/Ids"
import type { SqlClient } from "effect/sql/SqlClient"
import { Json } from "./columns.ts"

/** A stored frame as a query gives it. */
export const FrameRow = Schema.Struct({ seq: Schema.Int, frame: Json(Frame) })

const text = (value: unknown): string | null => (typeof value === "string" ? value : null)
const integer = (value: unknown): number | null => (Number.isInteger(value) ? (value as number) : null)

const logColumns = ({ type, payload }: FrameDraft) =>
  type === "execution-log"
    ? {
        logExecutionId: text(payload["executionId"]),
        logTaskId: text(payload["taskId"]),
        logRound: integer(payload["round"]),
        logStep: text(payload["step"])
      }
    : { logExecutionId: null, logTaskId: null, logRound: null, logStep: null }

/** Inserts drafts under the numbers `last - drafts.length + 1` to `last`, inside the caller's transaction. */
export const insertFrames = Effect.fnUntraced(function* (
  sql: SqlClient,
  stream: string,
  projectId: ProjectId,
  last: number,
  drafts: ReadonlyArray<FrameDraft>
) {
  const rows = drafts.map((draft, index) => {
    const seq = last - drafts.length + 1 + index
    const frame = JSON.stringify(toFrame(projectId, draft, { stream, seq }))
    return { projectId, seq, ...logColumns(draft), frame }
  })
  // Both databases limit the parameters of one statement.
  for (const some of Array.chunksOf(rows, 500)) yield* sql`INSERT INTO frame ${sql.insert(some)}`
})
