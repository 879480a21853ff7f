/**
 * Finds a program the way `execvp` does, before anything is started.
 *
 * A missing program is then a clear error whatever helper stands between the worker and the command.
 */
import { SandboxError } from "@devteam/core/ports/Sandbox"
import { Effect } from "effect"
import { access, constants, stat } from "node:fs/promises"
import { delimiter, resolve } from "node:path"

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK)
    .then(() => stat(file))
    .then(
      (found) => found.isFile(),
      () => false
    )

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false
  )

/**
 * Answers the absolute path of `program`: looked up in `path` (directories, `:` between them), or taken relative
 * to `cwd` when it holds a slash. Fails with `not_found` for a missing program or a missing `cwd`.
 */
export const findProgram = Effect.fn("findProgram")(function* (program: string, cwd: string, path: string) {
  if (!(yield* Effect.promise(() => isDirectory(cwd)))) {
    return yield* new SandboxError({
      reason: "not_found",
      message: `The directory ${cwd} does not exist, so ${program} cannot run there.`
    })
  }
  const candidates = program.includes("/")
    ? [resolve(cwd, program)]
    : path.split(delimiter).map((directory) => resolve(cwd, directory, program))
  for (const candidate of candidates) {
    if (yield* Effect.promise(() => isExecutable(candidate))) return candidate
  }
  return yield* new SandboxError({
    reason: "not_found",
    message: program.includes("/")
      ? `${resolve(cwd, program)} is not there or is not executable.`
      : `${program} is not in the sandbox's PATH (${path}). Install it, or start the worker with a PATH that has it.`
  })
})
