/**
 * What every repository makes of a checkout: what it holds, what an agent did in it, and the patch of that.
 *
 * It registers tests; `RepositoryContract` is about everything else.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Sha } from "../../model/Ids.ts"
import type { MakeGitWorld } from "./gitWorld.ts"
import { edited, files, opened } from "./repositoryWorld.ts"

const missingSha = Sha.make("1".repeat(40))

/** Registers the suite. */
export const repositoryCaptureContract = (name: string, make: MakeGitWorld): void => {
  describe(`Repository checkout and capture: ${name}`, () => {
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
        assert.deepStrictEqual(yield* git.trackedChanges(ref, { tree: head.tree, directory: untouched }), [])
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
}
