/** What a checkout may contain that the contract's plain files do not: odd names, submodules, attributes, swaps. */
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Sha } from "@devteam/core/model/Ids"
import type { Files } from "@devteam/core/testing/memory/MemoryGit"
import type { RepositoryError } from "@devteam/core/ports/Repository"
import { plainGit, realWorld } from "./support/realWorld.ts"

/** A checkout of a remote whose first commit has `files`; `arrange` may change the bare repository before. */
const checkedOut = (files: Files, arrange: (bare: string) => Effect.Effect<unknown> = () => Effect.void) =>
  Effect.gen(function* () {
    const world = yield* realWorld("path")
    const remote = yield* world.createRemote(files)
    yield* arrange(remote.bare)
    const { head } = yield* world.repository.open(remote.ref, "main")
    const directory = yield* world.newDirectory
    yield* world.repository.checkout(remote.ref, head.tree, directory)
    const capture = (undo: ReadonlyArray<string> = []) =>
      world.repository.capture(remote.ref, { base: head.tree, directory, undo })
    return { ...world, remote, head, directory, capture }
  })

const bytesPath = (directory: string, name: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${directory}/`), name])

const unchanged = (capture: { readonly tree: string; readonly patch: Uint8Array }, tree: string) => {
  assert.strictEqual(capture.tree, tree)
  assert.strictEqual(capture.patch.length, 0)
}

describe("capture", () => {
  it.live("names with newlines, quotes, dashes and bytes that are no UTF-8 survive the whole way", () =>
    Effect.gen(function* () {
      const names = [
        "line\nbreak",
        'quo"te\\',
        "-dash",
        "--upload-pack=x",
        ":(glob)*",
        "*",
        "tab\there",
        "ünï/ç"
      ]
      const files = Object.fromEntries(names.map((name) => [name, `in ${name}\n`]))
      const world = yield* checkedOut(files)
      unchanged(yield* world.capture(), world.head.tree)
      const listed = yield* world.repository.listFiles(world.remote.ref, world.head.tree)
      assert.deepStrictEqual([...listed].sort(), [...names].sort())
      for (const name of names) {
        const read = yield* world.repository.readFile(world.remote.ref, world.head.tree, name)
        assert.isTrue(Option.isSome(read), name)
        writeFileSync(join(world.directory, name), "edited\n")
      }
      writeFileSync(bytesPath(world.directory, Uint8Array.of(0x66, 0xff, 0xfe)), "raw\n")
      const capture = yield* world.capture()
      assert.deepStrictEqual([...capture.filesModified].sort(), [...names, '"f\\377\\376"'].sort())
      yield* world.loseCache
      const candidate = { base: world.head.tree, tree: capture.tree, patch: capture.patch }
      yield* world.repository.restore(world.remote.ref, candidate)
    })
  )

  it.live("attributes convert nothing: CRLF, ident, filters and encodings keep their bytes", () =>
    Effect.gen(function* () {
      const marker = "/nonexistent/ran"
      const world = yield* checkedOut({
        ".gitattributes": "* text=auto\n*.crlf text eol=crlf\n*.lf text\n*.id ident\n*.f filter=evil\n",
        "a.crlf": "stored\nwith lf\n",
        "b.lf": "stored\r\nwith crlf\r\n",
        "c.id": "$Id$\n",
        "d.f": marker
      })
      unchanged(yield* world.capture(), world.head.tree)
      assert.strictEqual(readFileSync(join(world.directory, "a.crlf"), "utf8"), "stored\nwith lf\n")
      assert.strictEqual(readFileSync(join(world.directory, "c.id"), "utf8"), "$Id$\n")
      writeFileSync(join(world.directory, "b.lf"), "new\r\n")
      const capture = yield* world.capture()
      const blob = Option.getOrThrow(yield* world.repository.readFile(world.remote.ref, capture.tree, "b.lf"))
      assert.strictEqual(Buffer.from(blob.bytes).toString("utf8"), "new\r\n")
    })
  )

  const withSubmodule = (bare: string) =>
    Effect.gen(function* () {
      const stream = [
        "commit refs/heads/main",
        "committer A Person <person@example.com> 1600000100 +0000",
        "data 3",
        "sub",
        "from refs/heads/main^0",
        `M 160000 ${"a".repeat(40)} lib/sub`,
        "",
        ""
      ].join("\n")
      yield* plainGit(["--git-dir", bare, "fast-import", "--quiet"], { stdin: Buffer.from(stream) })
    })

  it.live("submodules of the base stay, initialised or not; files put into one are reported", () =>
    Effect.gen(function* () {
      const world = yield* checkedOut({ "a.txt": "a\n" }, withSubmodule)
      unchanged(yield* world.capture(), world.head.tree)
      const sub = join(world.directory, "lib/sub")
      rmSync(sub, { recursive: true })
      unchanged(yield* world.capture(), world.head.tree)
      mkdirSync(sub)
      execFileSync("git", ["init", "--quiet", sub])
      writeFileSync(join(sub, "inside.txt"), "x")
      writeFileSync(join(world.directory, "a.txt"), "b\n")
      const initialised = yield* world.capture()
      assert.deepStrictEqual(initialised.filesModified, ["a.txt"])
      assert.deepStrictEqual(initialised.violations, [])
      rmSync(join(sub, ".git"), { recursive: true })
      const filled = yield* world.capture()
      assert.deepStrictEqual(filled.filesModified, ["a.txt"])
      assert.deepStrictEqual(filled.violations, [{ kind: "nested_repository", path: "lib/sub" }])
      yield* world.repository.restore(world.remote.ref, { base: world.head.tree, ...filled })
    })
  )

  it.live("every kind of repository that an agent makes inside is reported and not entered", () =>
    Effect.gen(function* () {
      const world = yield* checkedOut({ "app/a.txt": "a\n", "lib/b.txt": "b\n", "c/d.txt": "d\n" })
      const at = (path: string) => join(world.directory, path)
      execFileSync("git", ["init", "--quiet", at("fresh")])
      execFileSync("git", ["init", "--quiet", "--bare", at("bare")])
      mkdirSync(at("bare/refs/heads"), { recursive: true })
      writeFileSync(at("lib/.git"), "gitdir: /somewhere/else\n")
      symlinkSync("/somewhere/else", at("c/.git"))
      mkdirSync(at("case/.GIT"), { recursive: true })
      writeFileSync(at("case/.GIT/config"), "[core]\n")
      writeFileSync(at("lib/b.txt"), "edited inside\n")
      writeFileSync(at("app/a.txt"), "fine\n")
      const capture = yield* world.capture()
      assert.deepStrictEqual(
        capture.violations,
        ["bare", "c", "case/.GIT", "fresh", "lib"].map((path) => ({ kind: "nested_repository", path }))
      )
      assert.deepStrictEqual(capture.filesModified, ["app/a.txt"])
    })
  )

  it.live("files and directories may take each other's place, and special files count as gone", () =>
    Effect.gen(function* () {
      const world = yield* checkedOut({
        file: "f\n",
        "dir/x": "x\n",
        "dir/y": "y\n",
        "linked/z": "z\n",
        pipe: "p\n",
        "TASKS.md": "- [ ] 1\n"
      })
      const at = (path: string) => join(world.directory, path)
      rmSync(at("file"))
      mkdirSync(at("file"))
      writeFileSync(at("file/inner"), "i\n")
      rmSync(at("dir"), { recursive: true })
      writeFileSync(at("dir"), "now a file\n")
      renameSync(at("linked"), at("moved"))
      symlinkSync("moved", at("linked"))
      rmSync(at("pipe"))
      execFileSync("mkfifo", [at("pipe")])
      rmSync(at("TASKS.md"))
      mkdirSync(at("TASKS.md"))
      writeFileSync(at("TASKS.md/1"), "x\n")
      const capture = yield* world.capture(["TASKS.md"])
      assert.deepStrictEqual(capture.undone, ["TASKS.md"])
      assert.deepStrictEqual(yield* world.repository.listFiles(world.remote.ref, capture.tree), [
        "TASKS.md",
        "dir",
        "file/inner",
        "linked",
        "moved/z"
      ])
      yield* world.loseCache
      yield* world.repository.restore(world.remote.ref, { base: world.head.tree, ...capture })
    })
  )

  it.live("an undone path comes back also when a directory above it was replaced", () =>
    Effect.gen(function* () {
      const world = yield* checkedOut({ "docs/tasks.md": "- [ ] 1\n", "docs/other.md": "o\n" })
      rmSync(join(world.directory, "docs"), { recursive: true })
      symlinkSync("/etc", join(world.directory, "docs"))
      const capture = yield* world.capture(["docs/tasks.md"])
      assert.deepStrictEqual(capture.undone, ["docs/tasks.md"])
      assert.deepStrictEqual(yield* world.repository.listFiles(world.remote.ref, capture.tree), [
        "docs/tasks.md"
      ])
    })
  )

  it.live("files below a directory that became an ignored link are gone, not unchanged", () =>
    Effect.gen(function* () {
      const world = yield* checkedOut({ ".gitignore": "/linked\n/moved\n", "linked/z": "z\n" })
      renameSync(join(world.directory, "linked"), join(world.directory, "moved"))
      symlinkSync("moved", join(world.directory, "linked"))
      assert.deepStrictEqual((yield* world.capture()).filesModified, ["linked/z"])
    })
  )

  it.live("links that leave only together with another link are found", () =>
    Effect.gen(function* () {
      const world = yield* checkedOut({ "deep/er/a.txt": "a\n" })
      symlinkSync("../..", join(world.directory, "deep/er/root"))
      symlinkSync("root/../secret", join(world.directory, "deep/er/out"))
      symlinkSync("loop", join(world.directory, "loop"))
      symlinkSync(".git/config", join(world.directory, "own"))
      symlinkSync("er/root/deep/er/a.txt", join(world.directory, "deep/fine"))
      const capture = yield* world.capture()
      assert.deepStrictEqual(
        capture.violations,
        ["deep/er/out", "loop", "own"].map((path) => ({ kind: "escaping_symlink", path }))
      )
    })
  )

  it.live("a checkout that was replaced by a link is not read", () =>
    Effect.gen(function* () {
      const world = yield* checkedOut({ "a.txt": "a\n" })
      rmSync(world.directory, { recursive: true })
      symlinkSync("/etc", world.directory)
      assert.strictEqual((yield* Effect.flip(world.capture())).reason, "forbidden")
    })
  )

  it.live("only the repository's own .gitignore files count", () =>
    Effect.gen(function* () {
      const world = yield* checkedOut({ "sub/.gitignore": "*.tmp\n!keep.tmp\n", "a.txt": "a\n" })
      writeFileSync(join(world.directory, ".git/info/exclude"), "*\n")
      writeFileSync(join(world.directory, "new.txt"), "n\n")
      writeFileSync(join(world.directory, "sub/drop.tmp"), "n\n")
      writeFileSync(join(world.directory, "sub/keep.tmp"), "n\n")
      assert.deepStrictEqual((yield* world.capture()).filesModified, ["new.txt", "sub/keep.tmp"])
    })
  )

  it.live("the checkout's own repository works for the agent, and its state plays no part", () =>
    Effect.gen(function* () {
      const world = yield* checkedOut({ "a.txt": "a\n", run: { executable: "#!/bin/sh\n" } })
      const git = (...args: ReadonlyArray<string>) => plainGit(args, { cwd: world.directory })
      assert.strictEqual(yield* git("status", "--porcelain"), "")
      writeFileSync(join(world.directory, "a.txt"), "b\n")
      assert.include(yield* git("diff"), "+b")
      yield* git("commit", "--quiet", "-am", "mine")
      assert.strictEqual(yield* git("rev-list", "--count", "HEAD"), "2")
      yield* git("fsck", "--strict")
      assert.deepStrictEqual((yield* world.capture()).filesModified, ["a.txt"])
      rmSync(join(world.directory, ".git"), { recursive: true })
      writeFileSync(join(world.directory, ".git"), "gitdir: /nowhere\n")
      assert.deepStrictEqual((yield* world.capture()).filesModified, ["a.txt"])
    })
  )

  it.live("a tree that is missing is an error to every act, never an empty tree", () =>
    Effect.gen(function* () {
      const { head, newDirectory, remote, repository } = yield* checkedOut({ "a.txt": "a\n" })
      const missing = Sha.make("1".repeat(40))
      const directory = yield* newDirectory
      const trees = { base: head.tree, ours: head.tree, theirs: head.tree }
      const acts: Readonly<Record<string, Effect.Effect<unknown, RepositoryError>>> = {
        base: repository.mergeTrees(remote.ref, { ...trees, base: missing }),
        ours: repository.mergeTrees(remote.ref, { ...trees, ours: missing }),
        theirs: repository.mergeTrees(remote.ref, { ...trees, theirs: missing }),
        checkout: repository.checkout(remote.ref, missing, directory),
        diff: repository.diff(remote.ref, head.tree, missing),
        changedPaths: repository.changedPaths(remote.ref, missing, head.tree),
        listFiles: repository.listFiles(remote.ref, missing),
        readFile: repository.readFile(remote.ref, missing, "a.txt"),
        withFile: repository.withFile(remote.ref, missing, "a.txt", undefined),
        treeOf: repository.treeOf(remote.ref, missing)
      }
      for (const [name, act] of Object.entries(acts)) {
        const result = yield* Effect.result(act)
        assert.strictEqual(result._tag, "Failure", name)
      }
      const { head: after } = yield* repository.open(remote.ref, undefined)
      assert.deepStrictEqual(after, head, "and none of them makes the cache suspect")
    })
  )

  it.live("object names are checked before they reach git", () =>
    Effect.gen(function* () {
      const world = yield* checkedOut({ "a.txt": "a\n" })
      const bad = "--output=x" as Sha
      const error = yield* Effect.flip(world.repository.diff(world.remote.ref, bad, world.head.tree))
      assert.strictEqual(error.reason, "forbidden")
    })
  )
})
