/**
 * A bare repository to work against, made and read with plain git: nothing of the runner is asked about its own work.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"

const person = { name: "A Person", email: "person@example.com" }

/** Plain git without anybody's configuration; answers stdout. */
export const git = (cwd: string, ...args: ReadonlyArray<string>): string =>
  execFileSync("git", [...args], {
    cwd,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_AUTHOR_NAME: person.name,
      GIT_AUTHOR_EMAIL: person.email,
      GIT_COMMITTER_NAME: person.name,
      GIT_COMMITTER_EMAIL: person.email
    }
  })

/** Makes `<parent>/remote.git` with one commit of `files` (path → text) on `main`; answers its path. */
export const makeBareRemote = (parent: string, files: Readonly<Record<string, string>>): string => {
  const bare = join(parent, "remote.git")
  const seed = join(parent, "seed")
  git(parent, "init", "--quiet", "--bare", "--initial-branch=main", bare)
  git(parent, "init", "--quiet", "--initial-branch=main", seed)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(seed, path)), { recursive: true })
    writeFileSync(join(seed, path), text)
  }
  git(seed, "add", "--all")
  git(seed, "commit", "--quiet", "--message", "Begin")
  git(seed, "push", "--quiet", bare, "main")
  return bare
}

/** One commit as the remote has it. `trailers` by name, as git itself reads them. */
export interface RemoteCommit {
  readonly sha: string
  readonly parents: ReadonlyArray<string>
  readonly tree: string
  readonly trailers: Readonly<Record<string, string>>
}

/** The commits of a branch, oldest first. */
export const commitsOf = (bare: string, branch: string): ReadonlyArray<RemoteCommit> =>
  git(bare, "log", "--reverse", "--format=%H%x00%P%x00%T%x00%(trailers:only,unfold)%x01", branch)
    .split("\x01")
    .map((record) => record.trimStart())
    .filter((record) => record !== "")
    .map((record) => {
      const [sha = "", parents = "", tree = "", trailers = ""] = record.split("\0")
      const pairs = trailers.split("\n").flatMap((line) => {
        const colon = line.indexOf(":")
        return colon === -1 ? [] : [[line.slice(0, colon), line.slice(colon + 1).trim()] as const]
      })
      return {
        sha,
        parents: parents.split(" ").filter((parent) => parent !== ""),
        tree,
        trailers: Object.fromEntries(pairs)
      }
    })

/** A file's text at a revision, exactly. */
export const fileAt = (bare: string, revision: string, path: string): string =>
  git(bare, "show", `${revision}:${path}`)
