/**
 * What every repository knows of its history: branches that may not be there, commits with their parents, and what two
 * have in common.
 *
 * It registers tests; `RepositoryContract` is about everything else.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Sha } from "../../model/Ids.ts"
import type { MakeGitWorld } from "./gitWorld.ts"

const opened = (make: MakeGitWorld) =>
  Effect.gen(function* () {
    const world = yield* make
    const remote = yield* world.createRemote({ "a.txt": "a\n" })
    const { head } = yield* world.repository.open(remote.ref, "main")
    return { remote, ref: remote.ref, head, git: world.repository }
  })

/** Registers the suite. */
export const repositoryHistoryContract = (name: string, make: MakeGitWorld): void => {
  describe(`Repository history: ${name}`, () => {
    it.live("finds a branch once it is there, and none before and after", () =>
      Effect.gen(function* () {
        const { git, ref, remote } = yield* opened(make)
        assert.isTrue(Option.isNone(yield* git.findHead(ref, "devteam/one")))
        const made = yield* remote.commit("devteam/one", { "b.txt": "b\n" })
        const found = Option.getOrThrow(yield* git.findHead(ref, "devteam/one"))
        assert.deepStrictEqual(found, { commit: made, tree: yield* git.treeOf(ref, made) })
        yield* remote.setRef("refs/heads/devteam/one", undefined)
        assert.isTrue(Option.isNone(yield* git.findHead(ref, "devteam/one")))
      })
    )

    it.live("a commit comes with its tree and first parent; the first one has none", () =>
      Effect.gen(function* () {
        const { git, head, ref, remote } = yield* opened(make)
        const next = yield* remote.commit("main", { "b.txt": "b\n" })
        const { tree } = yield* git.fetchHead(ref, "main")
        assert.deepStrictEqual(Option.getOrThrow(yield* git.readCommit(ref, next)), {
          commit: next,
          tree,
          parent: head.commit
        })
        const first = Option.getOrThrow(yield* git.readCommit(ref, head.commit))
        assert.deepStrictEqual(first, { ...head, parent: undefined })
        assert.isTrue(Option.isNone(yield* git.readCommit(ref, Sha.make("1".repeat(40)))))
      })
    )

    it.live("two branches have in common where they parted, and may have nothing", () =>
      Effect.gen(function* () {
        const { git, head, ref, remote } = yield* opened(make)
        yield* remote.setRef("refs/heads/side", head.commit)
        const ours = yield* remote.commit("main", { "b.txt": "b\n" })
        const theirs = yield* remote.commit("side", { "c.txt": "c\n" })
        const alone = yield* remote.commit("alone", { "d.txt": "d\n" })
        yield* git.fetchHead(ref, "main")
        assert.deepStrictEqual(yield* git.mergeBase(ref, ours, theirs), Option.some(head))
        const both = Option.map(yield* git.mergeBase(ref, ours, ours), ({ commit }) => commit)
        assert.deepStrictEqual(both, Option.some(ours))
        assert.deepStrictEqual(yield* git.mergeBase(ref, ours, alone), Option.none())
      })
    )
  })
}
