/**
 * Finds the commit that carries an execution's and a task's trailers: what tells that a push landed under another
 * SHA, in an earlier generation or after somebody rebased the branch.
 */
import { Sha } from "@devteam/core/model/Ids"
import { Effect } from "effect"
import type { GitDir } from "./Cache.ts"
import { hasObject } from "./objects.ts"

const hasTrailers = (message: string, wanted: ReadonlyArray<string>): boolean => {
  const last =
    message
      .trimEnd()
      .split(/\n[ \t]*\n/)
      .at(-1) ?? ""
  const lines = last.split("\n").map((line) => line.trimEnd())
  return wanted.every((trailer) => lines.includes(trailer))
}

/** The newest such commit that is reachable from `head` and not from `base` (which somebody may have removed). */
export const findOwnCommit = Effect.fnUntraced(function* (
  git: GitDir,
  range: { readonly base: Sha; readonly head: Sha },
  trailers: { readonly executionId: string; readonly taskId: string }
) {
  const wanted = [`DevTeam-Execution: ${trailers.executionId}`, `DevTeam-Task: ${trailers.taskId}`]
  const { stdout } = yield* git.run([
    "log",
    "-z",
    "--format=%H%n%B",
    "--encoding=UTF-8",
    "--fixed-strings",
    "--all-match",
    ...wanted.map((text) => `--grep=${text}`),
    range.head,
    ...((yield* hasObject(git, range.base)) ? [`^${range.base}`] : [])
  ])
  for (const record of stdout.toString("utf8").split("\0")) {
    const end = record.indexOf("\n")
    if (end > 0 && hasTrailers(record.slice(end + 1), wanted)) return Sha.make(record.slice(0, end))
  }
  return undefined
})
