/** Where a repository keeps its task list, by the usual names. Reads no files. */
import { Option } from "effect"

/** In the order in which they are looked for. */
const usualPaths: ReadonlyArray<RegExp> = [
  /^tasks\.md$/,
  /^TASKS\.md$/,
  /^task_list\.md$/,
  /^task_lists\.md$/,
  /^wbs\.md$/,
  /^docs\/tasks\.md$/,
  /^\.kiro\/specs\/[^/]+\/tasks\.md$/,
  /^specs\/[^/]+\/tasks\.md$/
]

/** See `TaskListShape.find`. Of several that have the same name, the first in sorted order. */
export const find = (paths: ReadonlyArray<string>): Option.Option<string> => {
  for (const usual of usualPaths) {
    const [first] = paths.filter((path) => usual.test(path)).sort()
    if (first !== undefined) return Option.some(first)
  }
  return Option.none()
}
