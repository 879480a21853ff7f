/**
 * Secrets that a test plants, and the search for them in everything that a run leaves behind.
 *
 * The search knows the forms from its own hand, not from the redactor: as it is, base64 at any place, escaped for a
 * URL, hex digits.
 */

/** What was found where. */
export interface Hit {
  readonly where: string
  readonly canary: string
  readonly form: string
}

const base64Forms = (value: string): ReadonlyArray<readonly [string, string]> =>
  [0, 1, 2].map((shift) => {
    const text = Buffer.from(" ".repeat(shift) + value).toString("base64")
    // What stands before and behind the secret changes the first and the last signs.
    return ["base64", text.slice(shift === 0 ? 0 : 4, -4)] as const
  })

/** The ways in which a value may be written. */
export const formsOf = (value: string): ReadonlyArray<readonly [string, string]> => [
  ["as it is", value],
  ...base64Forms(value),
  ["base64url", Buffer.from(value).toString("base64url").slice(0, -4)],
  ["in a URL", encodeURIComponent(value)],
  ["in JSON", JSON.stringify(value).slice(1, -1)]
]

/** Looks for canaries (by name) in some bytes. */
export const hitsIn = (
  where: string,
  content: string | Uint8Array,
  canaries: Readonly<Record<string, string>>
): ReadonlyArray<Hit> => {
  const bytes = Buffer.from(content as string)
  return Object.entries(canaries).flatMap(([canary, value]) =>
    formsOf(value).flatMap(([form, text]) => (bytes.includes(text) ? [{ where, canary, form }] : []))
  )
}
