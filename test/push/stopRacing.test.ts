/**
 * A stop from a second terminal at a random moment around PUSH, the worker killed now and then: the execution ends
 * stopped, and its task is either completed with one commit, or has none, also later.
 */
import { assert, describe, it } from "@effect/vitest"
import { makeRandom, type Random } from "../../packages/core/test/delivery/Random.ts"
import { findViolations } from "../support/invariants.ts"
import { eventsOf, newestIn } from "./support/journal.ts"
import { headOf } from "./support/person.ts"
import { openTerminal } from "./support/terminal.ts"
import { rounds, seedOfRun, trivialWorld } from "./support/trivial.ts"
import type { World } from "./support/world.ts"

const places = ["MERGE:ended", "PUSH:started", "PUSH:started", "PUSH:started", "PUSH:effect", "PUSH:ended"]

interface Counts {
  stopped: number
  withCommit: number
  withoutCommit: number
  killed: number
  violations: Array<string>
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const stopOnce = async (
  world: World,
  terminal: ReturnType<typeof openTerminal>,
  random: Random,
  counts: Counts
) => {
  const worker = world.work()
  const place = random.pick(places)
  await worker.passes(place, place.startsWith("PUSH") && place !== "PUSH:effect" ? 1 + random.int(2) : 1)
  await pause(random.int(120))
  await terminal.stopExecution(world.projectId)
  if (random.chance(1 / 2)) {
    await pause(random.int(100))
    worker.kill()
    if (random.chance(1 / 2)) world.killGit()
    counts.killed++
  }
  const end = await worker.ended
  // Whoever is left asks again: it settles what a dead worker left, and changes nothing otherwise.
  await terminal.stopExecution(world.projectId)
  // A dead worker's seal may still reach the fence; that harms nothing.
  const atTheEnd = headOf(world.bare)
  await world.quiet()
  if (headOf(world.bare) !== atTheEnd) counts.violations.push("Something landed after the stop.")
  const recorded = newestIn(world.dataDirectory())
  const { status } = recorded.state
  if (status !== "stopped") counts.violations.push(`It ended ${status} instead of stopped.\n${end.log}`)
  counts.stopped++
  const landed = eventsOf(recorded, "PushResolved").some(({ outcome }) => outcome._tag === "Landed")
  if (landed) counts.withCommit++
  else counts.withoutCommit++
  counts.violations.push(...findViolations({ dataDirectories: [world.dataDirectory()], remote: world.bare }))
}

describe("a stop that races the push", () => {
  it("ends with the commit said, or without one for ever", { timeout: 600_000 }, async () => {
    const wanted = rounds("DEVTEAM_STOP_ROUNDS", 16, 4)
    const seed = seedOfRun()
    const counts: Counts = { stopped: 0, withCommit: 0, withoutCommit: 0, killed: 0, violations: [] }
    const lane = async (random: Random) => {
      const world = await trivialWorld(2 * wanted + 2)
      const terminal = openTerminal(world)
      try {
        while (counts.stopped < wanted && counts.violations.length === 0) {
          await stopOnce(world, terminal, random, counts)
        }
      } finally {
        await terminal.stop()
        await world.close()
      }
    }
    await Promise.all([lane(makeRandom(seed)), lane(makeRandom(seed + 1))])
    console.log(
      `stop racing push (DEVTEAM_PUSH_SEED=${seed}): ${counts.stopped} stops, ${counts.killed} with the worker killed; ` +
        `${counts.withCommit} executions with a landed task, ${counts.withoutCommit} without`
    )
    assert.deepStrictEqual(counts.violations, [])
    assert.isAtLeast(counts.stopped, wanted)
  })
})
