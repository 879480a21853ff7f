/**
 * What every repository does: the in-memory one and the one on git run this.
 *
 * It registers tests; checkouts and what is captured of them are in `RepositoryCaptureContract`. What only git has (hooks, filters, submodules, odd names) is tested in adapters-git.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { Files } from "../memory/MemoryGit.ts"
import type { MakeGitWorld } from "./gitWorld.ts"
import { edited, opened } from "./repositoryWorld.ts"

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8")
const identity = { name: "Ada Lovelace", email: "ada@example.com" }

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
