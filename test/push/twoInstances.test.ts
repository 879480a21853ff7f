/**
 * Two data directories work through the same list on one remote at the same time, and their processes die now and
 * then: every task is delivered once, by one of them, and both end completed.
 */
import { assert, describe, it } from "@effect/vitest"
import { makeRandom, type Random } from "../../packages/core/test/delivery/Random.ts"
import { findViolations, tasksDeliveredTwice } from "../support/invariants.ts"
import { remoteCommits } from "../support/remoteCommits.ts"
import { eventsOf, executionsIn } from "./support/journal.ts"
import { seedOfRun, trivialWorld } from "./support/trivial.ts"

const tasks = 6

describe("two data directories on one remote", () => {
  it("deliver every task once between them", { timeout: 300_000 }, async () => {
    const seed = seedOfRun()
    const world = await trivialWorld(tasks)
    try {
      let kills = 0
      const run = async (data: string, random: Random) => {
        for (let process = 0; ; process++) {
          const kill =
            process < 3
              ? { place: "PUSH:started", nth: 1 + random.int(4), afterMs: 1 + random.int(500) }
              : undefined
          const end = await world.work({ data, kill, generations: 100 }).ended
          if (!end.killed) return end
          kills++
        }
      }
      const ends = await Promise.all([run("one", makeRandom(seed)), run("two", makeRandom(seed + 1))])
      await world.quiet()
      // A process that dies after the end is followed by one that starts an execution of its own.
      const count = (data: string, tag: "TaskSuperseded" | "TaskCompleted") =>
        executionsIn(world.dataDirectory(data)).flatMap((recorded) => eventsOf(recorded, tag)).length
      const superseded = ["one", "two"].map((data) => count(data, "TaskSuperseded"))
      const completed = ["one", "two"].map((data) => count(data, "TaskCompleted"))
      console.log(
        `two instances (DEVTEAM_PUSH_SEED=${seed}): ${completed.join(" + ")} tasks completed, ` +
          `${superseded.join(" + ")} superseded, ${kills} kills`
      )
      assert.deepStrictEqual(
        ends.map(({ status }) => status),
        ["completed", "completed"],
        ends.map(({ log }) => log).join("\n\n")
      )
      assert.deepStrictEqual(tasksDeliveredTwice(world.bare), [])
      assert.strictEqual(remoteCommits(world.bare, "main").length, tasks + 1)
      assert.strictEqual((completed[0] ?? 0) + (completed[1] ?? 0), tasks)
      assert.isAbove((superseded[0] ?? 0) + (superseded[1] ?? 0), 0, "they never met")
      assert.deepStrictEqual(
        findViolations({
          dataDirectories: [world.dataDirectory("one"), world.dataDirectory("two")],
          remote: world.bare
        }),
        []
      )
    } finally {
      await world.close()
    }
  })
})
