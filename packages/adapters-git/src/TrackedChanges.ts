/**
 * Which files of a tree a checkout has changed or lost. What it has beyond the tree is not looked at, however much.
 */
import type { Sha } from "@devteam/core/model/Ids"
import { Effect } from "effect"
import type { GitDir } from "./Cache.ts"
import { checkedSha, withIndex } from "./objects.ts"
import { shownPath, splitNul } from "./rawPath.ts"

/** The paths, sorted by bytes. Submodules, which are empty directories in a checkout, are no change. */
export const trackedChanges = Effect.fnUntraced(function* (
  git: GitDir,
  temporary: string,
  request: { readonly tree: Sha; readonly directory: string }
) {
  const tree = yield* checkedSha(request.tree)
  return yield* withIndex(git, temporary, tree, (index) =>
    Effect.map(
      git.run(["ls-files", "-z", "-m", "-d"], { index, workTree: request.directory }),
      ({ stdout }) => [...new Set(splitNul(stdout))].toSorted().map(shownPath)
    )
  )
})
