/**
 * What every delivery remote does with a branch that a push creates: it has to be absent, and whoever made it first
 * has it.
 *
 * It registers tests; `DeliveryRemoteContract` is about branches that are there.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { ExecutionId, InstanceId, TaskId } from "../../model/Ids.ts"
import type { PushIntent } from "../../model/Push.ts"
import type { FenceContent, FenceRef } from "../../ports/DeliveryRemote.ts"
import type { MakeGitWorld } from "./gitWorld.ts"

const trailers = { executionId: ExecutionId.make("exec-1"), taskId: TaskId.make("1.1") }
const branch = "devteam/exec-1"
const timeoutMs = 30_000

const prepared = (make: MakeGitWorld) =>
  Effect.gen(function* () {
    const world = yield* make
    const { delivery, repository } = world
    const remote = yield* world.createRemote({ "a.txt": "a\n" })
    const { head } = yield* repository.open(remote.ref, "main")
    const capabilities = yield* delivery.probe(remote.ref, branch)
    const fence: FenceRef = { repository: remote.ref, target: branch, capabilities }
    const tip = yield* delivery.fenceTip(fence)
    const tree = yield* repository.withFile(remote.ref, head.tree, "b.txt", Buffer.from("done\n"))
    const commit = yield* repository.commit(remote.ref, {
      tree,
      parent: head.commit,
      message: "Do it\n\nDevTeam-Execution: exec-1\nDevTeam-Task: 1.1\n",
      identity: { name: "Ada", email: "ada@example.com" },
      authoredAt: 1_800_000_000_000
    })
    const content: FenceContent = {
      instance: InstanceId.make("instance-a"),
      epoch: 1,
      seq: 1,
      nonce: "nonce-1",
      intent: commit
    }
    const fenceOld = Option.map(tip, ({ sha }) => sha)
    const intent: PushIntent = {
      taskId: trailers.taskId,
      generation: 1,
      target: branch,
      base: head.commit,
      creates: true,
      commit,
      tree,
      fenceOld: Option.getOrThrow(fenceOld),
      fenceNew: yield* delivery.fenceCommit(fence, fenceOld, content),
      nonce: "nonce-1",
      epoch: 1
    }
    return { delivery, remote, head, fence, intent, look: delivery.look(fence, intent, trailers) }
  })

/** Registers the suite. */
export const deliveryBranchContract = (name: string, make: MakeGitWorld): void => {
  describe(`DeliveryRemote, a branch that is created: ${name}`, () => {
    it.live("absent is where it begins; afterwards it holds the commit, and the base is untouched", () =>
      Effect.gen(function* () {
        const { delivery, fence, head, intent, look, remote } = yield* prepared(make)
        const before = yield* look
        assert.deepStrictEqual(before.target, { containsCommit: false, atBase: true })
        assert.strictEqual((yield* delivery.push(fence, intent, timeoutMs))._tag, "Accepted")
        const refs = yield* remote.refs
        assert.strictEqual(refs.get(`refs/heads/${branch}`), intent.commit)
        assert.strictEqual(refs.get("refs/heads/main"), head.commit)
        const after = yield* look
        assert.isTrue(after.fence.holdsIntent)
        assert.deepInclude(after.target, { head: intent.commit, containsCommit: true, atBase: false })
      })
    )

    it.live("a branch that somebody made meanwhile, even at the base, is not written over", () =>
      Effect.gen(function* () {
        const { delivery, fence, head, intent, look, remote } = yield* prepared(make)
        yield* remote.setRef(`refs/heads/${branch}`, head.commit)
        const answer = yield* delivery.push(fence, intent, timeoutMs)
        assert.deepInclude(answer, { _tag: "Refused", kind: "stale" })
        const after = yield* look
        assert.isFalse(after.fence.holdsIntent)
        assert.deepInclude(after.target, { head: head.commit, containsCommit: false, atBase: false })
      })
    )
  })
}
