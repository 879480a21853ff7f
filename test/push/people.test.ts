/**
 * People use the same branch: what they push is never lost, and what they take out is never put back.
 */
import { assert, describe, it } from "@effect/vitest"
import { setHook } from "../../packages/adapters-git/test/support/GitHttpServer.ts"
import { makeRandom } from "../../packages/core/test/delivery/Random.ts"
import { findViolations } from "../support/invariants.ts"
import { remoteCommits } from "../support/remoteCommits.ts"
import { eventsOf, newestIn } from "./support/journal.ts"
import { forcePush, headOf, missingFrom, personPushes } from "./support/person.ts"
import { openTerminal } from "./support/terminal.ts"
import { seedOfRun, trivialWorld } from "./support/trivial.ts"
import type { World } from "./support/world.ts"

const violationsOf = (world: World) =>
  findViolations({ dataDirectories: [world.dataDirectory()], remote: world.bare })

const deliveredIn = (world: World): ReadonlyArray<string> =>
  remoteCommits(world.bare, "main").flatMap(({ task }) => (task === undefined ? [] : [task]))

/** Goes on until it rests, then says what became of task 1.1, and once more after a resume. */
const afterRemoval = async (world: World) => {
  const end = await world.work().ended
  const outcomes = () =>
    newestIn(world.dataDirectory()).state.outcomes.map(({ outcome, reason, taskId }) => [
      taskId,
      reason ?? outcome
    ])
  const first = { status: end.status, outcomes: outcomes(), delivered: deliveredIn(world) }
  const terminal = openTerminal(world)
  await terminal.resumeExecution(world.projectId)
  await terminal.stop()
  await world.work().ended
  await world.quiet()
  assert.deepStrictEqual(
    { ...first, outcomes: outcomes(), delivered: deliveredIn(world) },
    { ...first },
    "a resume changes nothing about it"
  )
  return { ...first, violations: violationsOf(world) }
}

const held = {
  status: "paused",
  outcomes: [
    ["1.1", "removed_by_others"],
    ["1.2", "completed"]
  ],
  delivered: ["1.2"],
  violations: []
}

describe("a person's force-push", { timeout: 120_000 }, () => {
  it("that removes what a dead worker had pushed is respected: the task is held", async () => {
    const world = await trivialWorld(2)
    try {
      const base = headOf(world.bare)
      await world.work({ kill: { place: "PUSH:effect", nth: 1, afterMs: 0 } }).ended
      assert.deepStrictEqual(deliveredIn(world), ["1.1"])
      forcePush(world.bare, base)
      assert.deepStrictEqual(await afterRemoval(world), held)
    } finally {
      await world.close()
    }
  })

  it("that comes in the very moment after the push is respected as well", async () => {
    const world = await trivialWorld(2)
    try {
      await setHook(
        world.bare,
        "post-receive",
        `while read -r old new ref; do
          if [ "$ref" = refs/heads/main ] && [ ! -e removed ]; then
            touch removed
            git update-ref refs/heads/main "$old"
          fi
        done`
      )
      assert.deepStrictEqual(await afterRemoval(world), held)
    } finally {
      await world.close()
    }
  })
})

describe("a person's pushes", { timeout: 180_000 }, () => {
  it("at random moments are never lost, and all tasks are delivered on top of them", async () => {
    const seed = seedOfRun()
    const random = makeRandom(seed)
    const world = await trivialWorld(6)
    try {
      const theirs: Array<string> = []
      let sinceTask = 0
      let onTheirWay = 0
      const worker = world.work()
      worker.onPass((place) => {
        // What is still to come hits the next task.
        if (place === "REPORT:ended") sinceTask = onTheirWay
        const moments = ["VERIFY:ended", "MERGE:ended", "PUSH:started", "PUSH:ended"]
        // Three in a row would make it wait for a minute.
        if (sinceTask >= 2 || !moments.includes(place) || !random.chance(0.4)) return
        sinceTask++
        onTheirWay++
        setTimeout(() => {
          onTheirWay--
          theirs.push(personPushes(world.bare))
        }, random.int(150))
      })
      const end = await worker.ended
      await world.quiet()
      const moved = eventsOf(newestIn(world.dataDirectory()), "PushResolved").filter(
        ({ outcome }) => outcome._tag === "Regenerate"
      ).length
      console.log(
        `a person's pushes (DEVTEAM_PUSH_SEED=${seed}): ${theirs.length} by the person, ${moved} pushes came too late`
      )
      assert.strictEqual(end.status, "completed", end.log)
      assert.isAbove(theirs.length, 0)
      assert.deepStrictEqual(missingFrom(world.bare, theirs), [])
      assert.deepStrictEqual([...deliveredIn(world)].sort(), ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6"])
      assert.deepStrictEqual(violationsOf(world), [])
    } finally {
      await world.close()
    }
  })

  const inVain = {
    "while it pushes": { places: ["PUSH:started"], event: "PushResolved" },
    "while it verifies": { places: ["VERIFY:started"], event: "CandidatePrepared" }
  } as const

  for (const [when, { event, places }] of Object.entries(inVain)) {
    it(`that never end ${when} make it wait for a quieter time, with nothing of either lost`, async () => {
      const world = await trivialWorld(1)
      const terminal = openTerminal(world)
      try {
        const theirs: Array<string> = []
        const worker = world.work()
        worker.onPass((place) => {
          if (places.some((name) => name === place)) theirs.push(personPushes(world.bare))
        })
        await worker.passes(places[0])
        for await (const { frame } of terminal.watch(world.projectId)) {
          if (frame.payload["event"] === "WaitStarted") break
        }
        const waiting = newestIn(world.dataDirectory())
        await terminal.stopExecution(world.projectId)
        await worker.ended
        await world.quiet()
        assert.strictEqual(waiting.state.waiting?.reason, "target_busy")
        assert.strictEqual(eventsOf(waiting, event).length, 3)
        assert.strictEqual(newestIn(world.dataDirectory()).state.status, "stopped")
        assert.deepStrictEqual(missingFrom(world.bare, theirs), [])
        assert.deepStrictEqual(deliveredIn(world), [])
        assert.deepStrictEqual(violationsOf(world), [])
      } finally {
        await terminal.stop()
        await world.close()
      }
    })
  }
})
