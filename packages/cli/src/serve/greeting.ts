/**
 * What a server says when it listens: where it is, where its data and token are, and how to begin.
 */
import type { Identity } from "@devteam/core/model/Settings"

/** Where things are. `tokenFile` is undefined where nobody is asked for a token. */
export interface Place {
  readonly url: string
  readonly dataDirectory: string
  readonly tokenFile: string | undefined
  readonly agents: ReadonlyArray<string>
  readonly identity: Identity
  readonly allowed: ReadonlyArray<string>
}

const quoted = (path: string): string =>
  /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`

/** A repository that the operator allows, for the example. */
const exampleRepository = ({ allowed }: Place): string =>
  allowed.find((entry) => !entry.endsWith("/*")) ?? "https://github.com/acme/shop.git"

/** The lines. */
export const greeting = (place: Place): ReadonlyArray<string> => {
  const { url, dataDirectory, tokenFile, agents, allowed, identity } = place
  const auth = tokenFile === undefined ? "" : ` -H "Authorization: Bearer $(cat ${quoted(tokenFile)})"`
  const body = JSON.stringify({ projectId: "acme/shop", repository: { url: exampleRepository(place) } })
  return [
    `devteam serves on ${url}`,
    `  data    ${dataDirectory}`,
    tokenFile === undefined
      ? "  token   none: whoever reaches this port may do anything"
      : `  token   ${tokenFile}`,
    `  agents  ${agents.length === 0 ? "none: name one with --agent" : agents.join(", ")}`,
    `  allows  ${allowed.length === 0 ? "registered projects only: allow others with --allow-repo" : allowed.join(", ")}`,
    `  commits ${identity.name} <${identity.email}>`,
    `  docs    ${url}/docs`,
    "",
    `curl${auth} -H 'Content-Type: application/json' -d '${body.replaceAll("'", "'\\''")}' ${url}/api/devteam/automation/initialize`,
    `curl${auth} ${url}/api/devteam/automation/status/acme/shop`,
    `curl${auth} -X POST ${url}/api/devteam/automation/stop/acme/shop`
  ]
}
