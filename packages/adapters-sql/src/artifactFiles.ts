/**
 * Bytes as files named by their hash.
 *
 * A file appears whole or not at all. Files are never deleted here: several artifacts may share one.
 */
import { randomUUID } from "node:crypto"
import { mkdir, open, readFile, rename, rm } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { ArtifactError } from "@devteam/core/ports/Artifacts"
import { isDiskFull } from "./sqlFailure.ts"

const failure = (what: string) => (cause: unknown) =>
  isDiskFull(cause)
    ? new ArtifactError({ reason: "disk_full", message: `${what}: the disk is full. Free some space.` })
    : new ArtifactError({
        reason: "unavailable",
        message: `${what}: ${String(cause)}. Check the data directory.`
      })

const pathOf = (directory: string, sha256: string): string =>
  join(directory, sha256.slice(0, 2), sha256.slice(2))

const syncDirectory = async (directory: string): Promise<void> => {
  await using handle = await open(directory, "r")
  await handle.sync()
}

const write = async (directory: string, sha256: string, bytes: Uint8Array): Promise<void> => {
  const path = pathOf(directory, sha256)
  const temporary = join(directory, `.${randomUUID()}`)
  await mkdir(dirname(path), { recursive: true })
  try {
    {
      await using file = await open(temporary, "wx", 0o600)
      await file.writeFile(bytes)
      await file.sync()
    }
    await rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (cause) {
    await rm(temporary, { force: true })
    throw cause
  }
}

/** Stores bytes under their hash, durably. */
export const writeFileByHash = (
  directory: string,
  sha256: string,
  bytes: Uint8Array
): Effect.Effect<void, ArtifactError> =>
  Effect.tryPromise({
    try: () => write(directory, sha256, bytes),
    catch: failure(`An artifact of ${bytes.length} bytes could not be written`)
  })

/** Reads the bytes with that hash; it is the caller who checks them. A file that is gone is `corrupt`. */
export const readFileByHash = (directory: string, sha256: string): Effect.Effect<Uint8Array, ArtifactError> =>
  Effect.tryPromise({
    try: () => readFile(pathOf(directory, sha256)),
    catch: (cause) =>
      (cause as { readonly code?: unknown }).code === "ENOENT"
        ? new ArtifactError({
            reason: "corrupt",
            message: `The file of artifact ${sha256} is gone from ${directory}. Restore it from a backup.`
          })
        : failure(`Artifact ${sha256} could not be read`)(cause)
  })
