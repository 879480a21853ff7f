/**
 * Commit objects, written byte by byte: the same request gives the same SHA, whichever worker and git make it.
 *
 * Nothing points at them until they are pushed. Times are whole seconds in UTC.
 */
import type { CommitRequest } from "@devteam/core/ports/Repository"
import { Effect } from "effect"
import type { GitDir } from "./Cache.ts"
import { checkedSha, writeObject } from "./objects.ts"

/** A name or an address as a commit's header can carry it. */
// oxlint-disable-next-line no-control-regex
const headerText = (text: string): string => text.replace(/[\u0000-\u001f<>]/g, "").trim() || "unknown"

/** The bytes of a commit object. Seconds since 1970. */
export const commitText = (commit: {
  readonly tree: string
  readonly parents: ReadonlyArray<string>
  readonly identity: { readonly name: string; readonly email: string }
  readonly authoredAt: number
  readonly committedAt: number
  readonly message: string
}): string => {
  const who = `${headerText(commit.identity.name)} <${headerText(commit.identity.email)}>`
  return [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${who} ${commit.authoredAt} +0000`,
    `committer ${who} ${commit.committedAt} +0000`,
    "",
    commit.message
  ].join("\n")
}

/** The committer date of a commit in the cache, in seconds. */
const committedAt = (git: GitDir, commit: string) =>
  Effect.map(git.run(["cat-file", "commit", commit]), ({ stdout }) => {
    const header = stdout.toString("latin1").split("\n\n", 1)[0] ?? ""
    return Number(/^committer .*> (-?\d+) [+-]\d{4}$/m.exec(header)?.[1] ?? 0)
  })

/** Makes the commit of a request. The committer date is never before the parent's, so that `git log` stays sorted. */
export const commit = Effect.fnUntraced(function* (git: GitDir, request: CommitRequest) {
  const parent = yield* checkedSha(request.parent)
  const authored = Math.floor(request.authoredAt / 1_000)
  return yield* writeObject(
    git,
    "commit",
    commitText({
      tree: yield* checkedSha(request.tree),
      parents: [parent],
      identity: request.identity,
      authoredAt: authored,
      committedAt: Math.max(authored, yield* committedAt(git, parent)),
      message: request.message
    })
  )
})
