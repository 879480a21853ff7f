/**
 * What may stand in the place of a repository's URL, and the form of it that may be stored and shown.
 *
 * Refuses transport helpers (`ext::`), option-like values, protocols that the operator did not allow and plain http
 * to anything but this machine. A user and password inside the URL are taken out here, once, and become the
 * credential; `clean` never has them.
 */
import { isAbsolute } from "node:path"
import { fileURLToPath } from "node:url"
import { RepositoryError } from "@devteam/core/ports/Repository"
import { Effect, Option, Redacted } from "effect"
import type { Credential } from "./Credentials.ts"

/** A transport that git may use. `http` only ever reaches loopback addresses. */
export type Protocol = "https" | "ssh" | "http" | "file"

/** What is allowed when the operator says nothing. */
export const defaultProtocols: ReadonlyArray<Protocol> = ["https", "ssh"]

/** A checked URL. `embedded` is what the given one carried as `user:password@`. */
export interface RemoteUrl {
  readonly protocol: Protocol
  readonly clean: string
  readonly embedded: Option.Option<Credential>
}

const refuse = (message: string): Effect.Effect<never, RepositoryError> =>
  Effect.fail(new RepositoryError({ reason: "forbidden", message }))

// oxlint-disable-next-line no-control-regex
const controlCharacter = /[\u0000-\u0020\u007f]/
const scpLike = /^(?:[A-Za-z0-9_][\w.-]*@)?(?:[A-Za-z0-9][\w.-]*|\[[0-9a-fA-F:]+\]):(?!\/\/)[^-].*$/
const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host)

const embeddedIn = (url: URL): Option.Option<Credential> =>
  url.username === "" && url.password === ""
    ? Option.none()
    : Option.some({
        username: decodeURIComponent(url.username),
        password: Redacted.make(decodeURIComponent(url.password))
      })

const parse = (url: string): RemoteUrl | string => {
  if (url === "") return "No repository URL was given."
  if (url.startsWith("-")) return "A repository URL may not begin with a dash."
  if (/^[A-Za-z0-9+.-]+::/.test(url)) return "Transport helpers such as ext:: are never used."
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(url)) {
    if (isAbsolute(url)) return { protocol: "file", clean: url, embedded: Option.none() }
    if (controlCharacter.test(url)) return "A repository URL may not have spaces or control characters."
    if (scpLike.test(url)) return { protocol: "ssh", clean: url, embedded: Option.none() }
    return "It is neither a URL, nor user@host:path, nor an absolute path."
  }
  if (controlCharacter.test(url)) return "A repository URL may not have spaces or control characters."
  if (!URL.canParse(url)) return "The repository URL cannot be read."
  const parsed = new URL(url)
  if (parsed.hostname.startsWith("-") || decodeURIComponent(parsed.username).startsWith("-")) {
    return "Host and user of a repository URL may not begin with a dash."
  }
  switch (parsed.protocol) {
    case "file:":
      return { protocol: "file", clean: fileURLToPath(parsed), embedded: Option.none() }
    case "ssh:": {
      // The user name belongs to an ssh address; a password has no use there, and would end up in argv.
      parsed.password = ""
      return { protocol: "ssh", clean: parsed.href, embedded: Option.none() }
    }
    case "https:":
    case "http:": {
      const protocol = parsed.protocol === "https:" ? ("https" as const) : ("http" as const)
      if (protocol === "http" && !isLoopback(parsed.hostname)) {
        return "Plain http would show the password to the network: use https."
      }
      const embedded = embeddedIn(parsed)
      parsed.username = ""
      parsed.password = ""
      return { protocol, clean: parsed.href, embedded }
    }
    default:
      return `The protocol ${parsed.protocol}// is not supported: use https or ssh.`
  }
}

/** Checks a URL against the rules above. Fails with `forbidden`, without repeating a URL that may hold a secret. */
export const parseRemoteUrl = (
  url: string,
  allowed: ReadonlyArray<Protocol>
): Effect.Effect<RemoteUrl, RepositoryError> =>
  Effect.suspend(() => {
    let parsed: RemoteUrl | string
    try {
      parsed = parse(url)
    } catch {
      parsed = "The repository URL cannot be read."
    }
    if (typeof parsed === "string") return refuse(`The repository cannot be used: ${parsed}`)
    if (!allowed.includes(parsed.protocol)) {
      return refuse(
        `The repository ${parsed.clean} needs the protocol ${parsed.protocol}, and only ${allowed.join(", ")} ` +
          `may be used here. Allow ${parsed.protocol} in the configuration, or use another URL.`
      )
    }
    return Effect.succeed(parsed)
  })
