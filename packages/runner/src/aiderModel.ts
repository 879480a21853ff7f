/**
 * The model that a person's aider would take without being told: `AIDER_MODEL`, else `model` in their own
 * `.aider.conf.yml`.
 *
 * A run keeps aider from reading those files itself, because a checkout may bring its own. Only the model's name is
 * taken from them, and only from files that lie outside of any checkout of ours.
 */
import { readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

/** The value of a plain `model: name` line. */
const modelIn = (text: string): string | undefined => {
  const [, quoted, bare] = /^model[ \t]*:[ \t]*(?:["']([^"'\n]+)["']|([^\s#"'][^\s#]*))/m.exec(text) ?? []
  return quoted ?? bare
}

/** `workTree` is the folder whose `.aider.conf.yml` aider would read there, before the one in the home. */
export const aiderModel = (
  environment: Readonly<Record<string, string | undefined>>,
  workTree: string | undefined
): string | undefined => {
  const named = environment["AIDER_MODEL"]
  if (named !== undefined && named !== "") return named
  const folders = [...(workTree === undefined ? [] : [workTree]), environment["HOME"] ?? homedir()]
  return folders
    .map((folder) => modelIn(read(join(folder, ".aider.conf.yml"))))
    .find((model) => model !== undefined)
}
