/**
 * The files of one run: written before the agent starts, read after it ended.
 */
import { SandboxError } from "@devteam/core/ports/Sandbox"
import { Effect } from "effect"
import { constants, mkdir, open, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { AgentFile } from "./AgentDefinition.ts"

/** Most that is read of one file: its end. */
const maxReadBytes = 4 << 20

const codeOf = (cause: unknown): unknown =>
  cause instanceof Error && "code" in cause ? cause.code : undefined

/** Writes `files` below `directory`, readable for this user only. */
export const writeFiles = (
  directory: string,
  files: ReadonlyArray<AgentFile>
): Effect.Effect<void, SandboxError> =>
  Effect.forEach(
    files,
    ({ path, content }) =>
      Effect.tryPromise({
        try: async () => {
          const file = join(directory, path)
          await mkdir(dirname(file), { recursive: true })
          await writeFile(file, content, { mode: 0o600 })
        },
        catch: (cause) =>
          new SandboxError({
            reason: codeOf(cause) === "ENOSPC" ? "disk_full" : "unavailable",
            message: `The agent's file ${join(directory, path)} cannot be written: ${String(cause)}. See that the directory exists and is writable.`
          })
      }),
    { discard: true }
  )

const readEnd = async (file: string): Promise<string> => {
  // The agent could write here: a link would show another file, a pipe would never end.
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const status = await handle.stat()
    const size = status.isFile() ? status.size : 0
    const from = Math.max(0, size - maxReadBytes)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from)
    return buffer.toString("utf8", 0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Reads the last 4 MiB of each of `paths` below `directory`; a file that is not there or not readable is left out. */
export const readFiles = (
  directory: string,
  paths: ReadonlyArray<string>
): Effect.Effect<Readonly<Record<string, string>>> =>
  Effect.promise(async () => {
    const found = await Promise.all(
      paths.map((path) =>
        readEnd(join(directory, path)).then(
          (text) => [[path, text] as const],
          () => []
        )
      )
    )
    return Object.fromEntries(found.flat())
  })
