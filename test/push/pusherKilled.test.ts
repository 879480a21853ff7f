/**
 * The pusher dies at random, over HTTP and with a slow hook, and a fresh process goes on: every task's commit is on
 * the target exactly once, and nothing lands any more once the execution has ended.
 */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { makeRandom, type Random } from "../../packages/core/test/delivery/Random.ts"
import { findViolations } from "../support/invariants.ts"
import { remoteCommits } from "../support/remoteCommits.ts"
import { eventsOf, executionsIn, newestIn } from "./support/journal.ts"
import { headOf } from "./support/person.ts"
import { rounds, seedOfRun, trivialWorld } from "./support/trivial.ts"
import type { World } from "./support/world.ts"
import type { Kill } from "./support/workerJob.ts"

const tasksPerWorld = 8
const places = ["PUSH:started", "PUSH:effect", "PUSH:ending", "PUSH:ended"] as const

const randomKill = (random: Random): Kill =>
  random.chance(0.6)
    ? { place: "PUSH:started", nth: random.pick([1, 2, 2, 2, 3]), afterMs: 1 + random.int(600) }
    : { place: random.pick(places), nth: 1 + random.int(3), afterMs: 0 }

interface Counts {
  kills: number
  gitKilledToo: number
  pushUnknown: number
  landedAfterDeath: number
  tasks: number
  violations: Array<string>
}

/** What the dead pusher left: the nonce of a push of which nobody knows, when it was not on the target yet. */
const unseenPush = (world: World): string | undefined => {
  const { push } = newestIn(world.dataDirectory()).state
  if (push?.phase !== "unknown") return undefined
  const there = remoteCommits(world.bare, "main").some(({ sha }) => sha === push.intent.commit)
  return there ? undefined : push.intent.nonce
}

const killUntilDone = async (world: World, random: Random, counts: Counts, mayKill: () => boolean) => {
  const unseen = new Set<string>()
  for (;;) {
    const kill = mayKill() ? randomKill(random) : undefined
    const end = await world.work({ kill, generations: 100 }).ended
    if (!end.killed) {
      if (end.status !== "completed") counts.violations.push(`${end.result} ${end.status ?? ""}\n${end.log}`)
      break
    }
    counts.kills++
    if (random.chance(1 / 3)) {
      world.killGit()
      counts.gitKilledToo++
    }
    const { state } = newestIn(world.dataDirectory())
    if (state.push?.phase === "unknown") counts.pushUnknown++
    const nonce = unseenPush(world)
    if (nonce !== undefined) unseen.add(nonce)
  }
  // A dead worker's seal may still reach the fence; that harms nothing.
  const atTheEnd = headOf(world.bare)
  await world.quiet()
  const later = headOf(world.bare)
  if (atTheEnd !== later) counts.violations.push(`After the end ${later} landed on ${atTheEnd}.`)
  counts.violations.push(...findViolations({ dataDirectories: [world.dataDirectory()], remote: world.bare }))
  // A kill may come after the end: then there is one more execution, which finds nothing to do.
  for (const recorded of executionsIn(world.dataDirectory())) {
    counts.landedAfterDeath += eventsOf(recorded, "PushResolved").filter(
      ({ intent, outcome }) => outcome._tag === "Landed" && unseen.has(intent.nonce)
    ).length
    counts.tasks += eventsOf(recorded, "TaskCompleted").length
  }
  if (remoteCommits(world.bare, "main").length !== tasksPerWorld + 1) {
    counts.violations.push(`${remoteCommits(world.bare, "main").length} commits for ${tasksPerWorld} tasks.`)
  }
}

describe("a pusher that is killed", () => {
  it("delivers every task exactly once", { timeout: 900_000 }, async () => {
    const wanted = rounds("DEVTEAM_PUSH_ROUNDS", 50, 8)
    const seed = seedOfRun()
    const counts: Counts = {
      kills: 0,
      gitKilledToo: 0,
      pushUnknown: 0,
      landedAfterDeath: 0,
      tasks: 0,
      violations: []
    }
    let planned = 0
    const lane = async (random: Random) => {
      while (counts.kills < wanted && counts.violations.length === 0) {
        const world = await trivialWorld(tasksPerWorld)
        await killUntilDone(world, random, counts, () => counts.kills < wanted)
        planned += tasksPerWorld
        await world.close()
      }
    }
    await Promise.all([lane(makeRandom(seed)), lane(makeRandom(seed + 1))])
    console.log(
      `pusher killed (DEVTEAM_PUSH_SEED=${seed}): ${counts.kills} kills, ${counts.gitKilledToo} with their git, ` +
        `${counts.pushUnknown} with a push under way, of which ${counts.landedAfterDeath} landed after the death; ` +
        `${counts.tasks} tasks`
    )
    assert.deepStrictEqual(counts.violations, [])
    assert.isAtLeast(counts.kills, wanted)
    assert.strictEqual(counts.tasks, planned)
  })
  it(
    "after its last record leaves a checkout, and the next worker removes it",
    { timeout: 60_000 },
    async () => {
      const world = await trivialWorld(1)
      try {
        const checkouts = () => readdirSync(join(world.dataDirectory(), "work"))
        // The second SELECT finds that everything is done.
        const dead = await world.work({ kill: { place: "SELECT:ended", nth: 2, afterMs: 0 } }).ended
        const { executionId, status } = newestIn(world.dataDirectory()).state
        assert.deepStrictEqual([dead.killed, status, checkouts()], [true, "completed", [executionId]])
        await world.work().ended
        assert.deepStrictEqual(checkouts(), [])
      } finally {
        await world.close()
      }
    }
  )
})
