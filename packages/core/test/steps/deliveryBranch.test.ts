/** Delivery to a branch of its own: created at the first push, gone on with, merged, refused and raced. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ExecutionId } from "../../src/model/Ids.ts"
import { layerMemory, World, type WorldShape } from "../../src/testing/memory/Everything.ts"
import { drive } from "../../src/worker/drive.ts"
import { request } from "../../src/worker/request.ts"
import * as given from "../../src/testing/given.ts"
import { atPass, begin, eventsNamed, run, stateOf } from "../worker/support.ts"

const onlyFirst = { scope: { _tag: "Tasks", ids: ["1.1"] } } as const
const byBranch = { delivery: "branch" } as const

const branchOf = (executionId: ExecutionId) => `devteam/${executionId}`

/** Subjects of a branch, newest first. */
const log = ({ git, remote }: WorldShape, branch: string): ReadonlyArray<string> => {
  const subjects: Array<string> = []
  let sha = remote.refs.get(`refs/heads/${branch}`)
  while (sha !== undefined) {
    const commit = git.commits.get(sha)
    subjects.push(commit?.message.split("\n")[0] ?? "")
    sha = commit?.parents[0]
  }
  return subjects
}

const branches = ({ remote }: WorldShape) =>
  [...remote.refs.keys()].filter((ref) => ref.startsWith("refs/heads/")).toSorted()

describe("delivery to a branch", () => {
  it.effect("creates it with the first task, adds the next one, and leaves the target alone", () =>
    Effect.gen(function* () {
      const world = yield* World
      const before = world.person.head()
      const executionId = yield* run(byBranch)
      const state = yield* stateOf(executionId)
      assert.strictEqual(state.status, "completed")
      assert.deepInclude(state.ready, { target: branchOf(executionId), from: "main" })
      assert.strictEqual(world.person.head(), before)
      assert.deepStrictEqual(log(world, branchOf(executionId)), [
        "1.2: Add a checkout",
        "1.1: Add a cart",
        "First commit"
      ])
      const intents = (yield* eventsNamed(executionId, "PushIntended")).map(({ intent }) => intent.creates)
      assert.deepStrictEqual(intents, [true, undefined])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a push that was lost or unanswered while it creates the branch is settled by looking", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.remote.fates.push({ _tag: "LoseRequest" }, { _tag: "LoseAnswer" })
      const executionId = yield* run(byBranch, onlyFirst)
      const outcomes = (yield* eventsNamed(executionId, "PushResolved")).map(({ outcome }) => outcome._tag)
      assert.deepStrictEqual(outcomes, ["Again", "Landed"])
      assert.deepStrictEqual(log(world, branchOf(executionId)), ["1.1: Add a cart", "First commit"])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("where somebody else made a branch of that name meanwhile, the change is moved onto it", () =>
    Effect.gen(function* () {
      const world = yield* World
      const executionId = yield* begin(byBranch, onlyFirst)
      const branch = branchOf(executionId)
      const act = Effect.sync(() => {
        world.git.setRef(world.remote.url, `refs/heads/${branch}`, world.person.head())
        world.git.commitTo(world.remote.url, branch, { "theirs.txt": "t\n" }, "Theirs\n")
      })
      yield* drive(executionId).pipe(atPass("MERGE:effect", act))
      assert.deepStrictEqual(log(world, branch), ["1.1: Add a cart", "Theirs", "First commit"])
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("the next execution goes on with an unmerged branch, and pays for nothing twice", () =>
    Effect.gen(function* () {
      const world = yield* World
      const first = yield* run(byBranch, onlyFirst)
      world.person.commit({ "README.md": "moved on\n" })
      const second = yield* run(byBranch)
      assert.strictEqual((yield* stateOf(second)).ready?.target, branchOf(first))
      assert.lengthOf(world.agent.runs, 2)
      assert.lengthOf(log(world, branchOf(first)), 3)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("a merged or squashed one is not gone on with, nor where a fresh one is asked for", () =>
    Effect.gen(function* () {
      const world = yield* World
      const first = yield* run(byBranch, onlyFirst)
      const fresh = yield* run(byBranch, { ...onlyFirst, fresh: true })
      assert.strictEqual((yield* stateOf(fresh)).ready?.target, branchOf(fresh))
      const head = world.remote.refs.get(`refs/heads/${branchOf(fresh)}`) ?? given.sha()
      world.person.forceTo(head)
      const afterMerge = yield* run(byBranch)
      assert.strictEqual((yield* stateOf(afterMerge)).ready?.target, branchOf(afterMerge))
      // Squashed: the same content under another commit.
      const tip = world.remote.refs.get(`refs/heads/${branchOf(afterMerge)}`) ?? given.sha()
      const squashed = world.git.commits.get(tip)
      const made = world.git.writeCommit({
        tree: squashed?.tree ?? given.sha(),
        parents: [world.person.head()],
        identity: { name: "Ada", email: "ada@example.test" },
        authoredAt: 1_900_000_000,
        committedAt: 1_900_000_000,
        message: "Squashed\n"
      })
      world.person.forceTo(made)
      const last = yield* run(byBranch)
      assert.deepInclude(yield* stateOf(last), { status: "completed" })
      assert.strictEqual((yield* stateOf(last)).ready?.target, branchOf(last))
      assert.lengthOf(branches(world), 4)
      assert.notInclude(branches(world), `refs/heads/${branchOf(first)}x`)
    }).pipe(Effect.provide(layerMemory()))
  )

  it.effect("delivers what the target's remote refused: the kept change, without the agent", () =>
    Effect.gen(function* () {
      const world = yield* World
      world.remote.fates.push({ _tag: "Refuse", message: "protected branch" })
      const executionId = yield* run()
      const refused = yield* stateOf(executionId)
      assert.include(refused.pause?.message ?? "", "resume with --deliver branch")
      yield* request(given.projectId(), { _tag: "Resume", by: "ada", delivery: "branch" })
      yield* drive(executionId)
      const state = yield* stateOf(executionId)
      assert.strictEqual(state.status, "completed")
      assert.lengthOf(world.agent.runs, 2)
      assert.deepStrictEqual(log(world, branchOf(executionId)), [
        "1.2: Add a checkout",
        "1.1: Add a cart",
        "First commit"
      ])
      assert.lengthOf(world.person.log(), 1)
    }).pipe(Effect.provide(layerMemory()))
  )
})
