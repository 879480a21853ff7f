/**
 * What is stored with an execution may be read for ever, and is seen by every process: no secret may be in it.
 */
import type { ExecutionSettings } from "@devteam/core/model/Settings"
import { Host } from "@devteam/core/ports/Host"
import { holdsSecret } from "@devteam/core/redaction/holdsSecret"
import { makeRedactor } from "@devteam/core/redaction/redact"
import { knownSecrets } from "@devteam/core/redaction/Secrets"
import { Effect, Schema } from "effect"

/** Settings that cannot be used. The message names the place, and repeats no secret. */
export class SettingsRefused extends Schema.TaggedError<SettingsRefused>()("SettingsRefused", {
  message: Schema.String
}) {}

/** Fails with `SettingsRefused` when a command line holds a value that the host or its shape gives away as a secret. */
export const refuseSecrets = Effect.fnUntraced(function* ({
  agent,
  prepare,
  verify
}: Pick<ExecutionSettings, "agent" | "prepare" | "verify">) {
  const { secrets } = yield* Host
  const redactor = makeRedactor(knownSecrets(secrets))
  const places = { "agent.argv": agent.argv, prepare: prepare.flat(), verify: verify?.flat() ?? [] }
  for (const [place, words] of Object.entries(places)) {
    if (!holdsSecret(words, redactor)) continue
    return yield* new SettingsRefused({
      message: `${place} holds a secret, and it would be stored and seen by every process. Put it into a variable and name that in agent.env: the agent finds it in its environment.`
    })
  }
})
