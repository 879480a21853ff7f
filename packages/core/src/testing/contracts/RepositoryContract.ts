/**
 * What every repository does: the in-memory one and the one on git run this.
 *
 * It registers tests. What only git has (hooks, filters, submodules, odd names) is tested in adapters-git.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Sha } from "../../model/Ids.ts"
import type { Files } from "../memory/MemoryGit.ts"
import type { MakeGitWorld } from "./gitWorld.ts"

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8")
const missingSha = Sha.make("1".repeat(40))
const identity = { name: "Ada Lovelace", email: "ada@example.com" }

const files: Files = {
  "README.md": "# Shop\n",
  "TASKS.md": "- [ ] 1.1 First\n- [ ] 1.2 Second\n",
  "bin/run": { executable: "#!/bin/sh\n" },
  "src/a.txt": "one\ntwo\nthree\nfour\nfive\nsix\nseven\n",
  "src/link": { symlink: "a.txt" },
  "src/logo": Uint8Array.of(0, 255, 1, 254, 0)
}

/** A world with one remote, opened. */
const opened = (make: MakeGitWorld, content: Files = files) =>
  Effect.gen(function* () {
    const world = yield* make
    const remote = yield* world.createRemote(content)
    const { head, target } = yield* world.repository.open(remote.ref, undefined)
    return { ...world, remote, ref: remote.ref, head, target, git: world.repository }
  })

/** A fresh checkout of the head, edited and captured. */
const edited = (make: MakeGitWorld, changes: Files, undo: ReadonlyArray<string> = []) =>
  Effect.gen(function* () {
    const world = yield* opened(make)
    const directory = yield* world.newDirectory
    yield* world.git.checkout(world.ref, world.head.tree, directory)
    yield* world.edit(directory, changes)
    const capture = yield* world.git.capture(world.ref, { base: world.head.tree, directory, undo })
    return { ...world, directory, capture }
  })

/** Registers the suite. */
export const repositoryContract = (name: string, make: MakeGitWorld): void => {
  describe(`Repository: ${name}`, () => {
    describe("open and fetch", () => {
      it.live("finds the default branch and its head", () =>
        Effect.gen(function* () {
          const { head, ref, remote, target, git } = yield* opened(make)
          assert.strictEqual(target, "main")
          assert.strictEqual(head.commit, (yield* remote.refs).get("refs/heads/main"))
          assert.strictEqual(yield* git.treeOf(ref, head.commit), head.tree)
        })
      )

      it.live("sees a person's push and a force push at the next fetch", () =>
        Effect.gen(function* () {
          const { git, head, ref, remote } = yield* opened(make)
          const pushed = yield* remote.commit("main", { "new.txt": "n\n" })
          assert.strictEqual((yield* git.fetchHead(ref, "main")).commit, pushed)
          yield* remote.setRef("refs/heads/main", head.commit)
          assert.strictEqual((yield* git.fetchHead(ref, "main")).commit, head.commit)
        })
      )

      it.live("an empty repository, a missing branch and a deleted branch say so", () =>
        Effect.gen(function* () {
          const { createRemote, git, ref, remote } = yield* opened(make)
          const empty = yield* createRemote(undefined)
          assert.strictEqual((yield* Effect.flip(git.open(empty.ref, undefined))).reason, "empty")
          const missing = yield* Effect.flip(git.open(ref, "nowhere"))
          assert.strictEqual(missing.reason, "not_found")
          assert.include(missing.message, "main")
          yield* remote.commit("side", { "x.txt": "x" })
          yield* git.fetchHead(ref, "side")
          yield* remote.setRef("refs/heads/side", undefined)
          assert.strictEqual((yield* Effect.flip(git.fetchHead(ref, "side"))).reason, "not_found")
        })
      )

      it.live("survives the loss of its cache", () =>
        Effect.gen(function* () {
          const { git, head, loseCache, ref } = yield* opened(make)
          yield* loseCache
          assert.deepStrictEqual(yield* git.fetchHead(ref, "main"), head)
          assert.isTrue(Option.isSome(yield* git.readFile(ref, head.tree, "README.md")))
        })
      )
    })

    describe("trees", () => {
      it.live("lists and reads files, and only files", () =>
        Effect.gen(function* () {
          const { git, head, ref } = yield* opened(make)
          assert.deepStrictEqual(yield* git.listFiles(ref, head.tree), [
            "README.md",
            "TASKS.md",
            "bin/run",
            "src/a.txt",
            "src/link",
            "src/logo"
          ])
          const logo = Option.getOrThrow(yield* git.readFile(ref, head.tree, "src/logo"))
          assert.deepStrictEqual([...logo.bytes], [0, 255, 1, 254, 0])
          assert.strictEqual(logo.blob.length, 40)
          for (const path of ["nowhere", "src", "src/link", "src/a.txt/x"]) {
            assert.isTrue(Option.isNone(yield* git.readFile(ref, head.tree, path)), path)
          }
        })
      )

      it.live("replaces, adds and removes a file", () =>
        Effect.gen(function* () {
          const { git, head, ref } = yield* opened(make)
          const ticked = yield* git.withFile(ref, head.tree, "TASKS.md", Buffer.from("- [x] 1.1 First\n"))
          assert.deepStrictEqual(yield* git.changedPaths(ref, head.tree, ticked), ["TASKS.md"])
          const blob = Option.getOrThrow(yield* git.readFile(ref, ticked, "TASKS.md"))
          assert.strictEqual(text(blob.bytes), "- [x] 1.1 First\n")
          const added = yield* git.withFile(ref, ticked, "docs/deep/new.md", Buffer.from("new\n"))
          const removed = yield* git.withFile(ref, added, "docs/deep/new.md", undefined)
          assert.strictEqual(removed, ticked)
          const original = Option.getOrThrow(yield* git.readFile(ref, head.tree, "TASKS.md"))
          assert.strictEqual(yield* git.withFile(ref, ticked, "TASKS.md", original.bytes), head.tree)
        })
      )

      it.live("keeps the executable bit of a replaced file", () =>
        Effect.gen(function* () {
          const { git, head, newDirectory, ref } = yield* opened(make)
          const tree = yield* git.withFile(ref, head.tree, "bin/run", Buffer.from("#!/bin/sh\n:\n"))
          const directory = yield* newDirectory
          yield* git.checkout(ref, tree, directory)
          const capture = yield* git.capture(ref, { base: tree, directory, undo: [] })
          assert.strictEqual(capture.tree, tree)
          const back = yield* git.withFile(ref, tree, "bin/run", Buffer.from("#!/bin/sh\n"))
          assert.strictEqual(back, head.tree)
        })
      )
    })

    describe("checkout and capture", () => {
      it.live("no change gives the same tree and an empty patch", () =>
        Effect.gen(function* () {
          const { capture, head } = yield* edited(make, {})
          assert.deepStrictEqual(
            { ...capture, patch: capture.patch.length },
            { tree: head.tree, patch: 0, filesModified: [], undone: [], violations: [] }
          )
        })
      )

      it.live("tells which files of a tree a checkout changed or lost, and of no others", () =>
        Effect.gen(function* () {
          const changes = { "README.md": null, "src/a.txt": "changed\n", "dist/made.js": "made\n" }
          const { directory, git, head, newDirectory, ref } = yield* edited(make, changes)
          const changed = yield* git.trackedChanges(ref, { tree: head.tree, directory })
          assert.deepStrictEqual(changed, ["README.md", "src/a.txt"])
          const untouched = yield* newDirectory
          yield* git.checkout(ref, head.tree, untouched)
          assert.deepStrictEqual(
            yield* git.trackedChanges(ref, { tree: head.tree, directory: untouched }),
            []
          )
        })
      )

      it.live("captures edits, additions, removals and modes, and restores them from the patch", () =>
        Effect.gen(function* () {
          const { capture, git, head, loseCache, newDirectory, read, ref } = yield* edited(make, {
            "README.md": null,
            "src/a.txt": { executable: "changed\n" },
            "src/logo": Uint8Array.of(7, 0, 200),
            "with space/ü.txt": "no newline"
          })
          assert.deepStrictEqual(capture.filesModified, [
            "README.md",
            "src/a.txt",
            "src/logo",
            "with space/ü.txt"
          ])
          assert.deepStrictEqual([...(yield* git.diff(ref, head.tree, capture.tree))], [...capture.patch])
          yield* loseCache
          const candidate = { base: head.tree, tree: capture.tree, patch: capture.patch }
          yield* git.restore(ref, candidate)
          yield* git.restore(ref, candidate)
          const again = yield* newDirectory
          yield* git.checkout(ref, capture.tree, again)
          assert.strictEqual(yield* read(again, "with space/ü.txt"), "no newline")
          assert.strictEqual(yield* read(again, "README.md"), undefined)
          assert.strictEqual(
            (yield* git.capture(ref, { base: capture.tree, directory: again, undo: [] })).tree,
            capture.tree
          )
        })
      )

      it.live("a patch that gives another tree is corrupt", () =>
        Effect.gen(function* () {
          const { capture, git, head, ref } = yield* edited(make, { "README.md": "other\n" })
          const restore = (patch: Uint8Array) =>
            Effect.flip(git.restore(ref, { base: head.tree, tree: missingSha, patch }))
          assert.strictEqual((yield* restore(capture.patch)).reason, "corrupt")
          assert.strictEqual((yield* restore(Buffer.from("nonsense"))).reason, "corrupt")
          assert.strictEqual((yield* restore(new Uint8Array())).reason, "corrupt")
        })
      )

      it.live("undoes edits of given paths, and says which", () =>
        Effect.gen(function* () {
          const { capture, git, head, ref } = yield* edited(
            make,
            { "TASKS.md": "- [x] all of it\n", "src/a.txt": "mine\n", "list/new.md": "made up\n" },
            ["TASKS.md", "README.md", "list/new.md"]
          )
          assert.deepStrictEqual(capture.undone, ["TASKS.md", "list/new.md"])
          assert.deepStrictEqual(capture.filesModified, ["src/a.txt"])
          assert.deepStrictEqual(yield* git.changedPaths(ref, head.tree, capture.tree), ["src/a.txt"])
        })
      )

      it.live("leaves ignored files and the agent's own litter out, but not tracked files", () =>
        Effect.gen(function* () {
          const world = yield* opened(make, {
            ...files,
            ".gitignore": "node_modules/\n*.log\n",
            "kept.log": "v1\n"
          })
          const directory = yield* world.newDirectory
          yield* world.git.checkout(world.ref, world.head.tree, directory)
          yield* world.edit(directory, {
            "node_modules/x/index.js": "x",
            "build.log": "noise",
            "kept.log": "v2\n",
            ".aider.chat.history.md": "hello",
            ".aider.tags.cache.v4/cache.db": "x"
          })
          const capture = yield* world.git.capture(world.ref, { base: world.head.tree, directory, undo: [] })
          assert.deepStrictEqual(capture.filesModified, ["kept.log"])
        })
      )

      it.live("reports symlinks that leave the tree and repositories inside it", () =>
        Effect.gen(function* () {
          const { capture } = yield* edited(make, {
            "src/inside": { symlink: "../README.md" },
            "src/absolute": { symlink: "/etc/passwd" },
            "src/above": { symlink: "../../outside" },
            "vendored/.git/HEAD": "ref: refs/heads/main\n",
            "vendored/lib.js": "x\n"
          })
          assert.deepStrictEqual(capture.violations, [
            { kind: "nested_repository", path: "vendored" },
            { kind: "escaping_symlink", path: "src/above" },
            { kind: "escaping_symlink", path: "src/absolute" }
          ])
          assert.deepStrictEqual(capture.filesModified, ["src/above", "src/absolute", "src/inside"])
        })
      )

      it.live("an escaping symlink of the base is left alone", () =>
        Effect.gen(function* () {
          const world = yield* opened(make, { out: { symlink: "/etc/hosts" }, "a.txt": "a\n" })
          const directory = yield* world.newDirectory
          yield* world.git.checkout(world.ref, world.head.tree, directory)
          yield* world.edit(directory, { "a.txt": "b\n" })
          const capture = yield* world.git.capture(world.ref, { base: world.head.tree, directory, undo: [] })
          assert.deepStrictEqual(capture.violations, [])
          assert.deepStrictEqual(capture.filesModified, ["a.txt"])
        })
      )

      it.live("a checkout replaces what was there, and its removal is idempotent", () =>
        Effect.gen(function* () {
          const { directory, git, head, read, ref } = yield* edited(make, { "stray.txt": "s" })
          yield* git.checkout(ref, head.tree, directory)
          assert.strictEqual(yield* read(directory, "stray.txt"), undefined)
          assert.strictEqual(yield* read(directory, "README.md"), "# Shop\n")
          yield* git.removeCheckout(directory)
          yield* git.removeCheckout(directory)
          const gone = yield* Effect.flip(git.capture(ref, { base: head.tree, directory, undo: [] }))
          assert.strictEqual(gone.reason, "forbidden")
        })
      )
    })

    describe("merge and commit", () => {
      const merge = (changes: { readonly ours: Files; readonly theirs: Files }) =>
        Effect.gen(function* () {
          const { capture, git, head, ref, remote } = yield* edited(make, changes.theirs)
          yield* remote.commit("main", changes.ours)
          const ours = yield* git.fetchHead(ref, "main")
          const merged = yield* git.mergeTrees(ref, {
            base: head.tree,
            ours: ours.tree,
            theirs: capture.tree
          })
          return { git, ref, merged, ours }
        })

      it.live("merges changes of different files and of different places in one file", () =>
        Effect.gen(function* () {
          const { git, merged, ours, ref } = yield* merge({
            ours: { "src/a.txt": "ONE\ntwo\nthree\nfour\nfive\nsix\nseven\n", "ours.txt": "o\n" },
            theirs: { "src/a.txt": "one\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n", "theirs.txt": "t\n" }
          })
          if (merged._tag !== "Clean") throw new Error(merged.details)
          const file = Option.getOrThrow(yield* git.readFile(ref, merged.tree, "src/a.txt"))
          assert.strictEqual(text(file.bytes), "ONE\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n")
          assert.deepStrictEqual(yield* git.changedPaths(ref, ours.tree, merged.tree), [
            "src/a.txt",
            "theirs.txt"
          ])
        })
      )

      it.live("a conflict names its files and shows both sides", () =>
        Effect.gen(function* () {
          const { merged } = yield* merge({
            ours: { "src/a.txt": "one\nOURS\nthree\nfour\nfive\nsix\nseven\n" },
            theirs: { "src/a.txt": "one\nTHEIRS\nthree\nfour\nfive\nsix\nseven\n", "README.md": "fine\n" }
          })
          if (merged._tag !== "Conflict") throw new Error("merged without a conflict")
          assert.deepStrictEqual(merged.files, ["src/a.txt"])
          for (const part of [
            "<<<<<<< the target branch",
            "OURS",
            "=======",
            "THEIRS",
            ">>>>>>> this task"
          ]) {
            assert.include(merged.details, part)
          }
        })
      )

      it.live("the same request gives the same commit, also after a loss of the cache", () =>
        Effect.gen(function* () {
          const { git, head, loseCache, ref } = yield* opened(make)
          const request = {
            tree: head.tree,
            parent: head.commit,
            message: "Add the cart\n\nDevTeam-Task: 1.1\n",
            identity,
            authoredAt: 1_800_000_000_999
          }
          const commit = yield* git.commit(ref, request)
          yield* loseCache
          yield* git.fetchHead(ref, "main")
          assert.strictEqual(yield* git.commit(ref, request), commit)
          assert.strictEqual(yield* git.treeOf(ref, commit), head.tree)
          assert.notStrictEqual(yield* git.commit(ref, { ...request, authoredAt: 1_800_000_001_000 }), commit)
        })
      )
    })
  })
}
