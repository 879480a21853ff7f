/**
 * Generated lives of executions against a small model and the laws of the journal.
 *
 * `DEVTEAM_SEQUENCES` sets the number of sequences. A failure names its seed: `walk(seed, …)` replays it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Event, PushOutcome } from "../../src/execution/Event.ts"
import { ErrorReason, PauseReason, TaskFailure, Waiting } from "../../src/execution/Status.ts"
import { roundsFromEnv } from "../delivery/Random.ts"
import { faults, sound } from "./model/faults.ts"
import { firstViolation } from "./model/walk.ts"

const sequences = roundsFromEnv("DEVTEAM_SEQUENCES", 6000)

/** What the walks never meet: they have no list, no remote and no agent that could say it. */
const unmet = new Set(["ExecutionFailed list_invalid", "ExecutionFailed auth"])

describe("generated requests and reports", () => {
  it("keep the laws, and meet everything that can happen", { timeout: 600_000 }, () => {
    const seen = new Map<string, number>()
    const violation = firstViolation(sequences, sound, seen)
    assert.isUndefined(violation, JSON.stringify(violation, undefined, 1))
    // A walk that never meets a thing proves nothing about it; a few walks cannot meet everything.
    const met = [
      ...Object.keys(Event.cases),
      ...PauseReason.literals.map((reason) => `Paused ${reason}`),
      ...ErrorReason.literals.map((reason) => `ExecutionFailed ${reason}`),
      ...TaskFailure.literals.map((reason) => `TaskFailed ${reason}`),
      ...Waiting.fields.reason.literals.map((reason) => `WaitStarted ${reason}`),
      ...PushOutcome.members.flatMap(({ fields }) => [
        `own ${fields._tag.schema.literal}`,
        `inherited ${fields._tag.schema.literal}`
      ]),
      "Stopped unresolved"
    ]
    const missed = met.filter((name) => !seen.has(name) && !unmet.has(name))
    if (sequences >= 5000) assert.deepStrictEqual(missed, [], `not met in ${sequences} sequences`)
    if (process.env["DEVTEAM_SHOW"] !== undefined) process.stderr.write(`${JSON.stringify([...seen])}\n`)
  })

  for (const [what, machine] of Object.entries(faults)) {
    it(`control: a machine that ${what} is caught`, { timeout: 600_000 }, () => {
      const violation = firstViolation(sequences, machine)
      assert.isDefined(violation)
      if (process.env["DEVTEAM_SHOW"] !== undefined) {
        process.stderr.write(`${what}: walk ${violation?.seed}, ${violation?.law}\n`)
      }
    })
  }
})
