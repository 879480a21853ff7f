/**
 * How a password gets to git: through an askpass helper that reads it from the environment of that one git call.
 *
 * So it is never in an argument list, a URL, a configuration file or a log. The helper is a script without any
 * secret in it, written once into the private temporary directory.
 */
import { chmod, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Option, Redacted } from "effect"
import type { RemoteUrl } from "./RemoteUrl.ts"

/** A user and a password or token for one host. */
export interface Credential {
  readonly username: string
  readonly password: Redacted.Redacted
}

/** Looks up the credential of a URL (without userinfo). `None`: try without one. */
export type CredentialSource = (url: string) => Effect.Effect<Option.Option<Credential>>

/** The source that knows none. */
export const noCredentials: CredentialSource = () => Effect.succeed(Option.none())

const script = `#!/bin/sh
case "$1" in
  [Uu]sername*) printf '%s\\n' "$DEVTEAM_GIT_USERNAME" ;;
  *) printf '%s\\n' "$DEVTEAM_GIT_PASSWORD" ;;
esac
`

/** Writes the helper into `directory` (0700) and answers its path. */
export const writeAskpass = (directory: string): Effect.Effect<string> =>
  Effect.promise(async () => {
    const file = join(directory, "askpass")
    await writeFile(file, script, { mode: 0o700 })
    await chmod(file, 0o700)
    return file
  })

/** The variables that make one git call authenticate as `credential`. */
export const askpassEnvironment = (askpass: string, credential: Credential): Record<string, string> => ({
  GIT_ASKPASS: askpass,
  DEVTEAM_GIT_USERNAME: credential.username,
  DEVTEAM_GIT_PASSWORD: Redacted.value(credential.password)
})

/**
 * The credential for a remote: what its URL carried, else what the source says. A URL with a user name alone is
 * asked about first, and used as it is (a token in the user's place) when the source knows nothing.
 */
export const credentialFor = (
  remote: RemoteUrl,
  source: CredentialSource
): Effect.Effect<Option.Option<Credential>> => {
  if (remote.protocol !== "https" && remote.protocol !== "http") return Effect.succeed(Option.none())
  const complete = Option.filter(remote.embedded, (c) => Redacted.value(c.password) !== "")
  if (Option.isSome(complete)) return Effect.succeed(complete)
  return Effect.map(source(remote.clean), (found) => (Option.isSome(found) ? found : remote.embedded))
}

/** Takes a credential's password out of a text, also in its URL-encoded form. */
export const scrub = (text: string, credential: Option.Option<Credential>): string => {
  if (Option.isNone(credential)) return text
  // A token may stand in the user's place, so a long user name is a secret as well.
  const secrets = [Redacted.value(credential.value.password), credential.value.username].filter(
    (value, index) => value.length >= (index === 0 ? 1 : 20)
  )
  return secrets
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((scrubbed, secret) => scrubbed.replaceAll(secret, "***"), text)
}
