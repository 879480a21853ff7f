/**
 * Takes raw chunks from a process's stdout and stderr, only as fast as somebody asks for them.
 *
 * Node fills one small buffer per stream and then stops reading, so the process blocks on its full pipe: memory
 * stays flat however much it writes. Nothing is decoded, and order is kept within each stream only.
 */
import { Effect } from "effect"
import type { ChildProcess } from "node:child_process"
import type { Readable } from "node:stream"

/** One read of one stream. */
export interface OutputChunk {
  readonly stream: "stdout" | "stderr"
  readonly bytes: Uint8Array
}

/** The output of one process. */
export interface CommandOutput {
  /** What is there now; empty when there is nothing at the moment. */
  readonly take: () => ReadonlyArray<OutputChunk>
  /** Whether both streams have ended and are empty. */
  readonly ended: () => boolean
  /** Completes when `take` or `ended` may answer something new. */
  readonly activity: Effect.Effect<void>
  /** Stops reading: closes this side of the pipes. */
  readonly close: () => void
}

/** Watches a process that was spawned with pipes. One reader at a time. */
export const commandOutput = (child: ChildProcess): CommandOutput => {
  const open = new Set<Readable>()
  let news = false
  let wake: (() => void) | undefined
  const happened = () => {
    news = true
    wake?.()
  }
  const streams = (["stdout", "stderr"] as const).flatMap((name) => {
    const source = child[name]
    if (source === null) return []
    open.add(source)
    const finished = () => {
      open.delete(source)
      happened()
    }
    source.on("readable", happened).on("end", finished).on("close", finished).on("error", finished)
    return [{ name, source }]
  })
  return {
    take: () =>
      streams.flatMap(({ name, source }) => {
        const data: Buffer | null = open.has(source) ? source.read() : null
        return data === null
          ? []
          : [{ stream: name, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }]
      }),
    ended: () => open.size === 0,
    activity: Effect.callback((resume) => {
      wake = () => {
        news = false
        wake = undefined
        resume(Effect.void)
      }
      if (news) wake()
      return Effect.sync(() => {
        wake = undefined
      })
    }),
    close: () => {
      for (const { source } of streams) source.destroy()
    }
  }
}
