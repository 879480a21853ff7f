/**
 * A repository to begin with, opened, and a checkout of it that was edited. It registers no tests.
 */
import { Effect } from "effect"
import type { Files } from "../memory/MemoryGit.ts"
import type { MakeGitWorld } from "./gitWorld.ts"

/** What the remotes begin with: an executable, a link and bytes that are no text among them. */
export const files: Files = {
  "README.md": "# Shop\n",
  "TASKS.md": "- [ ] 1.1 First\n- [ ] 1.2 Second\n",
  "bin/run": { executable: "#!/bin/sh\n" },
  "src/a.txt": "one\ntwo\nthree\nfour\nfive\nsix\nseven\n",
  "src/link": { symlink: "a.txt" },
  "src/logo": Uint8Array.of(0, 255, 1, 254, 0)
}

/** A world with one remote, opened. */
export const opened = (make: MakeGitWorld, content: Files = files) =>
  Effect.gen(function* () {
    const world = yield* make
    const remote = yield* world.createRemote(content)
    const { head, target } = yield* world.repository.open(remote.ref, undefined)
    return { ...world, remote, ref: remote.ref, head, target, git: world.repository }
  })

/** A fresh checkout of the head, edited and captured. */
export const edited = (make: MakeGitWorld, changes: Files, undo: ReadonlyArray<string> = []) =>
  Effect.gen(function* () {
    const world = yield* opened(make)
    const directory = yield* world.newDirectory
    yield* world.git.checkout(world.ref, world.head.tree, directory)
    yield* world.edit(directory, changes)
    const capture = yield* world.git.capture(world.ref, { base: world.head.tree, directory, undo })
    return { ...world, directory, capture }
  })
