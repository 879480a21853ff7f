/** The push decision, row by row, and what holds for every possible input. */
import { assert, describe, it } from "@effect/vitest"
import type { PushAnswer } from "../../src/delivery/Observation.ts"
import { mayStillLand, resolve, type ResolveInput } from "../../src/delivery/resolve.ts"
import { InstanceId, Sha, TaskId } from "../../src/model/Ids.ts"
import type { RemoteCapabilities } from "../../src/model/Push.ts"

const sha = (digit: string): Sha => Sha.make(digit.repeat(40))
const [base, commit, other, head] = [sha("a"), sha("c"), sha("d"), sha("e")]
const [fenceOld, fenceNew, fenceTip] = [sha("1"), sha("2"), sha("3")]
const [me, foreign] = [InstanceId.make("me"), InstanceId.make("foreign")]

const accepted: PushAnswer = { _tag: "Accepted" }
const unknown: PushAnswer = { _tag: "Unknown", message: "timed out" }
const stale: PushAnswer = { _tag: "Refused", kind: "stale", message: "stale info" }
const policy: PushAnswer = { _tag: "Refused", kind: "policy", message: "protected branch" }

const fences = {
  none: { holdsIntent: false, isIntentsOld: false },
  old: { tip: { sha: fenceOld, instance: me, epoch: 4 }, holdsIntent: false, isIntentsOld: true },
  holds: { tip: { sha: fenceNew, instance: me, epoch: 5 }, holdsIntent: true, isIntentsOld: false },
  ours: { tip: { sha: fenceTip, instance: me, epoch: 5 }, holdsIntent: false, isIntentsOld: false },
  newer: { tip: { sha: fenceTip, instance: me, epoch: 9 }, holdsIntent: false, isIntentsOld: false },
  foreign: { tip: { sha: fenceTip, instance: foreign, epoch: 9 }, holdsIntent: false, isIntentsOld: false },
  foreignHolds: {
    tip: { sha: fenceTip, instance: foreign, epoch: 9 },
    holdsIntent: true,
    isIntentsOld: false
  }
} as const
const targets = {
  atBase: { head: base, containsCommit: false, atBase: true },
  contains: { head: commit, containsCommit: true, atBase: false, ours: commit },
  rewritten: { head: other, containsCommit: false, atBase: false, ours: other },
  moved: { head, containsCommit: false, atBase: false },
  gone: { containsCommit: false, atBase: false },
  toBeCreated: { containsCommit: false, atBase: true }
} as const

const fenced: RemoteCapabilities = { fence: "custom_ref", fenceRef: "refs/devteam/fence/0", atomic: true }
const input = (
  fence: keyof typeof fences,
  target: keyof typeof targets,
  more: Partial<ResolveInput> = {}
): ResolveInput => ({
  intent: {
    taskId: TaskId.make("2.1"),
    generation: 1,
    target: "main",
    base,
    commit,
    tree: sha("b"),
    fenceOld,
    fenceNew,
    nonce: "n",
    epoch: 5
  },
  observation: { fence: fences[fence], target: targets[target] },
  capabilities: fenced,
  instance: me,
  epoch: 5,
  epochIsCurrent: true,
  answer: undefined,
  sealedAfterIntent: false,
  listTickedByOthers: false,
  ...more
})
const sealed = { sealedAfterIntent: true }
const casOnly = { capabilities: { fence: "cas_only", atomic: true } } as const
const landed = { _tag: "Landed", commit } as const
const rewritten = { _tag: "Landed", commit: other } as const
const refused = { _tag: "RefusedByPolicy", message: "protected branch" } as const
const regenerate = { _tag: "Regenerate", head } as const
const gone = { _tag: "TargetGone", target: "main" } as const

type Case = readonly [string, ResolveInput, ReturnType<typeof resolve>]
const cases: ReadonlyArray<Case> = [
  ["1: another holder", input("old", "contains", { epochIsCurrent: false }), { _tag: "Stale" }],
  ["1: another holder sealed", input("newer", "moved", { epochIsCurrent: false }), { _tag: "Stale" }],
  ["2: restored from a backup", input("newer", "contains"), { _tag: "RaiseEpoch", above: 9 }],
  ["2: a foreign epoch says nothing", input("foreign", "atBase"), { _tag: "Seal" }],
  ["3: landed", input("holds", "contains", { answer: accepted }), landed],
  ["3: landed, answer lost", input("holds", "contains"), landed],
  ["3: landed, then a foreign seal", input("foreignHolds", "contains"), landed],
  ["3: landed, whatever the words were", input("holds", "contains", { answer: policy }), landed],
  ["4: landed and rewritten", input("holds", "rewritten"), rewritten],
  ["5: taken out", input("holds", "moved", { answer: accepted }), { _tag: "Removed" }],
  ["5: taken out, back at base", input("holds", "atBase", { answer: accepted }), { _tag: "Removed" }],
  ["5: taken out, seen after a seal", input("holds", "moved", sealed), { _tag: "Removed" }],
  ["5: taken out with the branch", input("holds", "gone", sealed), { _tag: "Removed" }],
  ["6: perhaps a torn look", input("holds", "atBase"), { _tag: "Seal" }],
  ["7: unknown", input("old", "atBase", { answer: unknown }), { _tag: "Seal" }],
  ["7: after a crash", input("old", "moved"), { _tag: "Seal" }],
  ["7: the commit without its fence", input("old", "contains"), { _tag: "Seal" }],
  ["7: accepted without a trace", input("old", "atBase", { answer: accepted }), { _tag: "Seal" }],
  ["7: foreign on top", input("foreign", "moved"), { _tag: "Seal" }],
  ["7: a seal whose answer was lost", input("ours", "atBase"), { _tag: "Seal" }],
  ["7: the fence is gone", input("none", "moved"), { _tag: "Seal" }],
  ["7: the remote lost our seal", input("old", "atBase", sealed), { _tag: "Seal" }],
  ["8: pushed by hand", input("ours", "contains", sealed), landed],
  ["8: refused, but there", input("old", "contains", { answer: stale }), landed],
  ["9: an earlier generation", input("ours", "rewritten", sealed), rewritten],
  ["10: accepted and nowhere", input("ours", "atBase", { ...sealed, answer: accepted }), { _tag: "Removed" }],
  ["11: branch deleted", input("ours", "gone", sealed), gone],
  ["11: branch deleted, push refused", input("old", "gone", { answer: policy }), gone],
  ["12: hook", input("old", "atBase", { answer: policy }), refused],
  ["12: hook, moved meanwhile", input("foreign", "moved", { answer: policy }), refused],
  ["13: sealed at base", input("ours", "atBase", sealed), { _tag: "PushAgain" }],
  ["13: lease refused at base", input("old", "atBase", { answer: stale }), { _tag: "PushAgain" }],
  ["13: foreign seal over ours", input("foreign", "atBase", sealed), { _tag: "PushAgain" }],
  ["13: a branch yet to be created", input("ours", "toBeCreated", sealed), { _tag: "PushAgain" }],
  [
    "14: done by others",
    input("ours", "moved", { ...sealed, listTickedByOthers: true }),
    { _tag: "Superseded" }
  ],
  ["15: moved", input("ours", "moved", sealed), regenerate],
  ["15: lease refused, moved", input("old", "moved", { answer: stale }), regenerate],
  ["no fence: landed", input("none", "contains", casOnly), landed],
  [
    "no fence: unknown at base",
    input("none", "atBase", { ...casOnly, answer: unknown }),
    { _tag: "PushAgain" }
  ],
  ["no fence: moved", input("none", "moved", casOnly), regenerate],
  ["no fence: hook", input("none", "atBase", { ...casOnly, answer: policy }), refused],
  ["no fence: taken out", input("none", "moved", { ...casOnly, answer: accepted }), { _tag: "Removed" }]
]

describe("resolve", () => {
  for (const [name, given, expected] of cases)
    it(name, () => assert.deepStrictEqual(resolve(given), expected))

  it("the first push of all: no fence yet, and sealed by creating it", () => {
    const { fenceOld: _, ...intent } = input("none", "atBase").intent
    const first = input("none", "atBase", { intent })
    const absent = { ...first.observation, fence: { holdsIntent: false, isIntentsOld: true } }
    assert.deepStrictEqual(resolve({ ...first, observation: absent }), { _tag: "Seal" })
    assert.deepStrictEqual(resolve({ ...input("ours", "atBase", sealed), intent }), { _tag: "PushAgain" })
  })

  it("a fence guards only what was pushed with it, atomically", () => {
    const { fenceNew: _, ...bare } = input("old", "atBase").intent
    const notAtomic = { capabilities: { ...fenced, atomic: false } }
    for (const given of [
      input("ours", "atBase", { ...sealed, intent: bare }),
      input("ours", "atBase", notAtomic)
    ]) {
      assert.deepStrictEqual(resolve(given), { _tag: "PushAgain" })
      assert.isTrue(mayStillLand(given))
    }
  })

  it("is total, and concludes nothing from what may still change", () => {
    let inputs = 0
    for (const fence of Object.keys(fences) as Array<keyof typeof fences>) {
      for (const target of Object.keys(targets) as Array<keyof typeof targets>) {
        for (const answer of [undefined, unknown, accepted, stale, policy]) {
          for (const bits of Array(16).keys()) {
            const given = input(fence, target, {
              answer,
              sealedAfterIntent: (bits & 1) !== 0,
              listTickedByOthers: (bits & 2) !== 0,
              epochIsCurrent: (bits & 4) === 0,
              ...((bits & 8) === 0 ? {} : casOnly)
            })
            const decision = resolve(given)
            const context = JSON.stringify({ fence, target, answer, bits, decision })
            const isFenced = given.capabilities.fence !== "cas_only"
            const giveUp = [
              "Removed",
              "PushAgain",
              "Superseded",
              "Regenerate",
              "RefusedByPolicy",
              "TargetGone"
            ]
            if (isFenced && giveUp.includes(decision._tag)) assert.isFalse(mayStillLand(given), context)
            if (decision._tag === "Landed")
              assert.isTrue(target === "contains" || target === "rewritten", context)
            if (decision._tag === "Seal") assert.isTrue(isFenced, context)
            if (decision._tag === "PushAgain") assert.isTrue(targets[target].atBase, context)
            if (!given.epochIsCurrent) assert.strictEqual(decision._tag, "Stale", context)
            inputs += 1
          }
        }
      }
    }
    assert.strictEqual(inputs, 7 * 6 * 5 * 16)
  })
})
