/**
 * Why the fence changes in every push, and why the push is atomic: each protection taken away, with plain git.
 *
 * A stale worker has read the refs of the remote; then, before its push arrives, another one seals (here: in the
 * pusher's own pre-push hook). Without either protection the stale commit is on the target afterwards.
 */
import { chmod, mkdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { InstanceId, TaskId } from "@devteam/core/model/Ids"
import type { PushIntent } from "@devteam/core/model/Push"
import { makeCache } from "../src/Cache.ts"
import { noCredentials } from "../src/Credentials.ts"
import { makeDeliveryRemote, type PushProtection } from "../src/DeliveryRemote.ts"
import { makeExclusiveLock } from "../src/ExclusiveLock.ts"
import { makeHardenedGit } from "../src/HardenedGit.ts"
import { setHook } from "./support/GitHttpServer.ts"
import { plainGit, realWorld } from "./support/realWorld.ts"

const content = (epoch: number, seq: number) => ({
  instance: InstanceId.make("instance-a"),
  epoch,
  seq,
  nonce: `n${epoch}-${seq}`
})

/** A remote with a sealed fence, a commit to push, its fence commit, and the seal of a successor. */
const prepared = (transport: "path" | "http") =>
  Effect.gen(function* () {
    const world = yield* realWorld(transport)
    const remote = yield* world.createRemote({ "a.txt": "a\n" })
    const { head } = yield* world.repository.open(remote.ref, "main")
    const capabilities = yield* world.delivery.probe(remote.ref, "main")
    const fence = { repository: remote.ref, target: "main", capabilities }
    const first = yield* world.delivery.fenceTip(fence)
    const old = Option.getOrThrow(first).sha
    const tree = yield* world.repository.withFile(remote.ref, head.tree, "stale.txt", Buffer.from("s\n"))
    const commit = yield* world.repository.commit(remote.ref, {
      tree,
      parent: head.commit,
      message: "Stale\n",
      identity: { name: "Ada", email: "ada@example.com" },
      authoredAt: 1_800_000_000_000
    })
    const fenceNew = yield* world.delivery.fenceCommit(fence, Option.some(old), content(1, 1))
    const successor = yield* world.delivery.fenceCommit(fence, Option.some(old), content(2, 1))
    const cache = yield* world.cacheOf
    // The successor's objects are on the server already, so that its seal is one `update-ref` at the right moment.
    yield* plainGit(["--git-dir", cache, "push", "--quiet", remote.bare, `${successor}:refs/heads/successor`])
    const fenceRef = capabilities.fenceRef ?? ""
    const takeover = `git --git-dir='${remote.bare}' update-ref ${fenceRef} ${successor} ${old}`
    return {
      ...world,
      remote,
      head,
      fence,
      fenceRef,
      old,
      fenceNew,
      commit,
      tree,
      cache,
      takeover,
      successor
    }
  })

type Prepared = Effect.Success<ReturnType<typeof prepared>>

const intentOf = (world: Prepared): PushIntent => ({
  taskId: TaskId.make("1"),
  generation: 1,
  target: "main",
  base: world.head.commit,
  commit: world.commit,
  tree: world.tree,
  fenceOld: world.old,
  fenceNew: world.fenceNew,
  nonce: "n",
  epoch: 1
})

/** The stale worker's push by plain git, with the takeover between its reading of the refs and its sending. */
const stalePush = (
  world: Prepared,
  protection: { readonly atomic: boolean; readonly changesFence: boolean }
) =>
  Effect.gen(function* () {
    const hooks = join(world.root, "client-hooks")
    yield* Effect.promise(async () => {
      await mkdir(hooks)
      await writeFile(join(hooks, "pre-push"), `#!/bin/sh\n${world.takeover}\n`)
      await chmod(join(hooks, "pre-push"), 0o755)
    })
    const pushed = yield* Effect.exit(
      plainGit([
        "--git-dir",
        world.cache,
        "-c",
        `core.hooksPath=${hooks}`,
        "push",
        ...(protection.atomic ? ["--atomic"] : []),
        `--force-with-lease=refs/heads/main:${world.head.commit}`,
        `--force-with-lease=${world.fenceRef}:${world.old}`,
        world.remote.bare,
        `${world.commit}:refs/heads/main`,
        `${protection.changesFence ? world.fenceNew : world.old}:${world.fenceRef}`
      ])
    )
    const refs = yield* world.remote.refs
    assert.strictEqual(refs.get(world.fenceRef), world.successor, "the successor sealed meanwhile")
    return { succeeded: pushed._tag === "Success", wroteTarget: refs.get("refs/heads/main") === world.commit }
  })

describe("the fence's protections", () => {
  it.live("control: with an unchanged fence, a stale push gets through", () =>
    Effect.gen(function* () {
      const result = yield* stalePush(yield* prepared("path"), { atomic: true, changesFence: false })
      assert.deepStrictEqual(result, { succeeded: true, wroteTarget: true })
    })
  )

  it.live("control: without --atomic, the target is written although the fence is refused", () =>
    Effect.gen(function* () {
      const result = yield* stalePush(yield* prepared("path"), { atomic: false, changesFence: true })
      assert.deepStrictEqual(result, { succeeded: false, wroteTarget: true })
    })
  )

  it.live("with both, nothing is written", () =>
    Effect.gen(function* () {
      const result = yield* stalePush(yield* prepared("path"), { atomic: true, changesFence: true })
      assert.deepStrictEqual(result, { succeeded: false, wroteTarget: false })
    })
  )

  const taken: ReadonlyArray<PushProtection> = [
    { atomic: false, changeFence: true },
    { atomic: true, changeFence: false }
  ]
  for (const protection of taken) {
    it.live(`control: our push, overtaken on the server, with ${JSON.stringify(protection)}`, () =>
      Effect.gen(function* () {
        const world = yield* prepared("path")
        const protocols = ["file"] as const
        const git = yield* makeHardenedGit({ protocols, credentials: noCredentials })
        const cache = makeCache(git, makeExclusiveLock(), { cacheDir: world.cacheDir, protocols })
        const hook = `unset GIT_QUARANTINE_PATH\n${world.takeover}`
        yield* Effect.promise(() => setHook(world.remote.bare, "pre-receive", hook))
        yield* makeDeliveryRemote(git, cache, protection).push(world.fence, intentOf(world), 30_000)
        assert.strictEqual((yield* world.remote.refs).get("refs/heads/main"), world.commit)
      })
    )
  }

  for (const transport of ["path", "http"] as const) {
    it.live(
      `our push, overtaken on the server after it read the refs, is refused as stale (${transport})`,
      () =>
        Effect.gen(function* () {
          const world = yield* prepared(transport)
          const hook = `unset GIT_QUARANTINE_PATH\n${world.takeover}`
          yield* Effect.promise(() => setHook(world.remote.bare, "pre-receive", hook))
          const intent = intentOf(world)
          const answer = yield* world.delivery.push(world.fence, intent, 30_000)
          assert.deepInclude(answer, { _tag: "Refused", kind: "stale" })
          assert.strictEqual((yield* world.remote.refs).get("refs/heads/main"), world.head.commit)

          const unchanged = yield* world.delivery.push(
            world.fence,
            { ...intent, fenceNew: world.old },
            30_000
          )
          assert.deepInclude(unchanged, { _tag: "Refused", kind: "policy" })
          assert.strictEqual((yield* world.remote.refs).get("refs/heads/main"), world.head.commit)
        })
    )
  }
})
