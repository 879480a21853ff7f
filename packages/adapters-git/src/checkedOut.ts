/**
 * Whether a repository on this disk has a branch checked out in one of its work trees.
 *
 * A push to such a branch is refused by git, or, where its owner allows it, leaves a person's files behind or changes
 * them. So it is found out before anything is paid for, and nothing is ever pushed there. Reads two kinds of files;
 * runs nothing.
 */
import { readdir, readFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { RepositoryError } from "@devteam/core/ports/Repository"
import { Effect } from "effect"

const textOf = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "")

const listOf = (path: string): Promise<ReadonlyArray<string>> => readdir(path).catch(() => [])

/** The git directory of a repository at `path`: itself, or what `.git` in it is or names. */
const gitDirectory = async (path: string): Promise<string> => {
  const inside = join(path, ".git")
  const named = /^gitdir: (.+)$/m.exec(await textOf(inside))?.[1]
  const own = named !== undefined ? resolve(path, named) : inside
  if ((await textOf(join(own, "HEAD"))) === "") return path
  // A linked work tree has a git directory of its own, which names the one that they share.
  const shared = (await textOf(join(own, "commondir"))).trim()
  return shared === "" ? own : resolve(own, shared)
}

const isBare = async (directory: string): Promise<boolean> =>
  /^\s*bare\s*=\s*true\s*$/im.test(await textOf(join(directory, "config")))

const isCheckedOut = async (path: string, branch: string): Promise<boolean> => {
  const directory = await gitDirectory(path)
  const linked = await listOf(join(directory, "worktrees"))
  const heads = [
    ...((await isBare(directory)) ? [] : [join(directory, "HEAD")]),
    ...linked.map((name) => join(directory, "worktrees", name, "HEAD"))
  ]
  const found = await Promise.all(heads.map(textOf))
  return found.some((head) => head.trim() === `ref: refs/heads/${branch}`)
}

/** Fails with `forbidden` where `branch` is checked out in the repository at `path`. */
export const refuseCheckedOut = (path: string, branch: string): Effect.Effect<void, RepositoryError> =>
  Effect.flatMap(
    Effect.promise(() => isCheckedOut(path, branch)),
    (found) =>
      found
        ? Effect.fail(
            new RepositoryError({
              reason: "forbidden",
              message: `The branch ${branch} is checked out in ${path}, and a checked-out branch is never pushed to. Deliver to a branch of its own (--deliver branch), or check out another branch there.`
            })
          )
        : Effect.void
  )
