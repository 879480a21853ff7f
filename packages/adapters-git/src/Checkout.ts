/**
 * Checkouts: the files of a tree in a directory, with a throw-away repository in it.
 *
 * The `.git` inside is for the agent alone: its own pack of that one tree, one commit, no remote, no link to the
 * cache. Nothing ever reads it back. Files are written raw, without any conversion by attributes.
 */
import { chmod, lstat, mkdir, readdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Sha } from "@devteam/core/model/Ids"
import { RepositoryError } from "@devteam/core/ports/Repository"
import { Effect } from "effect"
import type { GitDir } from "./Cache.ts"
import { checkedSha, writeObject } from "./objects.ts"

const config = (hashLength: number): string => {
  const format = hashLength === 64 ? ["[extensions]", "\tobjectformat = sha256"] : []
  return [
    "[core]",
    `\trepositoryformatversion = ${hashLength === 64 ? 1 : 0}`,
    "\tfilemode = true",
    "\tbare = false",
    "[user]",
    "\tname = DevTeam agent",
    "\temail = agent@devteam.invalid",
    "[gc]",
    "\tauto = 0",
    ...format,
    ""
  ].join("\n")
}

const baseCommit = (tree: string): string =>
  `tree ${tree}\nauthor DevTeam <agent@devteam.invalid> 0 +0000\ncommitter DevTeam <agent@devteam.invalid> 0 +0000\n\nBase\n`

const attemptFs = (
  what: string,
  directory: string,
  run: () => Promise<void>
): Effect.Effect<void, RepositoryError> =>
  Effect.tryPromise({
    try: run,
    catch: (error) => {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unknown"
      return new RepositoryError({
        reason: code === "ENOSPC" || code === "EDQUOT" ? "disk_full" : "unknown",
        message: `${what} the checkout ${directory} failed (${code}). Check its owner and the free space.`
      })
    }
  })

/** Builds leave directories without write permission behind, whose entries cannot be removed. */
const makeWritable = async (directory: string): Promise<void> => {
  await chmod(directory, 0o700)
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeWritable(join(directory, entry.name))
  }
}

const isPermission = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM")

const remove = async (directory: string): Promise<void> => {
  try {
    await rm(directory, { recursive: true, force: true })
  } catch (error) {
    if (!isPermission(error) || !(await lstat(directory)).isDirectory()) throw error
    await makeWritable(directory)
    await rm(directory, { recursive: true, force: true })
  }
}

/** Removes a checkout; a symlink in its place is removed, not followed. Idempotent. */
export const removeCheckout = (directory: string): Effect.Effect<void, RepositoryError> =>
  attemptFs("Removing", directory, () => remove(directory))

/** Makes a fresh checkout of `tree`; whatever was in `directory` is gone. */
export const checkout = Effect.fnUntraced(function* (git: GitDir, tree: Sha, directory: string) {
  yield* checkedSha(tree)
  const own = join(directory, ".git")
  yield* removeCheckout(directory)
  yield* attemptFs("Making", directory, async () => {
    await mkdir(join(own, "objects", "pack"), { recursive: true })
    await mkdir(join(own, "objects", "info"))
    await mkdir(join(own, "refs", "heads"), { recursive: true })
    await mkdir(join(own, "refs", "tags"))
    await mkdir(join(own, "info"))
    await writeFile(join(own, "HEAD"), "ref: refs/heads/main\n")
    await writeFile(join(own, "config"), config(tree.length))
    await writeFile(join(own, "info", "exclude"), ".aider*\n")
  })
  // The index is written in its final place, so that git finds every file unchanged without reading it.
  yield* git.run(["read-tree", "-m", "-u", tree], { index: join(own, "index"), workTree: directory })
  const commit = yield* writeObject(git, "commit", baseCommit(tree))
  yield* git.run(["pack-objects", "--quiet", "--revs", "--window=0", join(own, "objects", "pack", "pack")], {
    stdin: `${commit}\n`
  })
  yield* attemptFs("Making", directory, () => writeFile(join(own, "refs", "heads", "main"), `${commit}\n`))
})
