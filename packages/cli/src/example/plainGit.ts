/**
 * Git as a person runs it, for what is outside of the runner: making the sample project, and looking at the remote
 * afterwards with other eyes than the runner's.
 *
 * Without the user's configuration: no hooks, signatures or templates of theirs take part.
 */
import { execFile } from "node:child_process"
import { devNull } from "node:os"
import { Effect } from "effect"
import { environmentError, type ExitWith } from "../ExitWith.ts"

const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"))),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: devNull,
  GIT_TERMINAL_PROMPT: "0"
})

const failure = (args: ReadonlyArray<string>, error: Error, stderr: string): ExitWith =>
  "code" in error && error.code === "ENOENT"
    ? environmentError("The program git is not there. Install git 2.38 or newer.")
    : environmentError(`git ${args.join(" ")} failed: ${stderr.trim() || error.message}`)

/** Runs git in a directory; answers stdout as it is. Every exit code but zero ends the command with 5. */
export const plainGit = (
  directory: string,
  ...args: ReadonlyArray<string>
): Effect.Effect<string, ExitWith> =>
  Effect.callback((resume) => {
    const child = execFile(
      "git",
      [...args],
      { cwd: directory, env: environment(), maxBuffer: 1 << 26 },
      (error, stdout, stderr) =>
        resume(error === null ? Effect.succeed(stdout) : Effect.fail(failure(args, error, stderr)))
    )
    return Effect.sync(() => child.kill())
  })
