/**
 * The page on which a person sees what a pushed branch changes, and opens a pull request for it.
 *
 * Known by the host's name; where that tells nothing there is no page. No host is asked.
 */

/** Host and path of a remote's URL, without credentials, port and `.git`. */
const placeOf = (remote: string): { readonly host: string; readonly path: string } | undefined => {
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)\/?([^\s]+)$/.exec(remote)
  const parts = (): readonly [string, string] | undefined => {
    if (scp !== null) return [scp[1] ?? "", scp[2] ?? ""]
    if (!/^(https?|ssh|git):\/\//.test(remote) || !URL.canParse(remote)) return undefined
    const { hostname, pathname } = new URL(remote)
    return [hostname, decodeURI(pathname)]
  }
  const [host, path] = parts() ?? ["", ""]
  const clean = path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "")
  return host === "" || !clean.includes("/") ? undefined : { host: host.toLowerCase(), path: clean }
}

const escaped = (text: string): string => text.split("/").map(encodeURIComponent).join("/")

type Page = (path: string, base: string, branch: string) => string

const pages: ReadonlyArray<readonly [RegExp, Page]> = [
  [
    /(^|\.)github\./,
    (path, base, branch) => `${path}/compare/${escaped(base)}...${escaped(branch)}?expand=1`
  ],
  [
    /(^|\.)gitlab\.|^gitlab/,
    (path, base, branch) =>
      `${path}/-/merge_requests/new?merge_request[source_branch]=${encodeURIComponent(branch)}&merge_request[target_branch]=${encodeURIComponent(base)}`
  ],
  [
    /^bitbucket\.org$/,
    (path, base, branch) =>
      `${path}/pull-requests/new?source=${encodeURIComponent(branch)}&dest=${encodeURIComponent(base)}`
  ],
  [
    /^codeberg\.org$|(^|\.)(gitea|forgejo)\./,
    (path, base, branch) => `${path}/compare/${escaped(base)}...${escaped(branch)}`
  ]
]

/** The page's URL; undefined where the host is none that is known. */
export const compareUrl = (remote: string, base: string, branch: string): string | undefined => {
  const place = placeOf(remote)
  const page = pages.find(([hosts]) => place !== undefined && hosts.test(place.host))?.[1]
  if (place === undefined || page === undefined) return undefined
  return page(
    `https://${place.host}/${place.path.split("/").map(encodeURIComponent).join("/")}`,
    base,
    branch
  )
}
