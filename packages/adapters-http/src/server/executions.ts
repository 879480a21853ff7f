/**
 * What the journal, the artifacts and the frames say of executions.
 */
import { ExecutionId, type ProjectId } from "@devteam/core/model/Ids"
import { Artifacts, type StoredArtifact } from "@devteam/core/ports/Artifacts"
import { Frames, type LogFilter, type StoredFrame } from "@devteam/core/ports/Frames"
import { type ExecutionSummary, Journal } from "@devteam/core/ports/Journal"
import { Effect, Option, Schema } from "effect"
import { refusal } from "./Refusal.ts"

const iso = (millis: number): string => new Date(millis).toISOString()

const optional = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value })

/** A page of a list, and where the next one begins. */
export interface ListQuery {
  readonly projectId?: ProjectId | undefined
  readonly userId?: string | undefined
  readonly status?: string | undefined
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

const rowOf = ({ userId, startedAt, updatedAt, ...row }: ExecutionSummary) => ({
  ...row,
  ...(userId === undefined ? {} : { userId }),
  startedAt: iso(startedAt),
  updatedAt: iso(updatedAt)
})

const isExecutionId = Schema.is(ExecutionId)

const cursorOf = Effect.fnUntraced(function* (cursor: string | undefined) {
  if (cursor === undefined) return undefined
  const journal = yield* Journal
  const unknown = refusal(
    "invalid-parameter",
    "The cursor names no execution of this list. Begin anew without one.",
    { errors: [{ pointer: "/query/cursor", message: "names no execution" }] }
  )
  if (!isExecutionId(cursor)) return yield* unknown
  yield* Effect.catchIf(
    journal.load(cursor),
    ({ reason }) => reason === "not_found",
    () => unknown
  )
  return cursor
})

/** Executions, newest first. The cursor is the last one's id. */
export const listExecutions = Effect.fnUntraced(function* ({ cursor, limit = 50, ...filter }: ListQuery) {
  const journal = yield* Journal
  const before = yield* cursorOf(cursor)
  const found = yield* journal.list({ ...filter, before, limit: limit + 1 })
  const executions = found.slice(0, limit).map(rowOf)
  return {
    executions,
    ...optional("cursor", found.length > limit ? executions.at(-1)?.executionId : undefined)
  }
})

/** The task context. */
export const loadExecution = Effect.fnUntraced(function* (executionId: ExecutionId) {
  return yield* (yield* Journal).load(executionId)
})

/** A page of an execution's journal. */
export const journalOf = Effect.fnUntraced(function* (
  executionId: ExecutionId,
  { after = 0, limit = 200 }: { readonly after?: number | undefined; readonly limit?: number | undefined }
) {
  const journal = yield* Journal
  yield* journal.load(executionId)
  const found = yield* journal.records(executionId, after)
  const records = found.slice(0, limit)
  const next = found.length > limit ? records.at(-1)?.seq : undefined
  return next === undefined ? { records } : { records, next }
})

/** Where an artifact is. */
const hrefOf = (executionId: ExecutionId, { taskId, round, kind }: StoredArtifact["key"]): string =>
  `/api/devteam/executions/${executionId}/artifacts/${[taskId, String(round), kind].map(encodeURIComponent).join("/")}`

/** An artifact in a list. */
export const artifactRow = (executionId: ExecutionId, { key, bytes, sha256 }: StoredArtifact) => ({
  ...key,
  bytes,
  sha256,
  href: hrefOf(executionId, key)
})

/** What an execution has. */
export const artifactsOf = Effect.fnUntraced(function* (executionId: ExecutionId) {
  const artifacts = yield* Artifacts
  yield* loadExecution(executionId)
  const stored = yield* artifacts.list(executionId)
  return { artifacts: stored.map((artifact) => artifactRow(executionId, artifact)) }
})

/** One artifact's bytes. Only public ones are ever looked for. */
export const artifactBytes = Effect.fnUntraced(function* (
  executionId: ExecutionId,
  key: StoredArtifact["key"]
) {
  const artifacts = yield* Artifacts
  yield* loadExecution(executionId)
  const bytes = yield* artifacts.get(executionId, key, "public")
  if (Option.isSome(bytes)) return bytes.value
  return yield* refusal(
    "unknown-artifact",
    `The execution ${executionId} has no artifact ${key.taskId}/${key.round}/${key.kind}. Ask for the list: /api/devteam/executions/${executionId}/artifacts.`
  )
})

const text = (value: unknown): string => (typeof value === "string" ? value : "")

const chunkOf = ({ seq, frame }: StoredFrame) => {
  const { taskId, round, step, stream, text: said } = frame.payload
  return {
    seq,
    ts: frame.ts,
    ...(typeof taskId === "string" ? { taskId } : {}),
    ...(typeof round === "number" ? { round } : {}),
    ...(typeof step === "string" ? { step } : {}),
    ...(typeof stream === "string" ? { stream } : {}),
    text: text(said)
  }
}

/** A page of output. */
export const logsOf = Effect.fnUntraced(function* (
  executionId: ExecutionId,
  { limit = 200, ...filter }: LogFilter
) {
  const frames = yield* Frames
  yield* loadExecution(executionId)
  const found = yield* frames.logs(executionId, { ...filter, limit: limit + 1 })
  const chunks = found.slice(0, limit).map(chunkOf)
  return { chunks, ...optional("next", found.length > limit ? chunks.at(-1)?.seq : undefined) }
})
