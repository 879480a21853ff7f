/**
 * The environment of every command in a local sandbox, built from nothing.
 *
 * Only what a build needs is named here; whatever else the worker's own environment holds (keys, tokens, npm's and
 * npx's variables) does not go along. A command's own secrets come with its request.
 */
import { delimiter, isAbsolute, join } from "node:path"
import type { HostEnvironment } from "./npmSettings.ts"

const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase()
])

/** Files of certificates, by the programs that a build or an agent runs: node, OpenSSL, git, curl, Python. */
const authorities = [
  "NODE_EXTRA_CA_CERTS",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GIT_SSL_CAINFO",
  "CURL_CA_BUNDLE",
  "REQUESTS_CA_BUNDLE"
]

/**
 * The host's PATH without what npm, npx and yarn put in front for the script that started the worker, so that the
 * user's own node builds. Relative entries go too: in a checkout they would run what the checkout brings.
 */
export const userPath = (path: string): string =>
  path
    .split(delimiter)
    .filter(
      (directory) =>
        isAbsolute(directory) &&
        !/\/node_modules\/\.bin\/?$/.test(directory) &&
        !/\/_npx\//.test(directory) &&
        !/\/node-gyp-bin\/?$/.test(directory) &&
        !/\/yarn--\d/.test(directory)
    )
    .join(delimiter)

/** Builds the environment for a sandbox whose home is `home` (an absolute directory). */
export const scrubbedEnvironment = (
  host: HostEnvironment,
  home: string
): { readonly environment: Readonly<Record<string, string>>; readonly warnings: ReadonlyArray<string> } => {
  const environment: Record<string, string> = {
    PATH: userPath(host["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"),
    HOME: home,
    TMPDIR: join(home, "tmp"),
    LANG: "C.UTF-8",
    LC_ALL: "C.UTF-8",
    TERM: "dumb",
    NO_COLOR: "1",
    npm_config_cache: join(home, ".npm")
  }
  const warnings: Array<string> = []
  for (const name of [...proxies, ...authorities]) {
    const value = host[name]
    if (value === undefined || value === "") continue
    environment[name] = value
    if (proxies.includes(name) && /\/\/[^/@\s]+@/.test(value)) {
      warnings.push(`${name} holds a password, and commands in the sandbox can read it`)
    }
  }
  return { environment, warnings }
}
