/**
 * Git's object names, computed without git.
 *
 * Blobs, trees and commits of the in-memory repository have the very SHA-1 that git gives them, so that "the same
 * input gives the same object" means the same in both.
 */
import { createHash } from "node:crypto"
import { Sha } from "../../model/Ids.ts"

/** One file of a tree; `sha` names its blob (or, for mode 160000, a commit elsewhere). */
export interface Entry {
  readonly mode: "100644" | "100755" | "120000" | "160000"
  readonly sha: Sha
}

/** A whole tree, flat: full path to entry. */
export type Tree = ReadonlyMap<string, Entry>

/** The name of an object. */
export const objectName = (type: "blob" | "tree" | "commit", content: Uint8Array): Sha =>
  Sha.make(createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex"))

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Paths in git's order. */
export const sortedPaths = (paths: Iterable<string>): ReadonlyArray<string> => [...paths].sort(compareBytes)

/** The name of a flat tree. */
export const treeName = (tree: Tree): Sha => {
  const directories = new Map<string, Map<string, Entry>>()
  const lines: Array<{ readonly key: string; readonly bytes: Buffer }> = []
  const line = (mode: string, name: string, sha: Sha, key: string) =>
    lines.push({ key, bytes: Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, "hex")]) })
  for (const [path, entry] of tree) {
    const slash = path.indexOf("/")
    if (slash === -1) {
      line(entry.mode, path, entry.sha, path)
      continue
    }
    const name = path.slice(0, slash)
    const below = directories.get(name) ?? new Map<string, Entry>()
    below.set(path.slice(slash + 1), entry)
    directories.set(name, below)
  }
  for (const [name, below] of directories) line("40000", name, treeName(below), `${name}/`)
  lines.sort((a, b) => compareBytes(a.key, b.key))
  return objectName("tree", Buffer.concat(lines.map(({ bytes }) => bytes)))
}

/** A commit as it is stored. Times in seconds. */
export interface CommitObject {
  readonly tree: Sha
  readonly parents: ReadonlyArray<Sha>
  readonly identity: { readonly name: string; readonly email: string }
  readonly authoredAt: number
  readonly committedAt: number
  readonly message: string
}

/** The name of a commit. */
export const commitName = (commit: CommitObject): Sha => {
  const who = `${commit.identity.name} <${commit.identity.email}>`
  const text = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${who} ${commit.authoredAt} +0000`,
    `committer ${who} ${commit.committedAt} +0000`,
    "",
    commit.message
  ].join("\n")
  return objectName("commit", Buffer.from(text))
}
