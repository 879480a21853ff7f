/**
 * Which server the command talks to: the one that is named, else the one that runs on the data directory.
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Server } from "@devteam/client/watch"
import { readToken } from "@devteam/runner/server/tokenFile"
import { Effect, Redacted } from "effect"
import { environmentError, usageError } from "../ExitWith.ts"
import { Invocation } from "../Invocation.ts"

const announced = (dataDirectory: string): string | undefined => {
  try {
    const { url }: { readonly url?: unknown } = JSON.parse(
      readFileSync(join(dataDirectory, "server.json"), "utf8")
    )
    return typeof url === "string" ? url : undefined
  } catch {
    return undefined
  }
}

const sameServer = (url: string, other: string | undefined): boolean =>
  other !== undefined && URL.canParse(url) && new URL(url).origin === new URL(other).origin

/**
 * `url` as the caller gave it. The token is `DEVTEAM_TOKEN`'s, else that of the data directory, which only the server
 * on that directory ever gets to see.
 */
export const findServer = Effect.fnUntraced(function* (dataDirectory: string, url: string | undefined) {
  const { environment, secrets } = yield* Invocation
  const own = announced(dataDirectory)
  const baseUrl = url ?? own
  if (baseUrl === undefined) {
    return yield* environmentError(
      `No server runs on ${dataDirectory}. Start one with devteam serve, or name another with --url.`
    )
  }
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) {
    return yield* usageError(`--url ${baseUrl} is no address of a server. Give it as http://127.0.0.1:4600.`)
  }
  const named = environment["DEVTEAM_TOKEN"] ?? ""
  const stored = sameServer(baseUrl, own) ? yield* readToken(dataDirectory) : undefined
  const token = named !== "" ? named : stored && Redacted.value(stored)
  if (token !== undefined) secrets.add([{ name: "the server's token", value: token }])
  return { baseUrl, token } satisfies Server
})
