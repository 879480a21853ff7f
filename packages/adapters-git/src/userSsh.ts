/**
 * The ssh that the user's own git would run: `GIT_SSH_COMMAND`, else `core.sshCommand` of their configuration, else
 * plain `ssh`, which reads their `~/.ssh/config`, keys, agent and known hosts by itself.
 *
 * A repository's own configuration is never asked: a checkout that an agent wrote in is one as well. Conditional
 * includes of the user's configuration count as they do in the directory that is given.
 */
import { Effect } from "effect"
import { ownEnvironment } from "./credentialFill.ts"
import { runProcess } from "./process.ts"

/** A command for git's `GIT_SSH_COMMAND`; `variant` tells git how to talk to it, absent where git finds out. */
export interface SshCommand {
  readonly command: string
  readonly variant: string | undefined
}

/** What is used where the user says nothing. */
export const plainSsh: SshCommand = { command: "ssh", variant: "ssh" }

/** `scope NUL value NUL` for each place that sets it, the one that counts most last. */
const lastOwnValue = (listing: string): string | undefined => {
  const parts = listing.split("\0")
  const values: Array<string> = []
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const scope = parts[at] ?? ""
    if (scope !== "local" && scope !== "worktree") values.push(parts[at + 1] ?? "")
  }
  return values.at(-1)
}

/** Looks it up as git does when it stands in `directory`. */
export const userSsh = (directory: string): Effect.Effect<SshCommand> =>
  Effect.suspend(() => {
    const { GIT_SSH_COMMAND, GIT_SSH_VARIANT } = process.env
    const variant = GIT_SSH_VARIANT === "" ? undefined : GIT_SSH_VARIANT
    if (GIT_SSH_COMMAND !== undefined && GIT_SSH_COMMAND !== "") {
      return Effect.succeed({ command: GIT_SSH_COMMAND, variant })
    }
    return runProcess({
      program: "git",
      args: ["config", "--show-scope", "-z", "--get-all", "core.sshCommand"],
      cwd: directory,
      env: ownEnvironment(process.env),
      timeoutMs: 30_000
    }).pipe(
      Effect.map(({ exitCode, stdout }) => {
        const command = exitCode === 0 ? lastOwnValue(stdout.toString("utf8")) : undefined
        return command === undefined || command === "" ? plainSsh : { command, variant }
      }),
      Effect.catchTag("NotStarted", () => Effect.succeed(plainSsh))
    )
  })

/** The variables that make git use it. It is told never to ask anything, where it can be told. */
export const sshEnvironment = ({ command, variant }: SshCommand): Record<string, string> => {
  const takesOptions = variant === undefined ? !/plink/i.test(command) : /^(ssh|auto)$/.test(variant)
  return {
    GIT_SSH_COMMAND: takesOptions ? `${command} -o BatchMode=yes` : command,
    ...(variant === undefined ? {} : { GIT_SSH_VARIANT: variant })
  }
}
