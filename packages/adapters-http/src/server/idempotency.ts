/**
 * Idempotency keys, and the fingerprints by which a repeat is told from another request.
 *
 * A fingerprint is of the decoded body in canonical form (RFC 8785), so that neither the order of keys nor spaces
 * matter.
 */
import { createHash } from "node:crypto"
import type { IdempotencyKey } from "@devteam/core/ports/Intake"
import { Result } from "effect"
import { type Refusal, refusal } from "./Refusal.ts"

/** How long a key is remembered: six hours. */
const keyTtlMs = 6 * 60 * 60 * 1000

/** JSON with sorted keys and no spaces. `value` is what `JSON.parse` gave. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    // By UTF-16 code units, as the RFC has it.
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(",")}}`
}

/** The SHA-256 of a body's canonical form, in hex. */
export const fingerprintOf = (body: unknown): string =>
  createHash("sha256").update(canonicalJson(body)).digest("hex")

const malformed = refusal(
  "invalid-idempotency-key",
  "An Idempotency-Key is 1 to 255 visible characters, given once. Send another one, or none."
)

/** A header's key, with or without the quotes of a structured string; undefined when there is none. */
export const readKey = (header: string | undefined): Result.Result<string | undefined, Refusal> => {
  if (header === undefined) return Result.succeed(undefined)
  const quoted = /^"(.*)"$/.exec(header)
  const key = quoted?.[1] ?? header
  // Two headers arrive as one with a comma between them.
  return /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(key) && !key.includes(", ")
    ? Result.succeed(key)
    : Result.fail(malformed)
}

/** The key of a request, in the scope of its caller, method and path. */
export const keyOf = (
  header: string | undefined,
  scope: { readonly caller: string; readonly method: string; readonly path: string },
  fingerprint: string
): Result.Result<IdempotencyKey | undefined, Refusal> =>
  Result.map(readKey(header), (key) =>
    key === undefined
      ? undefined
      : { scope: `${scope.caller} ${scope.method} ${scope.path}`, key, fingerprint, ttlMs: keyTtlMs }
  )
