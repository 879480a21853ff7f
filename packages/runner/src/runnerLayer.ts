/**
 * The ports of a runner as its options have them, apart from those of any other runner in the same process.
 */
import type { CredentialSource } from "@devteam/adapters-git/Credentials"
import type { Hints } from "@devteam/core/ports/Hints"
import { Host } from "@devteam/core/ports/Host"
import { makeRedactor } from "@devteam/core/redaction/redact"
import { knownSecrets } from "@devteam/core/redaction/Secrets"
import { Effect, Layer, Logger, Metric, Option, Redacted } from "effect"
import type { RunnerPorts } from "./layers/machine.ts"
import { jsonLogger } from "./log/jsonLogger.ts"
import type { RemoteCredential, RunnerOptions } from "./RunnerOptions.ts"
import { forgetfulServerLayer, serverLayer } from "./server/layers.ts"
import type { RepositoryPolicy } from "./server/repositoryPolicy.ts"
import { ensureToken } from "./server/tokenFile.ts"

/** The token that clients have to send; undefined where nobody is asked. */
export const tokenOf = ({ token, dataDirectory }: RunnerOptions) => {
  if (token === false) return Effect.succeed(undefined)
  return token === undefined ? ensureToken(dataDirectory) : Effect.succeed(Redacted.make(token))
}

type Ask = (url: string) => Promise<RemoteCredential | undefined>

const credentialsFrom =
  (ask: Ask): CredentialSource =>
  (url) =>
    Effect.tryPromise(() => ask(url)).pipe(
      Effect.map((found) =>
        found === undefined
          ? Option.none()
          : Option.some({ username: found.username, password: Redacted.make(found.password) })
      ),
      // The remote then says what it thinks of a call without credentials, and that is what the execution shows.
      Effect.catch(({ cause }) =>
        Effect.as(
          Effect.logWarning("the host's credentials failed", { url, cause: String(cause) }),
          Option.none()
        )
      )
    )

/** Effect's own default would write to the console. */
const logging = (log: RunnerOptions["log"]) => {
  if (log === undefined) return Logger.layer([])
  const toHost = Effect.map(Host, ({ secrets }) => {
    const redactor = makeRedactor(knownSecrets(secrets))
    return jsonLogger({ redact: (text) => redactor.text(text), write: log, stacks: () => false })
  })
  return Logger.layer([toHost])
}

/** Opens the stores. */
export const runnerLayer = (
  options: RunnerOptions,
  policy: RepositoryPolicy
): Layer.Layer<RunnerPorts | Hints, unknown> => {
  const { credentials, secrets = [], store = "embedded" } = options
  const ports = store === "embedded" ? serverLayer : forgetfulServerLayer
  const withToken = Effect.map(tokenOf(options), (token) =>
    ports({
      ...options,
      protocols: policy.protocols,
      secrets:
        token === undefined ? secrets : [...secrets, { name: "the token", value: Redacted.value(token) }],
      credentials: credentials === undefined ? undefined : credentialsFrom(credentials)
    })
  )
  // Effect keeps the metrics of a process together where nobody says otherwise.
  const ownMetrics = Layer.succeed(Metric.MetricRegistry, new Map())
  return Layer.mergeAll(logging(options.log), ownMetrics).pipe(Layer.provideMerge(Layer.unwrap(withToken)))
}
