/**
 * A redactor that hides nothing, with the names of the real one: for the control.
 */
import type { Redactor } from "../../../packages/core/src/redaction/redact.ts"

export const marker = "«redacted»"

export const makeRedactor = (): Redactor => ({
  text: (text) => text,
  value: (json) => json,
  stream: () => ({ push: (chunk) => chunk, flush: () => "" }),
  contains: () => false
})
