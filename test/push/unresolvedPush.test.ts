/**
 * The remote is unreachable while an execution with a push under way is stopped: it ends at once and says so, and
 * the next execution finds out first what became of that push, and records it in its own journal.
 */
import { assert, describe, it } from "@effect/vitest"
import { findViolations } from "../support/invariants.ts"
import { remoteCommits } from "../support/remoteCommits.ts"
import { eventsOf, executionsIn, newestIn } from "./support/journal.ts"
import { trivialWorld } from "./support/trivial.ts"
import { endProcesses, processesWith } from "./support/world.ts"

type Fate = "landed" | "lost" | "late"

/** Stops an execution that cannot ask the remote, lets its push have that fate, and starts the next one. */
const story = async (fate: Fate) => {
  const world = await trivialWorld(2)
  try {
    world.hold()
    const worker = world.work()
    await world.underWay(worker)
    worker.kill()
    await worker.ended
    world.server.intercept = (_request, response) => {
      response.writeHead(503).end()
      return true
    }
    await world.work({ stop: true }).ended
    const stopped = newestIn(world.dataDirectory())
    if (fate === "lost") endProcesses(processesWith(world.bare))
    if (fate !== "late") {
      world.release()
      await world.quiet()
    }
    world.server.intercept = undefined
    const next = world.work()
    if (fate === "late") {
      // The seal over the push has been made by then.
      await next.passes("PUSH:ended")
      world.release()
    }
    const end = await next.ended
    await world.quiet()
    const first = newestIn(world.dataDirectory())
    const places = first.events.map(({ _tag }) => _tag)
    return {
      stopped: {
        status: stopped.state.status,
        unresolved: eventsOf(stopped, "Stopped")[0]?.unresolvedPush !== undefined
      },
      status: end.status,
      executions: executionsIn(world.dataDirectory()).length,
      resolved: eventsOf(first, "PushResolved").map(({ inherited, outcome }) => [inherited, outcome._tag]),
      resolvedFirst:
        places.indexOf("PushResolved") < places.indexOf("TaskSelected") || !places.includes("TaskSelected"),
      commits: remoteCommits(world.bare, "main").filter(({ task }) => task !== undefined).length,
      byTheFirst: remoteCommits(world.bare, "main").filter(
        ({ execution }) => execution === stopped.state.executionId
      ).length,
      violations: findViolations({ dataDirectories: [world.dataDirectory()], remote: world.bare })
    }
  } finally {
    await world.close()
  }
}

describe("a stop while the remote is unreachable", { timeout: 120_000 }, () => {
  const expected = {
    stopped: { status: "stopped", unresolved: true },
    status: "completed",
    executions: 2,
    resolvedFirst: true,
    commits: 2,
    violations: []
  }

  it("is followed by an execution that finds the commit", async () => {
    assert.deepStrictEqual<unknown>(await story("landed"), {
      ...expected,
      byTheFirst: 1,
      resolved: [
        [true, "Landed"],
        [false, "Landed"]
      ]
    })
  })

  for (const fate of ["lost", "late"] as const) {
    it(`is followed by an execution that does the task again when the push was ${fate}`, async () => {
      assert.deepStrictEqual<unknown>(await story(fate), {
        ...expected,
        byTheFirst: 0,
        resolved: [
          [true, "Again"],
          [false, "Landed"],
          [false, "Landed"]
        ]
      })
    })
  }
})
