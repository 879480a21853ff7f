/**
 * The commits of a bare repository as plain git tells them, with the trailers that name execution and task.
 */
import { execFileSync } from "node:child_process"

/** A commit of a branch. */
export interface RemoteCommit {
  readonly sha: string
  readonly tree: string
  readonly execution: string | undefined
  readonly task: string | undefined
  readonly subject: string
}

/** Plain git on a bare repository, untouched by the machine's configuration. */
export const gitIn = (directory: string, args: ReadonlyArray<string>, input?: string): string =>
  execFileSync("git", ["--git-dir", directory, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["pipe", "pipe", "pipe"],
    ...(input === undefined ? {} : { input }),
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_AUTHOR_NAME: "A Person",
      GIT_AUTHOR_EMAIL: "person@example.com",
      GIT_COMMITTER_NAME: "A Person",
      GIT_COMMITTER_EMAIL: "person@example.com"
    }
  }).trim()

const format = [
  "%H",
  "%T",
  "%(trailers:key=DevTeam-Execution,valueonly)",
  "%(trailers:key=DevTeam-Task,valueonly)",
  "%s"
].join("%x01")

/** The commits of a branch, newest first. */
export const remoteCommits = (remote: string, branch: string): ReadonlyArray<RemoteCommit> =>
  gitIn(remote, ["log", "-z", `--format=${format}`, branch, "--"])
    .split("\0")
    .filter((record) => record !== "")
    .map((record) => {
      const [sha = "", tree = "", execution = "", task = "", subject = ""] = record
        .split("\x01")
        .map((part) => part.trim())
      return { sha, tree, execution: execution || undefined, task: task || undefined, subject }
    })

/** A commit's tree; undefined where the repository does not have that commit. */
export const treeOfCommit = (remote: string, commit: string): string | undefined => {
  try {
    return gitIn(remote, ["rev-parse", "--verify", "--quiet", `${commit}^{tree}`])
  } catch {
    return undefined
  }
}
