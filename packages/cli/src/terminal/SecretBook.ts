/**
 * The secrets that this call of the command has come to know, and the redactor that hides them.
 *
 * The environment's at once; those of a URL once it was read.
 */
import { makeRedactor, type Redactor } from "@devteam/core/redaction/redact"
import { knownSecrets, type Secret } from "@devteam/core/redaction/Secrets"

/** See above. */
export interface SecretBook {
  readonly add: (secrets: ReadonlyArray<Secret>) => void
  readonly redactor: () => Redactor
}

/** A book with some secrets; the redactor is made at its first use. */
export const makeSecretBook = (first: ReadonlyArray<Secret>): SecretBook => {
  let secrets = first
  let redactor: Redactor | undefined
  return {
    add: (more) => {
      if (more.length === 0) return
      secrets = [...secrets, ...more]
      redactor = undefined
    },
    redactor: () => (redactor ??= makeRedactor(knownSecrets(secrets)))
  }
}
