/**
 * Three-way merge of trees, without a checkout (`git merge-tree --write-tree`).
 *
 * It wants commits, so each tree gets a throw-away one; they are deterministic and nothing points at them.
 */
import { Sha } from "@devteam/core/model/Ids"
import { RepositoryError, type TreeMerge } from "@devteam/core/ports/Repository"
import { Effect } from "effect"
import type { GitDir } from "./Cache.ts"
import { commitText } from "./Commit.ts"
import { checkedSha, writeObject } from "./objects.ts"
import { type RawPath, shownPath } from "./rawPath.ts"

const maxFileChars = 32_768
const maxDetailsChars = 131_072
const identity = { name: "DevTeam", email: "merge@devteam.invalid" }

/** Git merges equal sides without reading them, and takes a tree that it cannot read for an empty one. */
const requireTrees = Effect.fnUntraced(function* (git: GitDir, trees: ReadonlyArray<Sha>) {
  const names = yield* Effect.forEach(trees, checkedSha)
  const { stdout } = yield* git.run(["cat-file", "--batch-check"], { stdin: `${names.join("\n")}\n` })
  const absent = names.filter((name) => !stdout.includes(`${name} tree `))
  if (absent.length === 0) return
  return yield* new RepositoryError({
    reason: "unknown",
    message: `Nothing can be merged: the tree ${absent.join(", ")} is not in the cache.`
  })
})

const wrap = Effect.fnUntraced(function* (git: GitDir, tree: Sha, parents: ReadonlyArray<string>) {
  const text = {
    tree: yield* checkedSha(tree),
    parents,
    identity,
    authoredAt: 0,
    committedAt: 0,
    message: ""
  }
  return yield* writeObject(git, "commit", commitText(text))
})

/** The sentences of `merge-tree -z`: after each, a count, that many paths, a type and the message. */
const sentences = (fields: ReadonlyArray<string>): ReadonlyArray<string> => {
  const messages: Array<string> = []
  for (let index = 0; index < fields.length;) {
    const paths = Number(fields[index])
    if (!Number.isInteger(paths) || fields[index] === "") break
    const message = fields[index + paths + 2]?.trim() ?? ""
    if (message.startsWith("CONFLICT")) messages.push(Buffer.from(message, "latin1").toString("utf8"))
    index += paths + 3
  }
  return messages
}

const fileWithMarkers = Effect.fnUntraced(function* (git: GitDir, tree: string, path: RawPath) {
  // Addressed by the blob's name, found through ls-tree, because `tree:path` cannot carry every path.
  const { stdout } = yield* git.run(["ls-tree", "-r", "-z", "--full-tree", tree])
  const line = stdout
    .toString("latin1")
    .split("\0")
    .find((candidate) => candidate.endsWith(`\t${path}`))
  const blob = /^100\d{3} blob ([0-9a-f]+)\t/.exec(line ?? "")?.[1]
  if (blob === undefined) return ""
  const content = (yield* git.run(["cat-file", "blob", blob])).stdout
  if (content.includes(0)) return "(binary)"
  return content.toString("utf8").slice(0, maxFileChars)
})

/** Merges what `theirs` changed since `base` into `ours`. A conflict is an answer, not an error. */
export const mergeTrees = Effect.fnUntraced(function* (
  git: GitDir,
  request: { readonly base: Sha; readonly ours: Sha; readonly theirs: Sha }
) {
  yield* requireTrees(git, [request.base, request.ours, request.theirs])
  const base = yield* wrap(git, request.base, [])
  const ours = yield* wrap(git, request.ours, [base])
  const theirs = yield* wrap(git, request.theirs, [base])
  const exit = yield* git.attempt([
    "merge-tree",
    "--write-tree",
    "-z",
    "--name-only",
    "--messages",
    ours,
    theirs
  ])
  const fields = exit.stdout.toString("latin1").split("\0")
  const tree = fields[0] ?? ""
  // A subtree that it cannot read is an empty one to it as well: it says so, and exits with zero.
  const failed = /^(error|fatal):/m.test(exit.stderr) || (exit.exitCode !== 0 && exit.exitCode !== 1)
  if (failed) {
    return yield* new RepositoryError({
      reason: "unknown",
      message: `git merge-tree failed: ${exit.stderr.trim()}`
    })
  }
  if (exit.exitCode === 0) return { _tag: "Clean", tree: Sha.make(tree.trim()) } satisfies TreeMerge
  const end = fields.indexOf("", 1)
  const files = [...new Set(fields.slice(1, end === -1 ? undefined : end))].toSorted()
  const shown = yield* Effect.forEach(files, (path) =>
    Effect.map(fileWithMarkers(git, tree, path), (text) => `==> ${shownPath(path)}\n${text}`)
  )
  const details = [...sentences(end === -1 ? [] : fields.slice(end + 1)), ...shown]
    .join("\n")
    .replaceAll(`<<<<<<< ${ours}`, "<<<<<<< the target branch")
    .replaceAll(`>>>>>>> ${theirs}`, ">>>>>>> this task")
    .slice(0, maxDetailsChars)
  return { _tag: "Conflict", files: files.map(shownPath), details } satisfies TreeMerge
})
