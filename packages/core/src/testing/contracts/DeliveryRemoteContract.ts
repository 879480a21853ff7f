/**
 * What every delivery remote does: the in-memory one and the one on git run this.
 *
 * It registers tests: the fence is moved only by who saw it last, a push is all or nothing, a person's commit is
 * never overwritten, and a look tells all of it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ExecutionId, InstanceId, type Sha, TaskId } from "../../model/Ids.ts"
import type { PushIntent, RemoteCapabilities } from "../../model/Push.ts"
import type { FenceContent, FenceRef, FenceTip } from "../../ports/DeliveryRemote.ts"
import type { RemoteRule } from "../memory/MemoryGit.ts"
import type { GitWorld, MakeGitWorld, WorldRemote } from "./gitWorld.ts"

const trailers = { executionId: ExecutionId.make("exec-1"), taskId: TaskId.make("1.1") }
const message = "Do it\n\nDevTeam-Execution: exec-1\nDevTeam-Task: 1.1\n"
const timeoutMs = 30_000

const content = (epoch: number, seq: number, intent?: Sha): FenceContent => ({
  instance: InstanceId.make("instance-a"),
  epoch,
  seq,
  nonce: `nonce-${epoch}-${seq}`,
  ...(intent === undefined ? {} : { intent })
})

/** A probed remote, and a holder that has sealed it. */
const sealed = (make: MakeGitWorld, rule: RemoteRule = "all") =>
  Effect.gen(function* () {
    const world = yield* make
    const remote = yield* world.createRemote({ "a.txt": "a\n", "TASKS.md": "- [ ] 1.1 Do it\n" })
    const { head } = yield* world.repository.open(remote.ref, "main")
    yield* remote.setRule(rule)
    const capabilities = yield* world.delivery.probe(remote.ref, "main")
    const fence: FenceRef = { repository: remote.ref, target: "main", capabilities }
    const before = yield* world.delivery.fenceTip(fence)
    const tip =
      capabilities.fence === "cas_only" ? Option.none() : yield* seal(world, fence, before, content(1, 1))
    return { ...world, remote, head, capabilities, fence, tip, before }
  })

const seal = (world: GitWorld, fence: FenceRef, previous: Option.Option<FenceTip>, what: FenceContent) =>
  Effect.gen(function* () {
    const result = yield* world.delivery.seal(fence, previous, what)
    if (result._tag === "Lost") throw new Error("the seal was lost")
    return Option.some(result.tip)
  })

type Sealed = Effect.Success<ReturnType<typeof sealed>>

/** A commit on the current head and the intent to push it. */
const prepare = (world: Sealed, path: string, tip: Option.Option<FenceTip>, epoch = 1) =>
  Effect.gen(function* () {
    const { fence, head, remote, repository } = world
    const tree = yield* repository.withFile(remote.ref, head.tree, path, Buffer.from("done\n"))
    const commit = yield* repository.commit(remote.ref, {
      tree,
      parent: head.commit,
      message,
      identity: { name: "Ada", email: "ada@example.com" },
      authoredAt: 1_800_000_000_000
    })
    const fenceOld = Option.map(tip, ({ sha }) => sha)
    const fenceNew =
      fence.capabilities.fence === "cas_only"
        ? undefined
        : yield* world.delivery.fenceCommit(fence, fenceOld, content(epoch, 2, commit))
    const intent: PushIntent = {
      taskId: trailers.taskId,
      generation: 1,
      target: "main",
      base: head.commit,
      commit,
      tree,
      ...(Option.isSome(fenceOld) ? { fenceOld: fenceOld.value } : {}),
      ...(fenceNew === undefined ? {} : { fenceNew }),
      nonce: `nonce-${epoch}-2`,
      epoch
    }
    return intent
  })

const headOf = (remote: WorldRemote) => Effect.map(remote.refs, (refs) => refs.get("refs/heads/main"))

/** Registers the suite. */
export const deliveryRemoteContract = (name: string, make: MakeGitWorld): void => {
  describe(`DeliveryRemote: ${name}`, () => {
    describe("probe", () => {
      const places: ReadonlyArray<readonly [RemoteRule, RemoteCapabilities["fence"], boolean]> = [
        ["all", "custom_ref", true],
        ["branches_only", "branch_ref", true],
        ["no_fence", "cas_only", true],
        ["no_atomic", "cas_only", false]
      ]
      for (const [rule, expected, atomic] of places) {
        it.live(`a remote that takes ${rule} has ${expected}`, () =>
          Effect.gen(function* () {
            const { capabilities, delivery, remote } = yield* sealed(make, rule)
            assert.strictEqual(capabilities.fence, expected)
            assert.strictEqual(capabilities.atomic, atomic)
            const refs = [...(yield* remote.refs).keys()].filter((ref) => ref !== "refs/heads/main")
            assert.deepStrictEqual(refs, capabilities.fenceRef === undefined ? [] : [capabilities.fenceRef])
            assert.deepStrictEqual(yield* delivery.probe(remote.ref, "main"), capabilities)
          })
        )
      }

      it.live("leaves nothing but the first seal, and only once", () =>
        Effect.gen(function* () {
          const { before, delivery, fence, remote, tip } = yield* sealed(make)
          assert.isTrue(Option.isSome(before))
          const refs = yield* remote.refs
          yield* delivery.probe(remote.ref, "main")
          assert.deepStrictEqual(yield* remote.refs, refs)
          assert.deepStrictEqual(yield* delivery.fenceTip(fence), tip)
        })
      )
    })

    describe("seal", () => {
      it.live("moves the fence, and is lost to who did not see the last one", () =>
        Effect.gen(function* () {
          const { before, delivery, fence, tip } = yield* sealed(make)
          const foreign = { ...content(4, 9), instance: InstanceId.make("instance-b") }
          const lost = yield* delivery.seal(fence, before, foreign)
          assert.strictEqual(lost._tag, "Lost")
          assert.deepStrictEqual(yield* delivery.fenceTip(fence), tip)
          const taken = yield* delivery.seal(fence, tip, foreign)
          if (taken._tag === "Lost") throw new Error("lost")
          assert.deepStrictEqual(yield* delivery.fenceTip(fence), Option.some(taken.tip))
          assert.deepStrictEqual(taken.tip.content, foreign)
        })
      )

      it.live("the same fence commit has the same name; a nonce makes it another one", () =>
        Effect.gen(function* () {
          const { delivery, fence, tip } = yield* sealed(make)
          const parent = Option.map(tip, ({ sha }) => sha)
          const one = yield* delivery.fenceCommit(fence, parent, content(2, 3))
          assert.strictEqual(yield* delivery.fenceCommit(fence, parent, content(2, 3)), one)
          const other = yield* delivery.fenceCommit(fence, parent, { ...content(2, 3), nonce: "other" })
          assert.notStrictEqual(other, one)
        })
      )
    })

    describe("push and look", () => {
      for (const rule of ["all", "branches_only"] as const) {
        it.live(`lands commit and fence together (${rule})`, () =>
          Effect.gen(function* () {
            const world = yield* sealed(make, rule)
            const intent = yield* prepare(world, "done.txt", world.tip)
            const start = yield* world.delivery.look(world.fence, intent, trailers)
            assert.isFalse(start.fence.holdsIntent)
            assert.isTrue(start.fence.isIntentsOld)
            assert.deepStrictEqual(start.target, { head: intent.base, containsCommit: false, atBase: true })
            assert.strictEqual((yield* world.delivery.push(world.fence, intent, timeoutMs))._tag, "Accepted")
            const seen = yield* world.delivery.look(world.fence, intent, trailers)
            assert.deepStrictEqual(seen, {
              fence: {
                tip: {
                  sha: intent.fenceNew ?? intent.commit,
                  instance: InstanceId.make("instance-a"),
                  epoch: 1
                },
                holdsIntent: true,
                isIntentsOld: false
              },
              target: { head: intent.commit, containsCommit: true, atBase: false, ours: intent.commit }
            })
          })
        )
      }

      it.live("a push after somebody sealed is refused as stale and changes nothing", () =>
        Effect.gen(function* () {
          const world = yield* sealed(make)
          const intent = yield* prepare(world, "done.txt", world.tip)
          yield* seal(world, world.fence, world.tip, content(2, 2))
          const before = yield* world.remote.refs
          const answer = yield* world.delivery.push(world.fence, intent, timeoutMs)
          assert.deepInclude(answer, { _tag: "Refused", kind: "stale" })
          assert.deepStrictEqual(yield* world.remote.refs, before)
          const seen = yield* world.delivery.look(world.fence, intent, trailers)
          assert.deepInclude(seen.fence, { holdsIntent: false, isIntentsOld: false })
          assert.isTrue(seen.target.atBase)
        })
      )

      it.live("a person's commit is never overwritten", () =>
        Effect.gen(function* () {
          const world = yield* sealed(make)
          const intent = yield* prepare(world, "done.txt", world.tip)
          const person = yield* world.remote.commit("main", { "b.txt": "b\n" })
          const answer = yield* world.delivery.push(world.fence, intent, timeoutMs)
          assert.deepInclude(answer, { _tag: "Refused", kind: "stale" })
          assert.strictEqual(yield* headOf(world.remote), person)
          const seen = yield* world.delivery.look(world.fence, intent, trailers)
          assert.isTrue(seen.fence.isIntentsOld)
          assert.deepStrictEqual(seen.target, { head: person, containsCommit: false, atBase: false })
        })
      )

      it.live("a refusal by a hook comes with the server's words", () =>
        Effect.gen(function* () {
          const world = yield* sealed(make)
          const intent = yield* prepare(world, "done.txt", world.tip)
          yield* world.remote.setRule("read_only")
          const answer = yield* world.delivery.push(world.fence, intent, timeoutMs)
          assert.deepInclude(answer, { _tag: "Refused", kind: "policy" })
          if (answer._tag === "Refused") assert.include(answer.message, "hook declined")
          assert.strictEqual(yield* headOf(world.remote), intent.base)
        })
      )

      it.live("a commit that does not follow its base is not pushed", () =>
        Effect.gen(function* () {
          const world = yield* sealed(make)
          const intent = yield* prepare(world, "done.txt", world.tip)
          const moved = yield* world.remote.commit("main", { "b.txt": "b\n" })
          yield* world.repository.fetchHead(world.remote.ref, "main")
          const answer = yield* world.delivery.push(world.fence, { ...intent, base: moved }, timeoutMs)
          assert.strictEqual(answer._tag, "Refused")
          assert.strictEqual(yield* headOf(world.remote), moved)
        })
      )

      it.live("what landed is found below later pushes and later seals", () =>
        Effect.gen(function* () {
          const world = yield* sealed(make)
          const intent = yield* prepare(world, "done.txt", world.tip)
          yield* world.delivery.push(world.fence, intent, timeoutMs)
          yield* world.remote.commit("main", { "b.txt": "b\n" })
          yield* seal(world, world.fence, yield* world.delivery.fenceTip(world.fence), content(3, 5))
          const seen = yield* world.delivery.look(world.fence, intent, trailers)
          assert.isTrue(seen.fence.holdsIntent)
          assert.isTrue(seen.target.containsCommit)
          assert.strictEqual(seen.target.ours, intent.commit)
        })
      )

      it.live("a target rewritten by others: removed, kept under another name, or deleted", () =>
        Effect.gen(function* () {
          const world = yield* sealed(make)
          const intent = yield* prepare(world, "done.txt", world.tip)
          yield* world.delivery.push(world.fence, intent, timeoutMs)
          yield* world.remote.setRef("refs/heads/main", intent.base)
          const removed = yield* world.delivery.look(world.fence, intent, trailers)
          assert.isTrue(removed.fence.holdsIntent)
          assert.deepStrictEqual(removed.target, { head: intent.base, containsCommit: false, atBase: true })

          // A history that shares nothing with the base, with our change carried over.
          yield* world.remote.setRef("refs/heads/main", undefined)
          yield* world.remote.commit("main", { "a.txt": "rewritten\n" }, "A new root\n")
          const other = yield* world.delivery.look(world.fence, intent, trailers)
          assert.isFalse(other.target.atBase)
          assert.notProperty(other.target, "ours")
          const kept = yield* world.remote.commit("main", { "done.txt": "done\n" }, message)
          yield* world.remote.commit(
            "main",
            { "z.txt": "z\n" },
            `Mentions it\n\nDevTeam-Execution: exec-1\nDevTeam-Task: 1.1\n\nThe end\n`
          )
          const carried = yield* world.delivery.look(world.fence, intent, trailers)
          assert.strictEqual(carried.target.ours, kept)
          assert.isFalse(carried.target.containsCommit)

          yield* world.remote.setRef("refs/heads/main", undefined)
          const deleted = yield* world.delivery.look(world.fence, intent, trailers)
          assert.deepStrictEqual(deleted.target, { containsCommit: false, atBase: false })
        })
      )

      it.live("without a fence, compare-and-swap on the target remains", () =>
        Effect.gen(function* () {
          const world = yield* sealed(make, "no_fence")
          const intent = yield* prepare(world, "done.txt", Option.none())
          assert.isTrue(Option.isNone(yield* world.delivery.fenceTip(world.fence)))
          const refused = yield* Effect.flip(world.delivery.seal(world.fence, Option.none(), content(1, 1)))
          assert.strictEqual(refused.reason, "forbidden")
          assert.strictEqual((yield* world.delivery.push(world.fence, intent, timeoutMs))._tag, "Accepted")
          const seen = yield* world.delivery.look(world.fence, intent, trailers)
          assert.deepStrictEqual(seen.fence, { holdsIntent: false, isIntentsOld: true })
          assert.isTrue(seen.target.containsCommit)
          const late = yield* prepare(world, "late.txt", Option.none())
          assert.deepInclude(yield* world.delivery.push(world.fence, late, timeoutMs), {
            _tag: "Refused",
            kind: "stale"
          })
        })
      )
    })
  })
}
