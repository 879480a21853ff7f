/**
 * A folder that can be all of a PATH: links to the programs that are named, and nothing else.
 */
import { existsSync, mkdirSync, realpathSync, symlinkSync } from "node:fs"
import { delimiter, join } from "node:path"

/** Makes `folder` with a link to each program, as this process's PATH finds it; those of npm packages do not count. */
export const linkTools = (folder: string, tools: ReadonlyArray<string>): string => {
  mkdirSync(folder)
  for (const tool of tools) {
    const found = (process.env["PATH"] ?? "")
      .split(delimiter)
      .map((place) => join(place, tool))
      .find((file) => existsSync(file) && !file.includes("node_modules"))
    if (found === undefined) throw new Error(`${tool} is not in PATH`)
    symlinkSync(realpathSync(found), join(folder, tool))
  }
  return folder
}
