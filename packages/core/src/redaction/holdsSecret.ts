/**
 * Whether words hold a secret: asked before something is stored for ever.
 *
 * Answers for known values and for the shapes of well-known tokens alike. Says nothing of which word it was, so that
 * nothing of it can be repeated.
 */
import type { Redactor } from "./redact.ts"

/** True when the redactor would hide something in one of the words. */
export const holdsSecret = (words: ReadonlyArray<string>, redactor: Redactor): boolean =>
  words.some((word) => redactor.text(word) !== word)
