/**
 * Whether a symlink of a checkout leads out of it.
 *
 * The target is followed by hand, link by link, because a chain of links that each stay inside can still leave. An
 * absolute target leaves by definition; so does one that goes through the checkout's `.git`, which is not part of
 * the tree.
 */
import { lstatSync, readlinkSync } from "node:fs"
import type { RawPath } from "./rawPath.ts"

const maxLinks = 40

/** `root` is an absolute directory, `path` a symlink below it whose parents are real directories. */
export const isEscapingSymlink = (root: string, path: RawPath): boolean => {
  const absolute = (parts: ReadonlyArray<string>) =>
    Buffer.concat([Buffer.from(`${root}/`), Buffer.from(parts.join("/"), "latin1")])
  const here: Array<string> = []
  const ahead = path.split("/")
  let links = 0
  for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
    if (part === "" || part === ".") continue
    if (part === "..") {
      if (here.pop() === undefined) return true
      continue
    }
    if (part.toLowerCase() === ".git") return true
    here.push(part)
    const status = lstatSync(absolute(here), { throwIfNoEntry: false })
    if (status?.isSymbolicLink() !== true) continue
    if (++links > maxLinks) return true
    const target = readlinkSync(absolute(here), { encoding: "buffer" }).toString("latin1")
    if (target.startsWith("/")) return true
    here.pop()
    ahead.unshift(...target.split("/"))
  }
  return false
}
