/** A branch that is checked out somewhere on this disk is never delivered to. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { refuseCheckedOut } from "../src/checkedOut.ts"

const git = (cwd: string, ...args: ReadonlyArray<string>) =>
  execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.test", ...args], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"]
  }).toString()

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "devteam-checked-out-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A work tree on main, with a second branch. */
const workTree = Effect.map(directory, (root) => {
  const path = join(root, "work")
  git(root, "init", "--quiet", "--initial-branch=main", path)
  writeFileSync(join(path, "a.txt"), "a\n")
  git(path, "add", "a.txt")
  git(path, "commit", "--quiet", "-m", "First")
  git(path, "branch", "side")
  return { root, path }
})

const isRefused = (path: string, branch: string) =>
  Effect.map(Effect.result(refuseCheckedOut(path, branch)), (result) => result._tag === "Failure")

describe("a branch that is checked out", () => {
  it.effect("is refused with what to do, by the path of the work tree and of its git directory", () =>
    Effect.gen(function* () {
      const { path } = yield* workTree
      const error = yield* Effect.flip(refuseCheckedOut(path, "main"))
      assert.strictEqual(error.reason, "forbidden")
      assert.include(error.message, "--deliver branch")
      assert.isTrue(yield* isRefused(join(path, ".git"), "main"))
      assert.isFalse(yield* isRefused(path, "side"))
    })
  )

  it.effect("is refused in a linked work tree, too, and by the linked one's path", () =>
    Effect.gen(function* () {
      const { path, root } = yield* workTree
      const linked = join(root, "linked")
      git(path, "worktree", "add", "--quiet", linked, "side")
      assert.isTrue(yield* isRefused(path, "side"))
      assert.isTrue(yield* isRefused(linked, "main"))
    })
  )

  it.effect("a bare repository has none, whatever its HEAD says", () =>
    Effect.gen(function* () {
      const { path, root } = yield* workTree
      const bare = join(root, "bare.git")
      git(root, "clone", "--quiet", "--bare", path, bare)
      assert.isFalse(yield* isRefused(bare, "main"))
    })
  )

  it.effect("control: where its owner allows it, git itself would change the files there", () =>
    Effect.gen(function* () {
      const { path, root } = yield* workTree
      git(path, "config", "receive.denyCurrentBranch", "updateInstead")
      const other = join(root, "other")
      git(root, "clone", "--quiet", path, other)
      writeFileSync(join(other, "a.txt"), "b\n")
      git(other, "commit", "--quiet", "-am", "Second")
      git(other, "push", "--quiet", "origin", "main")
      assert.strictEqual(readFileSync(join(path, "a.txt"), "utf8"), "b\n")
      assert.isTrue(yield* isRefused(path, "main"))
    })
  )
})
