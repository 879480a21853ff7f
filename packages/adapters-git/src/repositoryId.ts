/**
 * The project id that a repository gets when nobody names one.
 */
import { createHash } from "node:crypto"
import { ProjectId } from "@devteam/core/model/Ids"

const segment = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")

/**
 * The last two segments of a URL's path, lower-cased and without `.git`; for a path on this machine
 * `local/<folder>-<hash6>`, where the hash tells folders of the same name apart.
 */
export const defaultProjectId = (url: string): ProjectId => {
  const bare = url.replace(/[/]+$/, "").replace(/\.git$/, "")
  const remotePath = URL.canParse(bare) && !bare.startsWith("file:") ? new URL(bare).pathname : undefined
  const path =
    bare.startsWith("/") || bare.startsWith("file:") ? undefined : (remotePath ?? bare.replace(/^[^:]*:/, ""))
  const segments = (path ?? "")
    .split("/")
    .map(segment)
    .filter((part) => part !== "")
  if (segments.length > 0) return ProjectId.make(segments.slice(-2).join("/"))
  const local = bare.replace(/^file:\/\//, "")
  const folder = segment(local.split("/").at(-1) ?? "")
  const hash = createHash("sha256").update(local).digest("hex").slice(0, 6)
  return ProjectId.make(`local/${folder === "" ? "repository" : folder}-${hash}`)
}
