/**
 * A world of git repositories in memory: remotes that a test edits as a person would, and checkouts that it edits as
 * an agent would. The in-memory `Repository` and `DeliveryRemote` work on one such world.
 *
 * Objects have git's own names. There is no network and no time; faults are asked for by name.
 */
import type { Sha } from "../../model/Ids.ts"
import { commitName, type CommitObject, type Entry, objectName, type Tree, treeName } from "./gitObjects.ts"

/** A file as tests write it: text or bytes, executable, or a symlink. `null` removes. */
export type FileSpec =
  | string
  | Uint8Array
  | { readonly executable: string }
  | { readonly symlink: string }
  | null

/** Files by path. */
export type Files = Readonly<Record<string, FileSpec>>

/** What becomes of the next push: as asked, lost on the way, answered by silence, or refused by a hook. */
export type PushFate =
  | { readonly _tag: "Deliver" }
  | { readonly _tag: "LoseRequest" }
  | { readonly _tag: "LoseAnswer" }
  | { readonly _tag: "Refuse"; readonly message: string }

/** Which refs a remote takes: all, branches only, none at all; `no_atomic` takes all, but not in one transaction. */
export type RemoteRule = "all" | "branches_only" | "no_fence" | "read_only" | "no_atomic"

/** A remote. `refs` has full names. `reachable: false` makes every call fail with `unreachable`. */
export interface MemoryRemote {
  readonly url: string
  readonly defaultBranch: string
  readonly refs: Map<string, Sha>
  rule: RemoteRule
  reachable: boolean
  /** Taken from the front, one per push of a change. */
  readonly fates: Array<PushFate>
}

interface CheckoutFile {
  readonly mode: Entry["mode"]
  readonly bytes: Uint8Array
}

const person = { name: "A Person", email: "person@example.com" }

const toFile = (spec: Exclude<FileSpec, null>): CheckoutFile => {
  if (typeof spec === "string") return { mode: "100644", bytes: Buffer.from(spec) }
  if (spec instanceof Uint8Array) return { mode: "100644", bytes: spec }
  return "executable" in spec
    ? { mode: "100755", bytes: Buffer.from(spec.executable) }
    : { mode: "120000", bytes: Buffer.from(spec.symlink) }
}

/** See the module. Synchronous: the layers wrap it. */
export class MemoryGit {
  readonly blobs = new Map<Sha, Uint8Array>()
  readonly trees = new Map<Sha, Tree>()
  readonly commits = new Map<Sha, CommitObject>()
  readonly remotes = new Map<string, MemoryRemote>()
  readonly checkouts = new Map<string, Map<string, CheckoutFile>>()

  writeBlob(bytes: Uint8Array): Sha {
    const sha = objectName("blob", bytes)
    this.blobs.set(sha, Uint8Array.from(bytes))
    return sha
  }

  writeTree(tree: Tree): Sha {
    const sha = treeName(tree)
    this.trees.set(sha, new Map(tree))
    return sha
  }

  writeCommit(commit: CommitObject): Sha {
    const sha = commitName(commit)
    this.commits.set(sha, commit)
    return sha
  }

  /** Adds a remote; with files, its first commit on the default branch. */
  createRemote(url: string, files: Files | undefined, defaultBranch = "main"): MemoryRemote {
    const remote: MemoryRemote = {
      url,
      defaultBranch,
      refs: new Map(),
      rule: "all",
      reachable: true,
      fates: []
    }
    this.remotes.set(url, remote)
    if (files !== undefined) this.commitTo(url, defaultBranch, files, "First commit\n")
    return remote
  }

  /** A person's commit straight on a remote's branch. */
  commitTo(url: string, branch: string, changes: Files, message = "A person's change\n"): Sha {
    const remote = this.remote(url)
    const parent = remote.refs.get(`refs/heads/${branch}`)
    const before = parent === undefined ? undefined : this.commits.get(parent)
    const files = new Map(before === undefined ? [] : this.trees.get(before.tree))
    for (const [path, spec] of Object.entries(changes)) {
      if (spec === null) files.delete(path)
      else {
        const file = toFile(spec)
        files.set(path, { mode: file.mode, sha: this.writeBlob(file.bytes) })
      }
    }
    const second = (before?.committedAt ?? 1_600_000_000) + 1
    const commit = this.writeCommit({
      tree: this.writeTree(files),
      parents: parent === undefined ? [] : [parent],
      identity: person,
      authoredAt: second,
      committedAt: second,
      message
    })
    remote.refs.set(`refs/heads/${branch}`, commit)
    return commit
  }

  /** Moves a remote's ref by force, or deletes it. */
  setRef(url: string, ref: string, to: Sha | undefined): void {
    const { refs } = this.remote(url)
    if (to === undefined) refs.delete(ref)
    else refs.set(ref, to)
  }

  remote(url: string): MemoryRemote {
    const remote = this.remotes.get(url)
    if (remote === undefined) throw new Error(`no remote ${url} in this world`)
    return remote
  }

  /** An agent's edits in a checkout. */
  edit(directory: string, changes: Files): void {
    const files = this.checkouts.get(directory)
    if (files === undefined) throw new Error(`no checkout ${directory} in this world`)
    for (const [path, spec] of Object.entries(changes)) {
      if (spec === null) files.delete(path)
      else files.set(path, toFile(spec))
    }
  }

  /** A file of a checkout as text. */
  read(directory: string, path: string): string | undefined {
    const file = this.checkouts.get(directory)?.get(path)
    return file === undefined ? undefined : Buffer.from(file.bytes).toString("utf8")
  }

  /** Whether `ancestor` is `descendant` or comes before it. */
  isAncestor(ancestor: Sha, descendant: Sha): boolean {
    return this.history(descendant).has(ancestor)
  }

  /** A commit and everything before it, newest first. */
  history(from: Sha): ReadonlySet<Sha> {
    const seen = new Set<Sha>()
    const ahead = [from]
    for (let sha = ahead.shift(); sha !== undefined; sha = ahead.shift()) {
      const commit = this.commits.get(sha)
      if (commit === undefined || seen.has(sha)) continue
      seen.add(sha)
      ahead.push(...commit.parents)
    }
    return seen
  }

  /** Forgets every object that no remote's ref reaches: what a lost cache loses. */
  loseCache(): void {
    const reached = new Set(
      [...this.remotes.values()].flatMap(({ refs }) =>
        [...refs.values()].flatMap((sha) => [...this.history(sha)])
      )
    )
    for (const sha of this.commits.keys()) if (!reached.has(sha)) this.commits.delete(sha)
    const trees = new Set([...this.commits.values()].map((commit) => commit.tree))
    for (const sha of this.trees.keys()) if (!trees.has(sha)) this.trees.delete(sha)
    const blobs = new Set(
      [...this.trees.values()].flatMap((tree) => [...tree.values()].map((entry) => entry.sha))
    )
    for (const sha of this.blobs.keys()) if (!blobs.has(sha)) this.blobs.delete(sha)
  }
}
