/**
 * What each guard of the push protocol is for: the same story with and without it. Without it the invariants must be
 * violated; otherwise these tests, and those that rely on the same checks, could not fail.
 */
import { assert, describe, it } from "@effect/vitest"
import { findViolations } from "../support/invariants.ts"
import { eventsOf, newestIn } from "./support/journal.ts"
import { headOf } from "./support/person.ts"
import { trivialWorld } from "./support/trivial.ts"
import type { World } from "./support/world.ts"
import type { Control } from "./support/workerJob.ts"

const violationsOf = (world: World) =>
  findViolations({ dataDirectories: [world.dataDirectory()], remote: world.bare })

/** The worker dies when its push has landed and nobody has said so yet; another one goes on. */
const dieAfterLanding = async (control: Control | undefined) => {
  const world = await trivialWorld(1)
  try {
    const dead = await world.work({ control, kill: { place: "PUSH:effect", nth: 1, afterMs: 0 } }).ended
    assert.isTrue(dead.killed, dead.log)
    const end = await world.work({ control }).ended
    await world.quiet()
    return { status: end.status, violations: violationsOf(world) }
  } finally {
    await world.close()
  }
}

/** The worker dies while its push is under way, and somebody stops the execution before the server gets to it. */
const stopBeforeLanding = async (control: Control | undefined) => {
  const world = await trivialWorld(1)
  try {
    world.hold()
    const worker = world.work({ control })
    await world.underWay(worker)
    worker.kill()
    await worker.ended
    const end = await world.work({ control, stop: true }).ended
    const before = headOf(world.bare)
    const atTheEnd = violationsOf(world)
    world.release()
    await world.quiet()
    const landedLater = headOf(world.bare) !== before
    const [resolved] = eventsOf(newestIn(world.dataDirectory()), "PushResolved")
    return {
      status: end.status,
      outcome: resolved?.outcome._tag,
      atTheEnd,
      landedLater,
      violations: violationsOf(world)
    }
  } finally {
    await world.close()
  }
}

const says = (violations: ReadonlyArray<string>, text: string) =>
  assert.isTrue(
    violations.some((violation) => violation.includes(text)),
    `no violation says "${text}": ${JSON.stringify(violations)}`
  )

describe("a worker that dies after its push landed", { timeout: 120_000 }, () => {
  it("is followed by one that finds the commit", async () => {
    assert.deepStrictEqual(await dieAfterLanding(undefined), { status: "completed", violations: [] })
  })

  it("control: without the look, what landed is called superseded", async () => {
    const { violations } = await dieAfterLanding("merge_again")
    says(violations, "is on the target, and its execution (completed) does not say so")
  })

  it("control: merging again delivers the task twice", async () => {
    const { violations } = await dieAfterLanding("merge_again_and_tick_again")
    says(violations, "has 2 commits on the target")
  })
})

describe("a stop after a worker died with its push under way", { timeout: 120_000 }, () => {
  it("keeps the push from landing", async () => {
    assert.deepStrictEqual(await stopBeforeLanding(undefined), {
      status: "stopped",
      outcome: "Again",
      atTheEnd: [],
      landedLater: false,
      violations: []
    })
  })

  for (const control of ["no_seal", "no_atomic", "unchanged_fence"] as const) {
    it(`control: ${control.replace("_", " ")} lets it land after the stop`, async () => {
      const { atTheEnd, landedLater, status, violations } = await stopBeforeLanding(control)
      assert.deepStrictEqual(
        { status, atTheEnd, landedLater },
        { status: "stopped", atTheEnd: [], landedLater: true }
      )
      says(violations, "is on the target, and its execution (stopped) does not say so")
    })
  }
})
