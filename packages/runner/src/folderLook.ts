/**
 * A look at a work tree, for settings to begin with: its task list, and the commands that would verify it.
 *
 * Runs the user's own git to list the files, those that git does not ignore, committed or not. Changes nothing.
 */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { find } from "@devteam/adapters-tasklist/find"
import { commandPlan } from "@devteam/core/verification/CommandPlan"
import { Effect, Option } from "effect"
import { RepositoryArgumentError, userGit } from "./repositoryArgument.ts"

/** What was found. `root` is the work tree's absolute path. */
export interface FolderLook {
  readonly root: string
  readonly taskList: string | undefined
  /** Empty where nothing would verify a change. */
  readonly verify: ReadonlyArray<ReadonlyArray<string>>
}

const textOf = (path: string) =>
  Effect.tryPromise(() => readFile(path, "utf8")).pipe(
    Effect.orElseSucceed((): string | undefined => undefined)
  )

/** The work tree that a folder is in, and its files that git does not ignore; undefined where there is none. */
const workTreeAt = Effect.fnUntraced(function* (folder: string) {
  const top = yield* userGit(folder, "rev-parse", "--show-toplevel")
  if (!top.ok || top.stdout === "") return undefined
  const root = top.stdout
  const listed = yield* userGit(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
  return { root, paths: listed.stdout.split("\0").filter((path) => path !== "") }
})

/** The list of a work tree as it lies there, committed or not: the one named, or by the usual names. */
export const listInFolder = Effect.fn("listInFolder")(function* (
  folder: string | undefined,
  named: string | undefined
) {
  if (folder === undefined) return undefined
  const tree = yield* workTreeAt(folder)
  if (tree === undefined) return undefined
  const { root, paths } = tree
  const path = named ?? Option.getOrUndefined(find(paths))
  const text = path === undefined ? undefined : yield* textOf(join(root, path))
  return path === undefined || text === undefined ? undefined : { root, path, text }
})

/** Looks at the work tree that `folder` (absolute, existing) is in. */
export const lookAtFolder = Effect.fn("lookAtFolder")(function* (folder: string) {
  const tree = yield* workTreeAt(folder)
  if (tree === undefined) {
    return yield* new RepositoryArgumentError({
      reason: "not_found",
      message: `${folder} is not in a work tree of git. Go to a folder of your clone, or name it.`
    })
  }
  const { root, paths } = tree
  const packageJson = yield* textOf(join(root, "package.json"))
  const yarnLock = paths.includes("yarn.lock") ? yield* textOf(join(root, "yarn.lock")) : undefined
  const { commands } = commandPlan({ packageJson, yarnLock, paths, verify: undefined })
  const look: FolderLook = {
    root,
    taskList: Option.getOrUndefined(find(paths)),
    verify: commands.map(({ argv }) => argv)
  }
  return look
})
