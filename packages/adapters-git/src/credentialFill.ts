/**
 * A credential source that asks the user's own git (`git credential fill`): their configuration, their helpers.
 *
 * It never prompts, opens no window and reads no repository's configuration. Git's own words are the helpers' as
 * well, so they are not repeated.
 */
import { homedir } from "node:os"
import { Effect, Option, Redacted } from "effect"
import type { CredentialSource } from "./Credentials.ts"
import { runProcess } from "./process.ts"

/** The user's own environment, with nothing in it that would open a window, prompt, or name a repository. */
export const ownEnvironment = (environment: NodeJS.ProcessEnv): Record<string, string> => {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|NAMESPACE)$/.test(entry[0])
  )
  return {
    ...Object.fromEntries(kept),
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    SSH_ASKPASS: "",
    GCM_INTERACTIVE: "never",
    GIT_CEILING_DIRECTORIES: "/"
  }
}

const valueOf = (output: string, key: string): string | undefined =>
  output
    .split("\n")
    .find((line) => line.startsWith(`${key}=`))
    ?.slice(key.length + 1)

/**
 * Asks for the credential of an http(s) URL, for the user that it names if it does; `None` for anything else, or when
 * the helpers know nothing. Helpers are only asked: nothing is stored in them, and nothing that was refused erased.
 */
export const credentialFill: CredentialSource = (url) => {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return Effect.succeed(Option.none())
  const { protocol, host, pathname, username: wanted } = new URL(url)
  const user = wanted === "" ? "" : `username=${decodeURIComponent(wanted)}\n`
  return runProcess({
    program: "git",
    args: ["credential", "fill"],
    cwd: homedir(),
    env: ownEnvironment(process.env),
    stdin: `protocol=${protocol.slice(0, -1)}\nhost=${host}\npath=${pathname.slice(1)}\n${user}\n`,
    timeoutMs: 30_000
  }).pipe(
    Effect.map(({ exitCode, stdout }) => {
      const output = stdout.toString("utf8")
      const username = valueOf(output, "username")
      const password = valueOf(output, "password")
      return exitCode === 0 && username !== undefined && password !== undefined
        ? Option.some({ username, password: Redacted.make(password) })
        : Option.none()
    }),
    Effect.catchTag("NotStarted", () => Effect.succeed(Option.none()))
  )
}
