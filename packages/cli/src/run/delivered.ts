/**
 * Where the work of an execution can be looked at, when it did not go to the target branch itself.
 */
import type { Execution } from "@devteam/core/execution/State"
import { commandLine, count, shortSha } from "../terminal/words.ts"
import { compareUrl } from "./compareUrl.ts"

/** The folder that people work in, where the repository is the `.git` in it. */
const folderOf = (url: string): string => url.replace(/\/\.git\/?$/, "")

/** Lines that say it; none where nothing was delivered, or it is on the target branch. */
export const deliveredLines = ({ settings, ready, outcomes }: Execution): ReadonlyArray<string> => {
  const { delivery, repository } = settings
  const commits = outcomes.filter(
    ({ commit, outcome }) => commit !== undefined && (outcome === "completed" || outcome === "undone")
  )
  if (delivery === "main" || ready?.from === undefined || commits.length === 0) return []
  const { from, target } = ready
  const what = `${count(commits.length, "commit")} on ${target}, ${shortSha(commits.at(-1)?.commit ?? "")}.`
  if (delivery === "branch") {
    const page = compareUrl(repository.url, from, target)
    return [
      what,
      ...(page === undefined ? [`  Merge it into ${from} where you review changes.`] : [`  ${page}`])
    ]
  }
  const git = (...words: ReadonlyArray<string>) =>
    `  ${commandLine(["git", "-C", folderOf(repository.url), ...words])}`
  return [
    `${what} Nothing left this machine. Look at it, and take it over:`,
    git("log", "--stat", `${from}..${target}`),
    git("merge", target)
  ]
}
