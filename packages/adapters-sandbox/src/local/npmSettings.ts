/**
 * Carries the user's npm settings into a sandbox whose HOME is another one, without the user's credentials.
 *
 * What is decided here: a setting goes along only when it is on a short list (where packages come from, how to
 * reach it, how dependencies are resolved). Credentials (`_authToken`, `_auth`, `_password`, client keys, a user
 * and password inside a registry's URL) never do, because the agent and every install script of a dependency could
 * read them. Whoever needs a private registry names the variable in the project's environment and refers to it
 * from the project's own `.npmrc` (`//npm.example.com/:_authToken=${NPM_TOKEN}`). What was left out is said as a
 * warning, by name only. A proxy's password is kept: nothing works without it.
 */

/** Environment variables of the host. */
export type HostEnvironment = Readonly<Record<string, string | undefined>>

/** What a sandbox gets. */
export interface NpmSettings {
  /** The text of the sandbox's own `~/.npmrc`. */
  readonly userConfig: string
  /** `npm_config_*` variables: what the operator set in the environment goes before a project's `.npmrc`. */
  readonly environment: Readonly<Record<string, string>>
  readonly warnings: ReadonlyArray<string>
}

const carried = new Set(
  (
    "registry replace-registry-host omit-lockfile-registry-resolved proxy https-proxy http-proxy noproxy cafile ca " +
    "ca[] strict-ssl fetch-retries fetch-retry-factor fetch-retry-mintimeout fetch-retry-maxtimeout fetch-timeout " +
    "maxsockets prefer-offline offline audit fund update-notifier legacy-peer-deps strict-peer-deps engine-strict"
  ).split(" ")
)

const isCarried = (key: string): boolean => carried.has(key) || /^@[^:/]+:registry$/.test(key)

const isCredential = (key: string): boolean =>
  /(^|:)_?(authToken|auth|password|username|key|cert|keyfile|certfile|otp)$/i.test(key)

const userInfo = /\/\/[^/@\s"']+@/

const expand = (value: string, host: HostEnvironment): string =>
  value.replace(/\$\{([^}?]+)\??\}/g, (whole, name: string) => host[name] ?? whole)

const leftOut = (what: string): string =>
  `npm: ${what} is not given to the sandbox; name a variable in the project's environment if an install needs it`

/** The value without a user and password where it is a registry's; proxies keep theirs. */
const clean = (key: string, value: string): { value: string; warnings: ReadonlyArray<string> } =>
  key.endsWith("registry") && userInfo.test(value)
    ? { value: value.replace(userInfo, "//"), warnings: [leftOut(`the password in ${key}'s URL`)] }
    : { value, warnings: [] }

/**
 * Makes a sandbox's npm settings of the text of the user's `.npmrc` and of the host's environment. Lower-case
 * `npm_config_*` variables count only when the worker was not itself started by npm, which sets them for its own
 * scripts.
 */
export const npmSettings = (userConfig: string, host: HostEnvironment): NpmSettings => {
  const warnings: Array<string> = []
  const lines: Array<string> = []
  for (const line of userConfig.split(/\r?\n/)) {
    const match = /^\s*([^=;#\s][^=]*?)\s*=\s*(.*)$/.exec(line)
    if (match === null) continue
    const [, key = "", raw = ""] = match
    if (isCredential(key)) warnings.push(leftOut(`${key} of your .npmrc`))
    if (!isCarried(key)) continue
    const cleaned = clean(key, expand(raw, host))
    warnings.push(...cleaned.warnings)
    lines.push(`${key}=${cleaned.value}\n`)
  }
  const environment: Record<string, string> = {}
  const byNpm = host["npm_execpath"] !== undefined
  for (const [name, value] of Object.entries(host)) {
    const match = /^(npm_config_|NPM_CONFIG_)(.+)$/.exec(name)
    if (match === null || value === undefined || (byNpm && match[1] === "npm_config_")) continue
    const key = (match[2] ?? "").toLowerCase().replaceAll(/(?!^)_/g, "-")
    if (isCredential(key)) warnings.push(leftOut(name))
    if (!isCarried(key)) continue
    const cleaned = clean(key, value)
    warnings.push(...cleaned.warnings)
    environment[`npm_config_${key.replaceAll("-", "_")}`] = cleaned.value
  }
  return { userConfig: lines.join(""), environment, warnings }
}
