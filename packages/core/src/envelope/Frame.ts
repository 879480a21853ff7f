/**
 * The envelope of everything that watchers get: `{type, ts, projectId, payload}`, nothing more.
 *
 * A public, versioned contract (design §6). A frame's place in its project's stream is in `payload.cursor`, which
 * the store allots in commit order.
 */
import { Schema } from "effect"
import { ProjectId } from "../model/Ids.ts"

/** What a frame is about. `gap` says that something between two cursors can no longer be told. */
export const FrameType = Schema.Literals(["execution-update", "execution-log", "error", "completion", "gap"])
export type FrameType = typeof FrameType.Type

/** One message. `ts` is ISO-8601 UTC. */
export const Frame = Schema.Struct({
  type: FrameType,
  ts: Schema.String,
  projectId: ProjectId,
  payload: Schema.Record(Schema.String, Schema.Unknown)
})
export type Frame = typeof Frame.Type

/** A frame before the store gave it its cursor. */
export interface FrameDraft {
  readonly type: FrameType
  readonly at: number
  readonly payload: Readonly<Record<string, unknown>>
}

/** A frame's position: the database's stream id and the project's running number. Written `<stream>.<seq>`. */
export interface Cursor {
  readonly stream: string
  readonly seq: number
}

/** Writes a cursor. */
export const formatCursor = ({ stream, seq }: Cursor): string => `${stream}.${seq}`

/** Reads a cursor; undefined when it is none. */
export const parseCursor = (text: string): Cursor | undefined => {
  const match = /^(.+)\.(\d{1,15})$/.exec(text)
  const [, stream, seq] = match ?? []
  return stream === undefined || seq === undefined ? undefined : { stream, seq: Number(seq) }
}

/** Puts a draft into its envelope. */
export const toFrame = (projectId: ProjectId, draft: FrameDraft, cursor: Cursor): Frame => ({
  type: draft.type,
  ts: new Date(draft.at).toISOString(),
  projectId,
  payload: { ...draft.payload, cursor: formatCursor(cursor) }
})
