/**
 * Frames as bytes, of at most 64 KiB each: what does not fit is cut, and says where the whole of it is.
 */
import type { Frame } from "@devteam/core/envelope/Frame"
import type { StoredFrame } from "@devteam/core/ports/Frames"

/** The largest message that a client gets. */
export const maxFrameBytes = 64 * 1024

/** Room for `truncated` itself. */
const markerBytes = 1024
const kept = new Set(["executionId", "correlationId", "cursor", "seq", "truncated"])

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

/** The beginning of a text whose JSON has at most `bytes` bytes, not cut inside a character. */
const fitting = (text: string, bytes: number): string => {
  let part = text
  for (let size = sizeOf(part); size > bytes && part !== ""; size = sizeOf(part)) {
    part = part.slice(0, Math.max(0, Math.min(part.length - 1, Math.floor((part.length * bytes) / size))))
  }
  return /[\ud800-\udbff]$/.test(part) ? part.slice(0, -1) : part
}

/** Where everything is that the frame was to say. */
const sourceOf = ({ type, payload }: Frame, seq: number): string => {
  const execution = `/api/devteam/executions/${encodeURIComponent(String(payload["executionId"]))}`
  return type === "execution-log"
    ? `${execution}/logs?after=${seq - 1}&limit=1`
    : `${execution}/journal?after=${Number(payload["seq"]) - 1}&limit=1`
}

const shortened = (frame: Frame, seq: number, bytes: number): Frame => {
  const payload: Record<string, unknown> = { ...frame.payload }
  const fields: Array<string> = []
  const limit = maxFrameBytes - markerBytes
  for (let size = bytes; size > limit; size = sizeOf({ ...frame, payload })) {
    const [largest] = Object.entries(payload)
      .filter(([name]) => !kept.has(name) && !fields.includes(name))
      .map(([name, value]) => ({ name, value, size: sizeOf(value) }))
      .sort((a, b) => b.size - a.size)
    if (largest === undefined) break
    const { name, value } = largest
    fields.push(name)
    if (typeof value === "string") payload[name] = fitting(value, limit - (size - largest.size))
    else delete payload[name]
  }
  const href = sourceOf(frame, seq)
  return { ...frame, payload: { ...payload, truncated: { bytes, fields: fields.slice(0, 10), href } } }
}

/** The message of a stored frame. */
export const encodeFrame = ({ frame, seq }: StoredFrame): Buffer => {
  const whole = Buffer.from(JSON.stringify(frame))
  if (whole.length <= maxFrameBytes) return whole
  return Buffer.from(JSON.stringify(shortened(frame, seq, whole.length)))
}
