/**
 * What a remote has: its branches, its default branch and its object format, from one `ls-remote`.
 */
import type { RepositoryError } from "@devteam/core/ports/Repository"
import { Effect } from "effect"
import type { HardenedGit } from "./HardenedGit.ts"
import type { RemoteUrl } from "./RemoteUrl.ts"

/** A remote's branches (names without `refs/heads/`, sorted) and the one that its HEAD names. */
export interface RemoteListing {
  readonly branches: ReadonlyArray<string>
  /** Absent where HEAD names a branch that does not exist. */
  readonly defaultBranch: string | undefined
  readonly objectFormat: "sha1" | "sha256"
}

/** Asks the remote. Fails as any call to it does; an empty repository is an empty listing. */
export const listRemote = (
  git: HardenedGit,
  remote: RemoteUrl
): Effect.Effect<RemoteListing, RepositoryError> =>
  Effect.gen(function* () {
    const { stdout } = yield* git.run(
      ["ls-remote", "--symref", "--end-of-options", remote.clean, "HEAD", "refs/heads/*"],
      { remote, timeoutMs: 60_000 }
    )
    const lines = stdout
      .toString("utf8")
      .split("\n")
      .map((line) => line.split("\t"))
    const branches = new Map(
      lines.flatMap(([sha = "", name = ""]) =>
        name.startsWith("refs/heads/") ? [[name.slice("refs/heads/".length), sha] as const] : []
      )
    )
    const symref = lines.flatMap(([left = "", right]) =>
      right === "HEAD" && left.startsWith("ref: refs/heads/") ? [left.slice("ref: refs/heads/".length)] : []
    )[0]
    const head = lines.find(([sha = "", name]) => name === "HEAD" && !sha.startsWith("ref: "))?.[0]
    const sameCommit = [...branches].filter(([, sha]) => sha === head).map(([name]) => name)
    const names = [...branches.keys()].sort()
    // Servers without the symref answer tell only HEAD's commit; a lone branch needs no telling at all.
    const guessed =
      sameCommit.find((name) => name === "main" || name === "master") ??
      sameCommit[0] ??
      (names.length === 1 ? names[0] : undefined)
    return {
      branches: names,
      defaultBranch: symref !== undefined && branches.has(symref) ? symref : guessed,
      objectFormat: [...branches.values()][0]?.length === 64 ? "sha256" : "sha1"
    }
  })
