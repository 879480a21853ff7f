/**
 * Which values of this process's environment are secrets.
 *
 * By the names that variables usually have, and passwords inside URLs whatever their variable is called.
 */
import type { Secret } from "@devteam/core/redaction/Secrets"

const secretName = /(^|_)(TOKEN|KEY|APIKEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|AUTH|PAT|DSN)(_|$)/i
const ordinaryName = /^(SSH_AUTH_SOCK|GPG_KEY_ID)$/

/** The user name and password inside a URL, as they stand there and decoded. */
export const secretsInUrl = (name: string, url: string): ReadonlyArray<Secret> => {
  if (!URL.canParse(url)) return []
  const { username, password } = new URL(url)
  // A token may stand in the user's place, with no password beside it.
  const values = password === "" ? (username.length >= 20 ? [username] : []) : [password]
  return values.flatMap((value) => [
    { name, value },
    { name, value: decodeURIComponent(value) }
  ])
}

/** The secrets in an environment. */
export const secretsIn = (environment: Readonly<Record<string, string | undefined>>): ReadonlyArray<Secret> =>
  Object.entries(environment).flatMap(([name, value]) => {
    if (value === undefined || value === "") return []
    const named = secretName.test(name) && !ordinaryName.test(name) ? [{ name, value }] : []
    return [...named, ...secretsInUrl(name, value)]
  })
