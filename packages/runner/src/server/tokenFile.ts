/**
 * The server's token: made once, in a file of the data directory that only its owner can read.
 */
import { randomBytes } from "node:crypto"
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect, Redacted, Schema } from "effect"

/** The token cannot be made, or its file may be read by others. */
export class TokenError extends Schema.TaggedError<TokenError>()("TokenError", { message: Schema.String }) {}

/** Where the token of a data directory is. */
export const tokenFile = (dataDirectory: string): string => join(dataDirectory, "token")

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code

/** Makes the file if there is none; the first of several processes wins, and nobody ever sees half of it. */
const create = (file: string): void => {
  const draft = `${file}.${randomBytes(6).toString("hex")}`
  writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, { flag: "wx", mode: 0o600 })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error
  } finally {
    rmSync(draft)
  }
}

const read = (file: string): string => {
  const { mode } = statSync(file)
  if ((mode & 0o077) !== 0) {
    throw new Error(`${file} may be read by others. Remove it, and the next start makes a new token.`)
  }
  const token = readFileSync(file, "utf8").trim()
  if (token.length >= 20) return token
  throw new Error(`${file} holds no token. Remove it, and the next start makes a new one.`)
}

const attempt = <A>(what: () => A) =>
  Effect.try({
    try: what,
    catch: (error) => new TokenError({ message: error instanceof Error ? error.message : String(error) })
  })

/** The token of a data directory, made if it has none. */
export const ensureToken = (dataDirectory: string): Effect.Effect<Redacted.Redacted, TokenError> =>
  attempt(() => {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
    const file = tokenFile(dataDirectory)
    if (!existsSync(file)) create(file)
    return Redacted.make(read(file))
  })

/** The token that a server on this data directory has; undefined when none was ever started. */
export const readToken = (dataDirectory: string): Effect.Effect<Redacted.Redacted | undefined, TokenError> =>
  attempt(() => {
    try {
      return Redacted.make(read(tokenFile(dataDirectory)))
    } catch (error) {
      if (hasCode(error, "ENOENT")) return undefined
      throw error
    }
  })
