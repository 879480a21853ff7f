/**
 * What the remote has after the run, read with plain git.
 */
import { Effect } from "effect"
import { plainGit } from "./plainGit.ts"
import { listPath } from "./sampleProject.ts"

/** One commit of the target branch. `execution` and `task` are its trailers; empty where it has none. */
export interface RemoteCommit {
  readonly sha: string
  readonly parents: ReadonlyArray<string>
  readonly tree: string
  readonly execution: string
  readonly task: string
  readonly subject: string
  /** The ids that the list ticks at this commit. */
  readonly ticked: ReadonlyArray<string>
}

/** Commits oldest first, and the list's text at the branch's head. */
export interface RemoteState {
  readonly commits: ReadonlyArray<RemoteCommit>
  readonly list: string
}

const format = [
  "%H",
  "%P",
  "%T",
  "%(trailers:key=DevTeam-Execution,valueonly,separator=%x2C)",
  "%(trailers:key=DevTeam-Task,valueonly,separator=%x2C)",
  "%s"
].join("%x00")

const tickedIn = (list: string): ReadonlyArray<string> =>
  [...list.matchAll(/^\s*- \[x\] (\S+) /gm)].map(([, id = ""]) => id)

/** Reads the branch `main` of a bare repository. */
export const readRemote = Effect.fnUntraced(function* (remote: string) {
  const listAt = (revision: string) => plainGit(remote, "show", `${revision}:${listPath}`)
  const log = yield* plainGit(remote, "log", "--reverse", `--format=${format}`, "main")
  const commits = yield* Effect.forEach(
    log.split("\n").filter((line) => line !== ""),
    (line) => {
      const [sha = "", parents = "", tree = "", execution = "", task = "", subject = ""] = line.split("\0")
      return Effect.map(listAt(sha), (list): RemoteCommit => ({
        sha,
        parents: parents.split(" ").filter((parent) => parent !== ""),
        tree,
        execution,
        task,
        subject,
        ticked: tickedIn(list)
      }))
    }
  )
  return { commits, list: yield* listAt("main") } satisfies RemoteState
})
