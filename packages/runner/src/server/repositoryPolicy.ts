/**
 * Which repositories the operator allows beyond the registered projects: exact URLs, or everything below one.
 *
 * Nothing is resolved or fetched; the comparison is of normal forms.
 */
import { normalize } from "node:path"
import { type Protocol, parseRemoteUrl } from "@devteam/adapters-git/RemoteUrl"
import { defaultProjectId } from "@devteam/adapters-git/repositoryId"
import { type ReadableRepository, RepositoryRefused } from "@devteam/adapters-http/server/Operator"
import { Effect, Option, Schema } from "effect"

/** An entry of the list cannot be read. */
export class AllowListError extends Schema.TaggedError<AllowListError>()("AllowListError", {
  message: Schema.String
}) {}

/** See the module's paragraph. */
export interface RepositoryPolicy {
  readonly readRepository: (url: string) => Effect.Effect<ReadableRepository, RepositoryRefused>
  readonly allowsRepository: (url: string) => boolean
  /** The transports that git may use: https and ssh, what the entries need, and what was added. */
  readonly protocols: ReadonlyArray<Protocol>
}

const everything: ReadonlyArray<Protocol> = ["https", "ssh", "http", "file"]

/** With and without `.git` or a slash at its end a URL means the same repository. */
const normal = (url: string): string => url.replace(/\/+$/, "").replace(/\.git$/, "")

const climbs = (url: string): boolean => /(^|[/:\\])\.\.([/\\]|$)/.test(url)

interface Entry {
  readonly protocol: Protocol
  readonly matches: (url: string) => boolean
}

const readEntry = Effect.fnUntraced(function* (entry: string) {
  const below = entry.endsWith("/*")
  const named = below ? entry.slice(0, -2) : entry
  const { protocol, clean } = yield* parseRemoteUrl(named, everything).pipe(
    Effect.mapError(({ message }) => new AllowListError({ message: `${entry}: ${message}` }))
  )
  const base = normal(clean)
  const matches = (url: string): boolean =>
    below ? url.startsWith(`${base}/`) && !climbs(url) : normal(url) === base
  return { protocol, matches } satisfies Entry
})

/**
 * Reads the operator's list. Entries are URLs or absolute paths; one that ends in `/*` allows what lies below it.
 * `added` are further transports.
 */
export const makeRepositoryPolicy = Effect.fnUntraced(function* (
  allowed: ReadonlyArray<string>,
  added: ReadonlyArray<Protocol> = []
) {
  const entries = yield* Effect.forEach(allowed, readEntry)
  const needed = entries.map(({ protocol }) => protocol)
  const protocols = [...new Set<Protocol>(["https", "ssh", ...needed, ...added])]
  const refuse = (reason: RepositoryRefused["reason"], message: string) =>
    Effect.fail(new RepositoryRefused({ reason, message }))
  const policy: RepositoryPolicy = {
    protocols,
    allowsRepository: (url) => entries.some(({ matches }) => matches(url)),
    readRepository: (url) =>
      parseRemoteUrl(url, protocols).pipe(
        Effect.catch(({ message }) => refuse("invalid", message)),
        Effect.flatMap(({ protocol, clean, embedded }) => {
          if (Option.isSome(embedded)) {
            return refuse(
              "has_credentials",
              "The repository's URL holds a user name or password, and would be stored with it. Leave them out, and give them to git's credential helper where the server runs."
            )
          }
          const stored = protocol === "file" ? normalize(clean) : clean
          return Effect.succeed({ url: stored, projectId: defaultProjectId(stored) })
        })
      )
  }
  return policy
})
