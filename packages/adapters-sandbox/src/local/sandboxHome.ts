/**
 * The HOME directory of one project's sandbox.
 *
 * It is kept between executions, so that npm's cache in it is used again; its `tmp` is emptied and its `.npmrc`
 * written anew each time, because the last command may have left anything there.
 */
import { SandboxError } from "@devteam/core/ports/Sandbox"
import type { ProjectId } from "@devteam/core/model/Ids"
import { Effect } from "effect"
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** Where a project's home is. `+` is in no project id, so two projects never share a home. */
export const homeOf = (homesDirectory: string, projectId: ProjectId): string =>
  join(homesDirectory, projectId.replace("/", "+"))

const failure = (home: string) => (cause: unknown) => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
  const full = code === "ENOSPC" || code === "EDQUOT"
  return new SandboxError({
    reason: full ? "disk_full" : "unavailable",
    message: full
      ? `The disk is full: the sandbox's home ${home} cannot be written. Free some space, then resume.`
      : `The sandbox's home ${home} cannot be prepared (${String(cause)}). Check who owns it and its permissions.`
  })
}

/** Makes every directory below `path` writable: some tools leave read-only caches that cannot be removed. */
const makeWritable = async (path: string): Promise<void> => {
  await chmod(path, 0o700)
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(path, entry.name))
  }
}

const remove = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EACCES" && error.code !== "EPERM") throw error
    return makeWritable(path).then(() => rm(path, { recursive: true, force: true }))
  })

/** Makes a home ready for use: private to this user, with an empty `tmp` and this `.npmrc`. */
export const prepareHome = Effect.fn("prepareHome")((home: string, npmrc: string) =>
  Effect.tryPromise({
    try: async () => {
      const tmp = join(home, "tmp")
      const file = join(home, ".npmrc")
      await mkdir(home, { recursive: true, mode: 0o700 })
      await remove(tmp)
      await mkdir(tmp, { mode: 0o700 })
      // A link that a command left there would be written through.
      await remove(file)
      await writeFile(file, npmrc, { flag: "wx", mode: 0o600 })
    },
    catch: failure(home)
  })
)

/** Removes a home with everything in it; fine when it is gone already. */
export const removeHome = Effect.fn("removeHome")((home: string) =>
  Effect.tryPromise({ try: () => remove(home), catch: failure(home) })
)
