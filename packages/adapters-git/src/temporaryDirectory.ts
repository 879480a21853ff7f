/**
 * A private directory for what git calls need beside them, gone with its scope.
 *
 * A process that is killed cannot remove its own; the next one that starts removes those of the dead, by the process
 * id in their names.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"

const prefix = "devteam-git-"

const remove = (directory: string): Promise<void> => rm(directory, { recursive: true, force: true })

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

const removeLeftOvers = async (): Promise<void> => {
  const names = await readdir(tmpdir())
  const dead = names.filter((name) => {
    const pid = /^devteam-git-(\d+)-/.exec(name)?.[1]
    return pid !== undefined && !isAlive(Number(pid))
  })
  // Another user's are not ours to remove.
  await Promise.allSettled(dead.map((name) => remove(join(tmpdir(), name))))
}

/** See the module's paragraph. */
export const temporaryDirectory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.promise(async () => {
    await removeLeftOvers()
    return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  }),
  (directory) => Effect.promise(() => remove(directory))
)
