/**
 * A redactor that hides nothing, with the names of the real one: for the control.
 */
import type { Redactor } from "../../../packages/core/src/redaction/redact.ts"

/** What the real one puts in a secret's place. */
export const marker = "«redacted»"

/** Leaves everything as it is. */
export const makeRedactor = (): Redactor => ({
  text: (text) => text,
  value: (json) => json,
  stream: () => ({ push: (chunk) => chunk, flush: () => "" }),
  contains: () => false
})
