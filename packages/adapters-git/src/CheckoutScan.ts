/**
 * Looks at a checkout as files, never as a repository: what may be captured, and what may not.
 *
 * Everything here is `lstat` and `readlink`; no link is followed and no file is opened. A nested repository is any
 * directory with a `.git` of whatever kind in it, or one that is laid out as a bare repository.
 */
import { lstatSync, readdirSync, type Stats } from "node:fs"
import type { Violation } from "@devteam/core/ports/Repository"
import { isEscapingSymlink } from "./escapingSymlink.ts"
import type { TreeEntry } from "./objects.ts"
import { parentsOf, type RawPath, shownPath } from "./rawPath.ts"

/** What a scan found: paths to take from the disk, paths to remove from the base, and what a person must see. */
export interface CheckoutScan {
  readonly take: ReadonlyArray<RawPath>
  readonly remove: ReadonlyArray<RawPath>
  readonly violations: ReadonlyArray<Violation>
}

// Names that some file system takes for `.git`: other case, NTFS short name and streams, ignorable characters.
const ignorable = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g
const isGitName = (part: string): boolean =>
  /^(?:\.git|git~1)[ .]*(?::.*)?$/i.test(Buffer.from(part, "latin1").toString("utf8").replace(ignorable, ""))

const isLitter = (path: RawPath): boolean => path.split("/").some((part) => part.startsWith(".aider"))

/**
 * `base` has every path of the base tree; `candidates` are the paths that git found changed, deleted or new, where a
 * trailing slash means a repository inside.
 */
export const scanCheckout = (
  root: string,
  base: ReadonlyMap<RawPath, TreeEntry>,
  candidates: ReadonlyArray<RawPath>
): CheckoutScan => {
  const absolute = (path: RawPath) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")])
  const look = (path: RawPath): Stats | undefined => lstatSync(absolute(path), { throwIfNoEntry: false })

  const directories = new Map<RawPath, boolean>()
  const isDirectory = (path: RawPath): boolean => {
    const known = directories.get(path)
    if (known !== undefined) return known
    const answer = parentsOf(path).every(isDirectory) && look(path)?.isDirectory() === true
    directories.set(path, answer)
    return answer
  }
  const isReachable = (path: RawPath): boolean => parentsOf(path).every(isDirectory)

  const isBareRepository = (path: RawPath): boolean =>
    look(`${path}/HEAD`) !== undefined &&
    look(`${path}/objects`)?.isDirectory() === true &&
    look(`${path}/refs`)?.isDirectory() === true

  const nested = new Set<RawPath>()
  const submodules = new Set<RawPath>()
  for (const [path, entry] of base) if (entry.mode === "160000") submodules.add(path)

  // A submodule that nobody initialised is an empty directory; one that was has its `.git`. Anything else is edits
  // which no commit of this repository can carry.
  for (const path of submodules) {
    const status = isReachable(path) ? look(path) : undefined
    if (status === undefined) continue
    const untouched =
      status.isDirectory() && (look(`${path}/.git`) !== undefined || readdirSync(absolute(path)).length === 0)
    if (!untouched) nested.add(path)
  }

  const gitNamed = new Set<RawPath>()
  const plain: Array<RawPath> = []
  for (const candidate of candidates) {
    const path = candidate.replace(/\/$/, "")
    if (candidate !== path) nested.add(path)
    const named = [...parentsOf(path), path].find((part) => isGitName(part.slice(part.lastIndexOf("/") + 1)))
    if (named === undefined) plain.push(path)
    else gitNamed.add(named)
  }

  const seen = new Set<RawPath>()
  for (const path of [...base.keys(), ...plain]) {
    for (const directory of parentsOf(path)) {
      if (seen.has(directory)) continue
      seen.add(directory)
      if (submodules.has(directory) || !isDirectory(directory)) continue
      if (look(`${directory}/.git`) !== undefined) nested.add(directory)
    }
  }
  for (const path of plain) {
    const directory = path.endsWith("/HEAD") && !base.has(path) ? path.slice(0, -"/HEAD".length) : undefined
    if (directory !== undefined && isReachable(path) && isBareRepository(directory)) nested.add(directory)
  }

  const isInside = (path: RawPath, of: ReadonlySet<RawPath>): boolean =>
    of.has(path) || parentsOf(path).some((parent) => of.has(parent))

  const take = new Set<RawPath>()
  const remove = new Set<RawPath>()
  const escaping: Array<RawPath> = []
  for (const path of plain) {
    if (submodules.has(path) || isInside(path, nested) || isInside(path, submodules)) continue
    if (isLitter(path) && !base.has(path)) continue
    const status = isReachable(path) ? look(path) : undefined
    if (status?.isFile() === true || status?.isSymbolicLink() === true) {
      take.add(path)
      if (status.isSymbolicLink() && isEscapingSymlink(root, path)) escaping.push(path)
    } else if (base.has(path)) remove.add(path)
  }
  // A file below a directory that became a link: git looks through the link and finds it unchanged.
  for (const path of base.keys()) {
    if (!submodules.has(path) && !isInside(path, nested) && !isReachable(path)) remove.add(path)
  }

  const outermost = [...nested].filter((path) => !parentsOf(path).some((parent) => nested.has(parent)))
  const violation = (kind: Violation["kind"]) => (path: RawPath) => ({ kind, path: shownPath(path) })
  return {
    take: [...take].toSorted(),
    remove: [...remove].toSorted(),
    violations: [
      ...[...outermost, ...gitNamed].toSorted().map(violation("nested_repository")),
      ...escaping.toSorted().map(violation("escaping_symlink"))
    ]
  }
}
