/**
 * A pusher that dies, is stopped or loses its connection: what its push still does, and what a seal does to it.
 *
 * Rounds of the random test: DEVTEAM_TEST_ROUNDS (default 6).
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { watch } from "node:fs/promises"
import { join } from "node:path"
import { ExecutionId, InstanceId, TaskId } from "@devteam/core/model/Ids"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option } from "effect"
import { setHook, slowHook } from "./support/GitHttpServer.ts"
import { plainGit, realWorld } from "./support/realWorld.ts"

const rounds = Number(process.env["DEVTEAM_TEST_ROUNDS"] ?? 6)
const trailers = { executionId: ExecutionId.make("exec-1"), taskId: TaskId.make("1") }

/** Runs `body` only for pushes of the target: seals pass at once. */
const forTarget = (body: string) => `if grep -q 'refs/heads/main$'; then\n${body}\nfi`

const waitForFile = (directory: string, name: string) =>
  Effect.promise(async (signal) => {
    if (existsSync(join(directory, name))) return
    const changes = watch(directory, { signal })
    if (existsSync(join(directory, name))) return
    for await (const change of changes) if (change.filename === name) return
  })

const prepared = Effect.gen(function* () {
  const world = yield* realWorld("http")
  const remote = yield* world.createRemote({ "a.txt": "a\n" })
  const { server } = world
  if (server === undefined) throw new Error("no server")
  const { head } = yield* world.repository.open(remote.ref, "main")
  const capabilities = yield* world.delivery.probe(remote.ref, "main")
  const fence = { repository: remote.ref, target: "main", capabilities }
  const settled = Effect.promise(() => server.settled())
  let nonce = 0

  const seal = (seq: number) =>
    Effect.gen(function* () {
      const tip = yield* world.delivery.fenceTip(fence)
      const content = { instance: InstanceId.make("instance-a"), epoch: 1, seq, nonce: `s${++nonce}` }
      return yield* world.delivery.seal(fence, tip, content)
    })

  const intend = Effect.gen(function* () {
    const base = yield* world.repository.fetchHead(remote.ref, "main")
    const path = `done-${++nonce}.txt`
    const tree = yield* world.repository.withFile(remote.ref, base.tree, path, Buffer.from("done\n"))
    const commit = yield* world.repository.commit(remote.ref, {
      tree,
      parent: base.commit,
      message: `Do it\n\nDevTeam-Execution: exec-1\nDevTeam-Task: 1\n`,
      identity: { name: "Ada", email: "ada@example.com" },
      authoredAt: 1_800_000_000_000
    })
    const tip = Option.getOrThrow(yield* world.delivery.fenceTip(fence))
    const content = {
      instance: InstanceId.make("instance-a"),
      epoch: 1,
      seq: nonce,
      intent: commit,
      nonce: `p${nonce}`
    }
    const fenceNew = yield* world.delivery.fenceCommit(fence, Option.some(tip.sha), content)
    return {
      taskId: trailers.taskId,
      generation: 1,
      target: "main",
      base: base.commit,
      commit,
      tree,
      fenceOld: tip.sha,
      fenceNew,
      nonce: content.nonce,
      epoch: 1
    }
  })
  const target = Effect.map(remote.refs, (refs) => refs.get("refs/heads/main"))
  return { ...world, server, remote, head, fence, settled, seal, intend, target }
})

/** A push that is killed while the server's hook holds it; the hook ends when `gate` exists. */
const heldPush = Effect.gen(function* () {
  const world = yield* prepared
  const gate = join(world.root, "gate")
  const hook = forTarget(`touch '${world.root}/holding'\nwhile [ ! -e '${gate}' ]; do sleep 0.02; done`)
  yield* Effect.promise(() => setHook(world.remote.bare, "pre-receive", hook))
  const intent = yield* world.intend
  const openGate = Effect.andThen(
    Effect.sync(() => writeFileSync(gate, "")),
    world.settled
  )
  return { ...world, intent, openGate }
})

describe("a push whose outcome is unknown", () => {
  it.live("control: killed and not there at a first look, it lands afterwards", () =>
    Effect.gen(function* () {
      const world = yield* heldPush
      const fiber = yield* Effect.forkChild(world.delivery.push(world.fence, world.intent, 30_000))
      yield* waitForFile(world.root, "holding")
      yield* Fiber.interrupt(fiber)
      const first = yield* world.delivery.look(world.fence, world.intent, trailers)
      assert.isTrue(first.fence.isIntentsOld && first.target.atBase, "not there")
      yield* world.openGate
      assert.strictEqual(yield* world.target, world.intent.commit)
      const later = yield* world.delivery.look(world.fence, world.intent, trailers)
      assert.isTrue(later.fence.holdsIntent && later.target.containsCommit)
    })
  )

  it.live("after a seal it lands no more", () =>
    Effect.gen(function* () {
      const world = yield* heldPush
      const fiber = yield* Effect.forkChild(world.delivery.push(world.fence, world.intent, 30_000))
      yield* waitForFile(world.root, "holding")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual((yield* world.seal(2))._tag, "Sealed")
      yield* world.openGate
      assert.strictEqual(yield* world.target, world.intent.base)
      const seen = yield* world.delivery.look(world.fence, world.intent, trailers)
      assert.deepInclude(seen.fence, { holdsIntent: false, isIntentsOld: false })
    })
  )

  it.live("a time-out is unknown, and says so", () =>
    Effect.gen(function* () {
      const world = yield* heldPush
      const answer = yield* world.delivery.push(world.fence, world.intent, 700)
      assert.strictEqual(answer._tag, "Unknown")
      yield* world.openGate
    })
  )

  it.live("a cut connection and an unreachable server are unknown", () =>
    Effect.gen(function* () {
      const world = yield* prepared
      const intent = yield* world.intend
      world.server.intercept = (request) => {
        if (request.method !== "POST" || request.url?.includes("receive-pack") !== true) return false
        request.socket.destroy()
        return true
      }
      assert.strictEqual((yield* world.delivery.push(world.fence, intent, 30_000))._tag, "Unknown")
      yield* Effect.promise(() => world.server.close())
      assert.strictEqual((yield* world.delivery.push(world.fence, intent, 30_000))._tag, "Unknown")
    })
  )

  it.live("an interruption leaves no git process behind", () =>
    Effect.gen(function* () {
      const world = yield* prepared
      const asked = new Promise<void>((resolve) => {
        world.server.intercept = () => {
          resolve()
          return true
        }
      })
      const fiber = yield* Effect.forkChild(world.repository.fetchHead(world.remote.ref, "main"))
      yield* Effect.promise(() => asked)
      const running = () =>
        readdirSync("/proc").filter((pid) => {
          try {
            return (
              /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(world.server.url)
            )
          } catch {
            return false
          }
        })
      assert.isAbove(running().length, 0, "control: it runs")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(running(), [])
    })
  )

  it.live(
    `${rounds} pushes, each stopped at a random moment: sealed and looked at, each is once there or never`,
    () =>
      Effect.gen(function* () {
        const world = yield* prepared
        let landed = 0
        for (let round = 0; round < rounds; round++) {
          yield* Effect.promise(() =>
            setHook(world.remote.bare, "pre-receive", forTarget(slowHook(Math.random() * 200)))
          )
          const intent = yield* world.intend
          const answer = yield* world.delivery.push(world.fence, intent, 40 + Math.random() * 400)
          if (answer._tag === "Unknown") yield* world.seal(round)
          const seen = yield* world.delivery.look(world.fence, intent, trailers)
          if (answer._tag === "Accepted") assert.isTrue(seen.target.containsCommit)
          assert.strictEqual(seen.fence.holdsIntent, seen.target.containsCommit)
          yield* world.settled
          const isThere = (yield* world.target) === intent.commit
          assert.strictEqual(isThere, seen.target.containsCommit, "what the look said stayed true")
          if (isThere) landed++
        }
        const commits = yield* plainGit(["--git-dir", world.remote.bare, "rev-list", "--count", "main"])
        assert.strictEqual(Number(commits), landed + 1)
      })
  )
})
