/**
 * Output of a command on its way to watchers: decoded, redacted, cut into frames, stored.
 *
 * Chunks become frames of at most 16 KiB or 100 ms. Redaction comes before everything else, over the stream, so that
 * a secret split over chunks never leaves. Closing flushes what is held back.
 */
import { Cause, Effect, Fiber, Queue, Ref, Stream } from "effect"
import type { FrameDraft } from "../envelope/Frame.ts"
import { Frames, type FramesError } from "../ports/Frames.ts"
import type { ExecEvent } from "../ports/Sandbox.ts"
import { makeUtf8Decoder } from "../redaction/decodeUtf8.ts"
import type { StepContext } from "./Session.ts"

type Chunk = Extract<ExecEvent, { readonly _tag: "Chunk" }>
type StreamName = Chunk["stream"]

interface Piece {
  readonly stream: StreamName
  readonly text: string
}

const maxFrameBytes = 16 * 1024

/** Where a command's output goes. */
export interface OutputLog {
  /** Takes a chunk; answers its redacted text, which may lag behind by what could begin a secret. */
  readonly write: (chunk: Chunk) => Effect.Effect<string>
  /** Writes a line of the runner's own. */
  readonly note: (line: string) => Effect.Effect<void>
}

/** Cuts a text into parts that each fit into a frame, never inside a character. */
const cut = (text: string): ReadonlyArray<string> => {
  const parts: Array<string> = []
  const frame = new Uint8Array(maxFrameBytes)
  for (let rest = text; rest !== "";) {
    const { read } = new TextEncoder().encodeInto(rest, frame)
    parts.push(rest.slice(0, read))
    rest = rest.slice(read)
  }
  return parts
}

/** Joins neighbours of one stream, and cuts what is too long. */
const toPieces = (pieces: ReadonlyArray<Piece>): ReadonlyArray<Piece> => {
  const joined: Array<Piece> = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (last?.stream === piece.stream) joined[joined.length - 1] = { ...last, text: last.text + piece.text }
    else joined.push(piece)
  }
  return joined.flatMap(({ stream, text }) => cut(text).map((part) => ({ stream, text: part })))
}

/** Runs `use` with a log; every frame is stored before this ends, also when it fails or is interrupted. */
export const withOutputLog = <A, E, R>(
  { state, session }: StepContext,
  step: string,
  use: (log: OutputLog) => Effect.Effect<A, E, R>
): Effect.Effect<A, E | FramesError, R | Frames> =>
  Effect.gen(function* () {
    const frames = yield* Frames
    const queue = yield* Queue.bounded<Piece, Cause.Done>(256)
    const common = {
      executionId: state.executionId,
      correlationId: state.correlationId,
      ...(state.inHand === undefined ? {} : { taskId: state.inHand.task.id, round: state.inHand.round }),
      step
    }
    const streams = {
      stdout: { decoder: makeUtf8Decoder(), redactor: session.redactor.stream() },
      stderr: { decoder: makeUtf8Decoder(), redactor: session.redactor.stream() }
    }
    const store = Effect.fnUntraced(function* (pieces: ReadonlyArray<Piece>) {
      const at = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
      const drafts = toPieces(pieces).map(({ stream, text }): FrameDraft => ({
        type: "execution-log",
        at,
        payload: { ...common, stream, text }
      }))
      const { epoch } = yield* Ref.get(session.lease)
      yield* frames.append(state.projectId, epoch, drafts)
    })
    const writer = yield* Stream.fromQueue(queue).pipe(
      Stream.groupedWithin(64, "100 millis"),
      Stream.runForEach(store),
      Effect.onError(() => Queue.shutdown(queue)),
      Effect.forkChild
    )
    const writerFailed = Fiber.join(writer).pipe(Effect.andThen(Effect.never))
    const offer = (stream: StreamName, text: string) =>
      text === "" ? Effect.void : Effect.asVoid(Queue.offer(queue, { stream, text }))
    let dropped = 0
    const write = Effect.fnUntraced(function* (chunk: Chunk) {
      const { decoder, redactor } = streams[chunk.stream]
      const text = redactor.push(decoder.push(chunk.bytes))
      if (chunk.stored) yield* offer(chunk.stream, text)
      else dropped += chunk.bytes.length
      return text
    })
    const close = Effect.gen(function* () {
      for (const name of ["stdout", "stderr"] as const) {
        const { decoder, redactor } = streams[name]
        const rest = redactor.push(decoder.flush()) + redactor.flush()
        if (dropped === 0) yield* offer(name, rest)
      }
      if (dropped > 0) yield* offer("stderr", `\n[${dropped} more bytes of output were not stored]\n`)
      yield* Queue.end(queue)
      yield* Fiber.join(writer)
    })
    const note = (line: string) => offer("stderr", `${session.redactor.text(line)}\n`)
    return yield* Effect.raceFirst(use({ write, note }), writerFailed).pipe(
      Effect.onError(() => Effect.ignore(close)),
      Effect.tap(() => close)
    )
  })
