/**
 * Whose name stands in the commits: the person's, as git would take it.
 */
import { Effect, Schema } from "effect"
import type { Identity } from "@devteam/core/model/Settings"
import { userGit } from "./repositoryArgument.ts"

/** Git does not know who the person is. The message has the commands that tell it. */
export class UnknownIdentity extends Schema.TaggedError<UnknownIdentity>()("UnknownIdentity", {
  message: Schema.String
}) {}

/** `GIT_AUTHOR_NAME` and `GIT_AUTHOR_EMAIL`, else `user.name` and `user.email` as git reads them in `directory`. */
export const userIdentity = Effect.fn("userIdentity")(function* (
  directory: string,
  environment: Readonly<Record<string, string | undefined>>
) {
  const configured = (key: string) =>
    Effect.map(userGit(directory, "config", "--get", key), ({ ok, stdout }) => (ok ? stdout : ""))
  const name = environment["GIT_AUTHOR_NAME"] || (yield* configured("user.name"))
  const email = environment["GIT_AUTHOR_EMAIL"] || (yield* configured("user.email"))
  if (name !== "" && email !== "") return { name, email } satisfies Identity
  return yield* new UnknownIdentity({
    message:
      "Git does not know whose name to put into the commits. Tell it:\n" +
      '  git config --global user.name "Your Name"\n' +
      "  git config --global user.email you@example.com"
  })
})
