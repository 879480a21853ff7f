/**
 * The push protocol under random interleavings of workers, zombies, crashes, people and a bad network.
 *
 * `DEVTEAM_WALKS` sets the number of walks. A failure names the seed: `walk(seed, …)` replays it.
 */
import { assert, describe, it } from "@effect/vitest"
import type { Fault } from "./ModelRemote.ts"
import { casOnlyRemote, fencedRemote, firstViolation } from "./ModelWalk.ts"
import { roundsFromEnv } from "./Random.ts"

const walks = roundsFromEnv("DEVTEAM_WALKS", 60_000)

describe("the push protocol", () => {
  it("keeps its promises on a fenced remote", { timeout: 600_000 }, () => {
    const seen = new Map<string, number>()
    assert.isUndefined(firstViolation(walks, { capabilities: fencedRemote, forcePushes: true }, seen))
    // A walk that never meets a decision proves nothing about it.
    const met = [
      "Landed",
      "Removed",
      "Seal",
      "PushAgain",
      "Superseded",
      "Regenerate",
      "RefusedByPolicy",
      "TargetGone",
      "Stale"
    ]
    const ends = ["completed", "stopped", "stopped_unresolved", "superseded", "held"]
    for (const name of [...met, ...ends]) assert.isAbove(seen.get(name) ?? 0, 0, name)
    if (process.env["DEVTEAM_SHOW"] !== undefined) process.stderr.write(`${JSON.stringify([...seen])}\n`)
  })

  it("keeps them for a branch that the first push creates", { timeout: 600_000 }, () => {
    const seen = new Map<string, number>()
    const options = { capabilities: fencedRemote, forcePushes: true, createsTarget: true }
    assert.isUndefined(firstViolation(Math.ceil(walks / 4), options, seen))
    for (const name of ["Landed", "PushAgain", "Regenerate", "Removed", "TargetGone"])
      assert.isAbove(seen.get(name) ?? 0, 0, name)
  })

  it("keeps them without a fence while nobody moves the branch back", { timeout: 600_000 }, () => {
    const seen = new Map<string, number>()
    const options = { capabilities: casOnlyRemote, forcePushes: false }
    assert.isUndefined(firstViolation(Math.ceil(walks / 4), options, seen))
    assert.isUndefined(seen.get("Seal"))
  })

  it("never puts two commits beside each other after a database was restored", { timeout: 600_000 }, () => {
    const seen = new Map<string, number>()
    const options = { capabilities: fencedRemote, forcePushes: true, restores: true }
    assert.isUndefined(firstViolation(Math.ceil(walks / 4), options, seen))
    assert.isAbove(seen.get("RaiseEpoch") ?? 0, 0)
  })

  const controls: ReadonlyArray<readonly [Fault, string]> = [
    ["seal", "decides without a seal"],
    ["atomic", "pushes without --atomic"],
    ["fence_changes", "leaves the fence unchanged"],
    ["merge_again", "merges again instead of looking"],
    ["torn_look", "believes a look that raced with the push"]
  ]
  for (const [fault, what] of controls) {
    it(`control: finds the fault when it ${what}`, { timeout: 600_000 }, () => {
      const options = { capabilities: fencedRemote, forcePushes: true, faults: [fault] }
      const found = firstViolation(walks, options, new Map())
      assert.match(found?.message ?? "", /landed|removed|two commits|done already|overwrote/)
      if (process.env["DEVTEAM_SHOW"] !== undefined)
        process.stderr.write(`${fault}: ${JSON.stringify(found)}\n`)
    })
  }

  it("control: a branch that is created without a seal breaks a promise", { timeout: 600_000 }, () => {
    const options = { capabilities: fencedRemote, forcePushes: true, createsTarget: true }
    assert.isDefined(firstViolation(walks, { ...options, faults: ["seal"] }, new Map()))
  })

  it("control: without a fence a branch that is moved back breaks a promise", { timeout: 600_000 }, () => {
    assert.isDefined(firstViolation(walks, { capabilities: casOnlyRemote, forcePushes: true }, new Map()))
  })
})
