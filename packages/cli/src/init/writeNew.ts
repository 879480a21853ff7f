/**
 * Writes files into a folder, all or none, and through no symbolic link.
 */
import { lstat, mkdir, writeFile } from "node:fs/promises"
import { constants } from "node:fs"
import { dirname, join, sep } from "node:path"
import { Effect } from "effect"
import { environmentError, usageError } from "../ExitWith.ts"

/** A file to write; `path` is relative to the folder. */
export interface NewFile {
  readonly path: string
  readonly text: string
}

const kindOf = async (path: string): Promise<"none" | "link" | "folder" | "file"> => {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return "none"
  return found.isSymbolicLink() ? "link" : found.isDirectory() ? "folder" : "file"
}

/** The folders of a path, outermost first: `a/b/c` has `a` and `a/b`. */
const foldersOf = (path: string): ReadonlyArray<string> => {
  const parts = dirname(path).split(sep)
  return parts.map((_, index) => parts.slice(0, index + 1).join(sep))
}

const inTheWay = async (root: string, path: string): Promise<string | undefined> => {
  for (const folder of foldersOf(path)) {
    const kind = await kindOf(join(root, folder))
    if (kind === "link" || kind === "file") return folder
  }
  const kind = await kindOf(join(root, path))
  return kind === "link" || kind === "folder" ? path : undefined
}

const writing = <A>(root: string, write: () => Promise<A>) =>
  Effect.tryPromise({
    try: write,
    catch: (error) =>
      environmentError(
        `${root} cannot be written to: ${error instanceof Error ? error.message : String(error)}`
      )
  })

/** Writes them. Ends with 2, and writes nothing, where one is there already and `force` is not given. */
export const writeNew = Effect.fn("writeNew")(function* (
  root: string,
  files: ReadonlyArray<NewFile>,
  force: boolean
) {
  const looks = yield* writing(root, () =>
    Promise.all(
      files.map(async ({ path }) => ({
        path,
        blockedBy: await inTheWay(root, path),
        there: (await kindOf(join(root, path))) === "file"
      }))
    )
  )
  const [blocked] = looks.flatMap(({ blockedBy }) => (blockedBy === undefined ? [] : [blockedBy]))
  if (blocked !== undefined) {
    return yield* usageError(
      `${blocked} is a link, or not what has to be there. Nothing was written. Move it away and try again.`
    )
  }
  const there = looks.filter((look) => look.there).map(({ path }) => path)
  if (there.length > 0 && !force) {
    return yield* usageError(
      `${there.join(", ")} ${there.length === 1 ? "is" : "are"} there already. Nothing was written. To replace: --force`
    )
  }
  yield* writing(root, async () => {
    const flag = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW
    for (const { path, text } of files) {
      await mkdir(join(root, dirname(path)), { recursive: true })
      await writeFile(join(root, path), text, { flag: force ? flag : flag | constants.O_EXCL })
    }
  })
})
