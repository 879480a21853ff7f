/**
 * Whether a task speaks of a file: then changing it is what was asked for.
 *
 * By its path, by its name, or by a directory that holds it where that is unmistakably a path. Prose that only means
 * the file ("the build script") does not count.
 */
import type { Task } from "../model/Task.ts"

const textOf = (task: Task): string =>
  [
    task.title,
    ...task.notes,
    ...task.criteria,
    ...task.files,
    ...task.checklist.map((item) => item.text)
  ].join("\n")

/** Words that may be paths, without the punctuation of the sentence around them. */
const mentions = (text: string): ReadonlySet<string> =>
  new Set(
    text.split(/[\s"'`()[\]<>{},;|*]+/).map((word) =>
      word
        .replace(/^\.\//, "")
        .replace(/[.:!?]+$/, "")
        .replace(/\/+$/, "")
    )
  )

/** Directories above a path that nobody writes by chance: hidden ones, or of more than one segment. */
const directoriesOf = (path: string): ReadonlyArray<string> =>
  path
    .split("/")
    .slice(0, -1)
    .map((_, index, segments) => segments.slice(0, index + 1).join("/"))
    .filter((directory) => directory.startsWith(".") || directory.includes("/"))

/** Whether the task's text or file list names `path`. */
export const namesFile = (task: Task, path: string): boolean => {
  const words = mentions(textOf(task))
  const name = path.split("/").at(-1) ?? path
  return [path, name, ...directoriesOf(path)].some((candidate) => words.has(candidate))
}
